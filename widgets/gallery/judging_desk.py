"""Judging by hand: which samples a key means, the question for a reason, and what could not be judged.

The judgments themselves are `app.judging`'s; pictures are the pages'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from myriorama.app.gallery.gallery import Gallery
from myriorama.app.settings.store import SettingsStore
from myriorama.widgets.gallery.judging_keys import reason_actions
from myriorama.widgets.gallery.looks import Looks
from myriorama.widgets.gallery.reject_prompt import RejectPrompt


class JudgingDesk(QObject):
    """Judges what it is told is chosen.

    Parameters
    ----------
    chosen : callable
        Returns the samples that a key means now.
    keyboard : callable
        Returns the widget that takes the keyboard back after the question.

    Signals
    -------
    said : (str,)
        Something the person should know.
    asked_changed : ()
        A question began or ended.
    """

    said = Signal(str)
    asked_changed = Signal()

    def __init__(
        self,
        gallery: Gallery,
        settings: SettingsStore,
        prompt: RejectPrompt,
        looks: Looks,
        chosen: Callable[[], Sequence[int]],
        keyboard: Callable[[], QWidget],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._settings = settings
        self._prompt = prompt
        self._looks = looks
        self._chosen = chosen
        self._keyboard = keyboard
        prompt.answered.connect(self._on_reason)

    def can_judge(self) -> bool:
        """There is a sample, and no question about another is open."""
        return self._gallery.current.value is not None and not self._prompt.isVisible()

    def pick(self) -> None:
        self._judge(self._gallery.session.pick, self._chosen())

    def unflag(self) -> None:
        self._judge(self._gallery.session.unflag, self._chosen())

    def rate(self, stars: int) -> None:
        """Give stars, 0 to take them away."""
        session = self._gallery.session
        self._judge(lambda samples: session.rate(samples, stars), self._chosen())

    def ask_reason(self) -> None:
        """Start a rejection: the prompt asks why."""
        samples = tuple(self._chosen())
        if not any(self._gallery.held.recipe_of(i) for i in samples):
            self._judge(self._gallery.session.reject, samples)  # tells why not
            return
        self._looks.asked_about = samples
        self.asked_changed.emit()
        shortcuts = self._settings.value.shortcuts
        keys = {int(a.id.rpartition("_")[2]): " ".join(shortcuts.get(a.id, a.keys)) for a in reason_actions()}
        self._prompt.ask(f"sample {samples[0]}" if len(samples) == 1 else f"{len(samples)} samples", keys)

    def forget(self) -> None:
        """Drop the question: the samples are no more."""
        self._looks.asked_about = ()
        self._prompt.hide()

    def _on_reason(self, reason: int) -> None:
        samples, self._looks.asked_about = self._looks.asked_about, ()
        self._keyboard().setFocus(Qt.FocusReason.OtherFocusReason)
        session = self._gallery.session
        self._judge(lambda judged: session.reject(judged, reason), samples)
        self.asked_changed.emit()

    def _judge(self, say: Callable[[Sequence[int]], bool], samples: Sequence[int]) -> None:
        if not samples:
            return
        self._gallery.judge(say, samples, advance=self._settings.value.auto_advance)
        unknown = self._gallery.session.unknown
        if unknown:
            what = f"Sample {unknown[0]}" if len(unknown) == 1 else f"{len(unknown)} samples"
            self.said.emit(f"{what} cannot be judged before the new picture is there")
