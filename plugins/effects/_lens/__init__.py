"""What stands in and on a lens: what effects of lens and shutter share. It holds no effect itself."""
