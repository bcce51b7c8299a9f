"""Identify: from observations to what a device is. All of it is pure."""
