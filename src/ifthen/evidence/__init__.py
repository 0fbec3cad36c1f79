"""Readers of evaluation logs, and the numbers recomputed from their samples."""
