"""Light in numbers: colour, the sun's place, the sky, and maps of radiance over all directions.

One scale for every environment: radiance 1 is white paper under the reference light, so irradiance pi is the
reference (docs/lighting.md). Nothing here renders.
"""
