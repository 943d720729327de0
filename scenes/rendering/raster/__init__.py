"""The rasterising engine: OpenGL 3.3 core through moderngl, on a graphics card or on Mesa's software driver.

Nothing here knows how a scene was drawn or what becomes of the frame.
"""
