"""Thermochemistry of reactions: from tables of experiment, and from computed energies."""
