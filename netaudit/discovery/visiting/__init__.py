"""Visiting: how one device is asked over TCP, one file per protocol. `visit.py` tells in which order."""
