"""One generator's object, alone: looked at from all sides, its values tried, without a project."""
