"""What is calculated: definitions, crystals, slabs, stacking. Geometry only, no DFT."""
