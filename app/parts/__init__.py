"""Edits of what a project has beside its nodes: named values, acceptance rules, output. Pure functions of projects."""
