"""netaudit: find network cameras and recorders, say who really made them, and show the evidence."""

__version__ = "0.1.0"
