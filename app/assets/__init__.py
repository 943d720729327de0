"""Foreign files: found inside allowed folders, parsed in a disposable process, cached by content.

Nothing in this package parses a foreign file in the process that asked for it.
"""
