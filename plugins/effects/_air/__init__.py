"""Air, and what falls through it or lies on the ground: what the weather effects share. It holds no effect itself."""
