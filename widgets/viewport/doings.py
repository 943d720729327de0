"""Everything that can be done in the viewport, as rows of the action table.

Each row calls one method of the stage, the sample bar or a model; none decides anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.actions import Action
from myriorama.app.overlays import Base
from myriorama.app.viewing.navigation import Side
from myriorama.widgets.panel import Bound

if TYPE_CHECKING:
    from myriorama.widgets.viewport.panel import ViewportPanel

LAYERS: Final[tuple[tuple[Base, str, str, str], ...]] = (
    ("rgb", "RGB", "image-outline", "the picture as it is exported"),
    ("instances", "Instances", "shape-outline", "one colour for each object"),
    ("classes", "Classes", "tag-outline", "each pixel in the colour of its class"),
    ("depth", "Depth", "gradient-vertical", "metres along the camera's axis, with a colour bar"),
    ("normals", "Normals", "axis-arrow", "surface directions in the camera's frame"),
    ("object_coordinates", "Object XYZ", "cube-scan", "where on its object each pixel lies"),
    ("amodal", "Amodal", "layers-outline", "what each object covers, hidden parts included"),
)
TOGGLES: Final = (
    ("boxes", "Boxes", "vector-rectangle", "9", "tight boxes of what is seen"),
    ("amodal_boxes", "Amodal boxes", "select", "Shift+B", "dashed boxes that include hidden parts"),
    ("boxes_3d", "3D boxes", "cube-outline", "0", "oriented boxes, hidden edges faint"),
    ("keypoints", "Keypoints", "vector-polyline", "K", "filled where seen, rings where hidden; zoom in for small ones"),
    ("names", "Names", "label-outline", "N", "class and number beside each object"),
    ("attributes", "Attributes", "format-list-bulleted", "T", "what the generators tell of each object"),
)
SIDES: Final[tuple[tuple[Side, str, str], ...]] = (
    ("front", "Front view", "Num+1"),
    ("right", "Right view", "Num+3"),
    ("top", "Top view", "Num+7"),
    ("back", "Back view", "Ctrl+Num+1"),
    ("left", "Left view", "Ctrl+Num+3"),
    ("bottom", "Bottom view", "Ctrl+Num+7"),
)
_MASKS: Final = ("both", "fill", "contour", "off")
_COLORS: Final = ("instance", "class", "visible")


def actions_of(panel: ViewportPanel) -> tuple[Bound, ...]:
    """Return the viewport's actions, bound to a panel."""
    return (*_layers(panel), *_overlays(panel), *_looks(panel), *_handles(panel), *_samples(panel))


def _row(
    id_: str,
    title: str,
    help_text: str,
    run: Callable[..., None],
    keys: tuple[str, ...] = (),
    icon: str = "",
    menu: str = "View",
    enabled: Callable[[], bool] | None = None,
    checked: Callable[[], bool] | None = None,
) -> Bound:
    action = Action(f"viewport.{id_}", title, "viewport", help_text, keys, menu, icon, checked is not None)
    return Bound(action, run, enabled, checked)


def _layers(panel: ViewportPanel) -> tuple[Bound, ...]:
    overlays = panel.studio.overlays

    def show(base: Base, _: bool = True) -> None:
        overlays.update(lambda state: replace(state, base=base))

    return tuple(
        _row(
            f"layer_{base}",
            title,
            f"Show {what}.",
            partial(show, base),
            (str(n),),
            icon,
            "View/Layers",
            checked=partial(lambda b: overlays.value.base == b, base),
        )
        for n, (base, title, icon, what) in enumerate(LAYERS, 1)
    )


def _overlays(panel: ViewportPanel) -> tuple[Bound, ...]:
    overlays = panel.studio.overlays

    def change(**fields: Any) -> None:
        overlays.update(lambda state: replace(state, **fields))

    def toggle(name: str, on: bool | None = None) -> None:
        now = getattr(overlays.value, name)
        change(**{name: (not now) if on is None else on})

    def cycle(name: str, options: tuple[str, ...]) -> None:
        change(**{name: options[(options.index(getattr(overlays.value, name)) + 1) % len(options)]})

    def fainter(by: float) -> None:
        change(opacity=round(min(max(overlays.value.opacity + by, 0.0), 1.0), 2))

    rows = [
        _row(
            "mask",
            "Mask style",
            "Masks as fill and contour, fill, contour, or not at all: the next one.",
            partial(cycle, "mask", _MASKS),
            ("8",),
            "blur-linear",
            "View/Overlays",
        )
    ]
    for name, title, icon, key, what in TOGGLES:
        rows.append(
            _row(
                name,
                title,
                f"Draw {what}.",
                partial(toggle, name),
                (key,),
                icon,
                "View/Overlays",
                checked=partial(lambda n: bool(getattr(overlays.value, n)), name),
            )
        )
    return (
        *rows,
        _row(
            "color_by",
            "Colour by instance, class or visibility",
            "Colour labels by the next one: instance, class, visible fraction.",
            partial(cycle, "color_by", _COLORS),
            ("C",),
            "palette-outline",
            "View/Overlays",
        ),
        _row(
            "fainter", "Fainter masks", "Lower the masks' opacity.", partial(fainter, -0.1), ("[",), "", "View/Overlays"
        ),
        _row(
            "stronger",
            "Stronger masks",
            "Raise the masks' opacity.",
            partial(fainter, 0.1),
            ("]",),
            "",
            "View/Overlays",
        ),
        _row(
            "hide_overlays",
            "Hide labels",
            "Hide all labels; holding the space bar hides them for as long.",
            partial(toggle, "hidden"),
            ("H",),
            "eye-off-outline",
            "View/Overlays",
            checked=lambda: overlays.value.hidden,
        ),
    )


def _looks(panel: ViewportPanel) -> tuple[Bound, ...]:
    stage, looking = panel.stage, panel.stage.looking

    def has_frame() -> bool:
        return stage.frame is not None

    def middle(factor: float) -> None:
        looking.zoom(factor, (looking.view[0] / 2.0, looking.view[1] / 2.0))

    def frame_selected() -> None:
        looking.frame_on(panel.studio.selection.value)

    rows = [
        _row(
            "home",
            "Dataset camera",
            "Look through the dataset camera, the whole picture fitted.",
            looking.home,
            ("Home",),
            "home-outline",
            "View/Look",
            has_frame,
        ),
        _row(
            "exact",
            "1:1 pixels",
            "Show one pixel of the picture on one of the screen; again to fit.",
            lambda *_: looking.toggle_exact(stage.device_point(stage.cursor_point())),
            ("Z",),
            "",
            "View/Look",
            lambda: has_frame() and not looking.is_free,
            lambda: looking.is_exact,
        ),
        _row(
            "zoom_in",
            "Zoom in",
            "Magnify the picture.",
            partial(middle, 1.25),
            ("=", "+"),
            "magnify-plus-outline",
            "View/Look",
            has_frame,
        ),
        _row(
            "zoom_out",
            "Zoom out",
            "Show more of the picture.",
            partial(middle, 0.8),
            ("-",),
            "magnify-minus-outline",
            "View/Look",
            has_frame,
        ),
        _row(
            "free_look",
            "Free look",
            "Look from anywhere: orbit, pan, zoom, fly. The dataset camera stays as it is.",
            lambda *_: looking.toggle_free(),
            ("F",),
            "rotate-orbit",
            "View/Look",
            has_frame,
            lambda: looking.is_free,
        ),
        _row(
            "frame_selected",
            "Frame selected",
            "Look freely at what is selected, or at all objects.",
            frame_selected,
            ("Num+.", "Shift+F"),
            "image-filter-center-focus",
            "View/Look",
            has_frame,
        ),
    ]
    for side, title, key in SIDES:
        rows.append(
            _row(
                f"from_{side}",
                title,
                f"Look freely from the {side}.",
                partial(looking.see_from, side),
                (key,),
                "",
                "View/Look",
                has_frame,
            )
        )
    return tuple(rows)


def _handles(panel: ViewportPanel) -> tuple[Bound, ...]:
    stage, handling = panel.stage, panel.stage.handling

    def can() -> bool:
        return stage.frame is not None and handling.layout is not None

    def clear() -> None:
        if handling.is_dragging:
            handling.cancel()
        else:
            panel.studio.selection.select()

    begin = stage.pointing.begin_modal
    return (
        _row(
            "move",
            "Move placement",
            "Move the selected group's area with the mouse; X, Y, Z keep to an axis, click to set, Esc to leave it.",
            partial(begin, "plane"),
            ("G",),
            "cursor-move",
            "Edit/Placement",
            can,
        ),
        _row(
            "rotate",
            "Turn placement",
            "Turn the selected group's area with the mouse; click to set, Esc to leave it.",
            partial(begin, "turn"),
            ("R",),
            "rotate-left",
            "Edit/Placement",
            can,
        ),
        _row(
            "scale",
            "Scale placement",
            "Scale the selected group's area with the mouse; click to set, Esc to leave it.",
            partial(begin, "both"),
            ("S",),
            "arrow-expand-all",
            "Edit/Placement",
            can,
        ),
        _row("clear", "Select nothing", "Clear the selection, or leave a drag.", clear, ("Esc",), "", "Edit/Placement"),
    )


def _samples(panel: ViewportPanel) -> tuple[Bound, ...]:
    bar = panel.samples

    def is_open() -> bool:
        return panel.studio.document.project is not None

    return (
        _row(
            "previous",
            "Previous sample",
            "Show the sample before.",
            bar.previous,
            ("Left", ","),
            "chevron-left",
            "View/Samples",
            is_open,
        ),
        _row(
            "next",
            "Next sample",
            "Show the sample after.",
            bar.next,
            ("Right", "."),
            "chevron-right",
            "View/Samples",
            is_open,
        ),
        _row(
            "play",
            "Play samples",
            "Step through samples as their pictures come.",
            lambda *_: bar.toggle_play(),
            ("P",),
            "play",
            "View/Samples",
            is_open,
            lambda: bar.is_playing,
        ),
        _row(
            "shuffle",
            "Shuffle",
            "Show another sample that looks random.",
            bar.shuffle,
            ("J",),
            "shuffle-variant",
            "View/Samples",
            is_open,
        ),
        _row(
            "copy_key",
            "Copy sample key",
            "Copy the name of the sample that is shown.",
            bar.copy_key,
            (),
            "content-copy",
            "View/Samples",
            lambda: panel.stage.frame is not None,
        ),
        _row(
            "pathtraced",
            "Path traced",
            "Trace paths while nothing moves: the picture grows better, up to what an export by that engine makes.",
            lambda *_: panel.studio.refiner.want(not panel.studio.refiner.wanted.value),
            ("Shift+Z",),
            "camera-iris",
            "View/Look",
            is_open,
            lambda: panel.studio.refiner.wanted.value,
        ),
        _row(
            "compare",
            "Raster against path traced",
            "Drag a line between the two pictures, or see what differs, with figures.",
            panel.compare,
            ("Shift+C",),
            "compare",
            "View/Look",
            lambda: panel.stage.frame is not None,
        ),
        _row(
            "refresh",
            "Render again",
            "Ask for the picture once more.",
            panel.studio.director.refresh,
            ("F5",),
            "refresh",
            "View/Samples",
            is_open,
        ),
    )
