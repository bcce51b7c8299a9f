"""Bytes out, bytes in: sockets, pace and interfaces. Knows no camera."""
