"""The path tracer: Mitsuba 3 finds what a ray meets, our own light transport says what it carries.

Only `probe` may be imported where Mitsuba may be missing; the rest loads it.
"""
