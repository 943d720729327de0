"""Exports from the window: what to make, what it will cost, and the run in a process of its own."""
