"""The list of what was done."""
