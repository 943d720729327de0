"""Pictures for the window, made in other processes: the viewport's frame and the gallery's tiles."""
