"""What every plugin must keep, checked by running it: for authors, for the program, and for its own plugins.

Importing this loads nothing heavy and runs no plugin.
"""
