"""Report: what was computed as one page for people, and its tables for programs and papers."""
