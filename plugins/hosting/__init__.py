"""Processes of their own for third-party code, each with limits; the rest of the program speaks to them by messages."""
