"""The window in which a foreign dataset is looked at, and the sheet that asks for one."""
