"""What the viewport knows without a window: where pixels go, what they mean, how one moves and what a drag changes."""
