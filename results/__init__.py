"""What came out: documents, arithmetic, comparison, pictures. Never starts a calculation."""
