"""The render queue and finished datasets as people look at them, without a widget."""
