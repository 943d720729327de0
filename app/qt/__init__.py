"""Where Qt meets the logic: QtCore alone, to bring calls from other threads to the window's."""
