"""Everything that can be added to a project, found by a few letters."""
