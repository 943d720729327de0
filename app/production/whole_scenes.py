"""Counting pictures of a rig with several cameras: a dataset holds whole scenes, every view of each.

It renders nothing, and moves no count to the next one that would do.
"""

from __future__ import annotations

from myriorama.scenes.project.model import Project


def cut_scene(project: Project, start: int, count: int) -> str:
    """Return why `count` pictures from `start` on are no whole scenes, and which would be; empty where they are."""
    views = len(project.camera.views)
    if views < 2:
        return ""
    told = f"every scene has {views} views ({', '.join(view.name for view in project.camera.views)})"
    if start % views:
        first = start - start % views
        return f"{told}, and picture {start} is in the middle of one: start at {first} or {first + views}"
    if count % views:
        fewer = count - count % views
        ways = f"{fewer} or {fewer + views}" if fewer else f"{views}"
        return f"{told}, and {count} pictures would cut one: take {ways}"
    return ""


def in_scenes(project: Project, pictures: int) -> str:
    """Return what a number of pictures is: ``12 pictures, 6 scenes of 2 views``; ``12 samples`` of one camera."""
    views = len(project.camera.views)
    if views < 2:
        return f"{pictures} {'sample' if pictures == 1 else 'samples'}"
    whole, rest = divmod(pictures, views)
    scenes = f"{whole} {'scene' if whole == 1 else 'scenes'} of {views} views"
    pictured = f"{pictures} {'picture' if pictures == 1 else 'pictures'}"
    return f"{pictured}, {scenes}" + (f" and {rest} more" if rest else "")
