"""Scheduled rescans: which site is due, its scan, what has changed since the last one, and who is told."""
