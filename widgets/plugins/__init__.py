"""Third-party plugins in the window: the dock, the dialog that asks before one runs, the card that tells of a fault."""
