"""Exports from the window: what to make, what it will cost, and a process that makes it."""
