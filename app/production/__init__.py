"""Production: from a project to finished, checked records, in one process or in several."""
