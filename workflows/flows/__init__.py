"""Flows: what runs through jobflow."""
