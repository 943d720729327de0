"""The section of the output that says which engine makes the pictures, and how it traces paths.

What this machine lacks for path tracing is said below the choice, with the way out; the project keeps its values.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from myriorama.app.parts.engine import set_engine, set_tracing
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.tracing import MAX_PATH_DEPTH, MAX_SAMPLES
from myriorama.widgets.binding import bind
from myriorama.widgets.editors import ChoiceField, IntField, NumberField, ToggleField
from myriorama.widgets.forms.rows import Reason, Row, plain_label

if TYPE_CHECKING:
    from myriorama.widgets.forms.page import FormPage

ENGINES: Final = ("raster", "pathtraced")
TITLES: Final = ("raster: fast", "path traced: slow, best")
_MERGE: Final = "path tracing"


class EngineSection(QWidget):
    """Engine, paths per pixel, target noise, denoising, longest path, training pairs."""

    def __init__(self, form: FormPage) -> None:
        super().__init__(form.body)
        self._form = form
        self.engine = ChoiceField(ENGINES, TITLES)
        self.missing = Reason(self)
        self.slow = plain_label("", "warning", wraps=True)
        self.samples_per_pixel = IntField(8, minimum=1, maximum=MAX_SAMPLES)
        self.noise_target = NumberField(0.0, minimum=0.0, maximum=0.999, step=0.001)
        self.max_depth = IntField(6, minimum=1, maximum=MAX_PATH_DEPTH)
        self.denoise, self.pairs = ToggleField(), ToggleField()
        self.denoise.setText("Denoise, guided by albedo and normals")
        self.denoise.setToolTip("A few paths with denoising look like many without; fine grain in textures may soften.")
        self.pairs.setText("Keep training pairs")
        told = "Noisy and clean picture, albedo, direct and indirect light of each sample, for training denoisers."
        self.pairs.setToolTip(told + " The formats Render pairs, OpenEXR and Raw buffers write them.")
        self.clean_factor = IntField(16, minimum=1, maximum=1024, unit="×")
        told = "How many times the paths of the noisy picture the clean picture of a pair takes."
        self.clean_row = Row("Clean paths", self.clean_factor, told)
        self.noise_words = plain_label("", "dim", wraps=True)
        self.options = QWidget(self)
        inner = QVBoxLayout(self.options)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        rows = (
            ("Paths/pixel", self.samples_per_pixel, "With a target noise: the most that may be spent."),
            (
                "Target noise",
                self.noise_target,
                "Mean error of the picture before denoising, of 1. 0: always all paths.",
            ),
            (
                "Longest path",
                self.max_depth,
                "Surfaces that light meets on its way. 1: only what glows; 2: direct light.",
            ),
        )
        for title, field, help_text in rows:
            inner.addWidget(Row(title, field, help_text))
        for widget in (self.noise_words, self.denoise, self.pairs, self.clean_row):
            inner.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        told = "What makes the picture. Labels are the same for both, to the pixel."
        for shown in (Row("Engine", self.engine, told), self.missing, self.slow, self.options):
            column.addWidget(shown)
        self.slow.hide()
        self.engine.changed.connect(self._on_engine)
        for name in ("samples_per_pixel", "noise_target", "max_depth", "denoise", "pairs", "clean_factor"):
            getattr(self, name).changed.connect(partial(self._on_option, name))
        bind(self, form.studio.tracer.changed, self._on_found)

    def show_project(self, project: Project) -> None:
        """Show what the project says."""
        output, tracing = project.output, project.output.tracing
        self.engine.set_value(output.engine)
        self.samples_per_pixel.set_value(tracing.samples_per_pixel)
        self.noise_target.set_value(tracing.noise_target)
        self.max_depth.set_value(tracing.max_depth)
        self.denoise.set_value(tracing.denoise)
        self.pairs.set_value(tracing.pairs)
        self.clean_factor.set_value(tracing.clean_factor)
        self.clean_row.setVisible(tracing.pairs)
        self.noise_words.setText(_noise_in_words(tracing.noise_target, tracing.samples_per_pixel))
        self.options.setVisible(output.engine == "pathtraced")
        self._show_found(self._form.studio.tracer.value)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._form.studio.tracer.ask()

    def _on_found(self, found: TracerFound | None) -> None:
        self._show_found(found)

    def _show_found(self, found: TracerFound | None) -> None:
        traced = self.engine.value == "pathtraced"
        lacking = found is not None and not found.runs
        model: Any = self.engine.model()
        choice = model.item(ENGINES.index("pathtraced"))
        choice.setEnabled(not lacking)
        choice.setToolTip(found.sentence if found is not None else "")
        self.options.setEnabled(not lacking)
        sentence = _sentence(found.sentence) if found is not None else ""
        self.missing.show_reason(sentence if lacking else "")
        slow = "" if lacking or not traced else sentence
        if traced and found is not None and found.runs and not found.denoises and self.denoise.value:
            slow = "Denoising needs the package pyoidn: pip install 'myriorama[render]', or switch it off."
        self.slow.setText(slow)
        self.slow.setVisible(bool(slow))

    def _on_engine(self, value: str) -> None:
        self._form.commit(lambda p: set_engine(p, value))

    def _on_option(self, name: str, value: Any) -> None:
        self._form.commit(lambda p: set_tracing(p, name, value), merge=f"{_MERGE} {name}")


def _noise_in_words(target: float, most: int) -> str:
    if target <= 0:
        return f"Every picture takes {most:,} path{'s' if most > 1 else ''} a pixel."
    return f"A picture is done when its mean error is below {target:g} of 1, or at {most:,} paths a pixel."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith(".") else ".")
