"""The outliner: what the project is made of, as a tree."""
