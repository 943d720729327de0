"""What the inspector shows of a project, as frozen values, and the edits that it makes. No widget is known here."""
