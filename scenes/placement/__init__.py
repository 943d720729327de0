"""Where things can stand: poses, ground projections, what stands already, and physics.

The choice of places is a plugin's; nothing here draws a random number.
"""
