"""Botany that the plants of the crop field share. It holds no generator of its own."""
