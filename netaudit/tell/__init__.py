"""Telling people: notices are gathered into one message, kept until each receiver has it, and sent.

`notices` says what is told, `outbox` keeps it, `mail`, `webhook` and `services` send it, `metrics` shows figures.
"""
