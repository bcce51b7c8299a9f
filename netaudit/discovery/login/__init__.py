"""Reading with a login that the operator gave: one file per protocol. `phase.py` tells in which order."""
