"""Datasets on disk: encoded, committed file by file, finished as a whole, verified, quarantined."""
