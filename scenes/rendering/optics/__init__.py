"""Lenses and shutters over any engine: labels by rays through the real lens, pictures put together from pinhole views.

Nothing here draws: an engine does, and only ever as a pinhole that stands still.
"""
