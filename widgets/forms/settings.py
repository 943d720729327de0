"""The form of what a project says about itself: name, words, licence, seed."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QWidget

from myriorama.app.document.addresses import SETTINGS, Address, write
from myriorama.app.document.edit import Edit
from myriorama.app.studio import Studio
from myriorama.scenes.project.model import Project
from myriorama.widgets.editors import IntField, TextField
from myriorama.widgets.forms.page import FormPage
from myriorama.widgets.forms.rows import ParagraphField, Row, tool_button

LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "ODbL-1.0", "MIT", "Apache-2.0", "Proprietary")
LARGEST_SEED = 2**63 - 1
_NEW_SEEDS_BELOW = 2**31


def judge_seed(text: str) -> str:
    """Return why a typed seed is refused, or an empty text."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        return "a whole number is needed, 0 or above"
    return "" if len(digits) <= 19 and int(digits) <= LARGEST_SEED else f"at most {LARGEST_SEED}"


class SettingsForm(FormPage):
    """Name, description, licence, credits, seed, attempts."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Project", studio, parent)
        self.name = TextField(max_length=200)
        self.name.set_judge(lambda text: "" if text.strip() else "a project needs a name")
        self.description = ParagraphField(4)
        self.licence = TextField(max_length=200)
        completer = QCompleter(LICENCES, self.licence)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.licence.setCompleter(completer)
        self.credits = ParagraphField(3)
        self.seed = TextField()
        self.seed.set_judge(judge_seed)
        self.new_seed = tool_button("dice-5-outline", "New seed: every sample becomes another one", self)
        self.attempts = IntField(20, minimum=1, maximum=1000)
        for title, field, help_text, beside in (
            ("Name", self.name, "What the project and its datasets are called.", ()),
            ("Description", self.description, "Goes into every dataset. Ctrl+Enter takes what is typed.", ()),
            ("Licence", self.licence, "Of the datasets, best as an SPDX name such as CC-BY-4.0.", ()),
            ("Credits", self.credits, "Whom datasets name, one a line.", ()),
            ("Seed", self.seed, "The same seed gives the same samples; another one gives others.", (self.new_seed,)),
            (
                "Attempts",
                self.attempts,
                "How often a sample may be drawn anew before its acceptance rules count as too strict.",
                (),
            ),
        ):
            self.rows.addWidget(Row(title, field, help_text, beside))
        self.name.changed.connect(partial(self._set, "name"))
        self.description.changed.connect(partial(self._set, "description"))
        self.licence.changed.connect(partial(self._set, "licence"))
        self.credits.changed.connect(self._on_credits_changed)
        self.seed.changed.connect(self._on_seed_changed)
        self.new_seed.clicked.connect(self._on_new_seed)
        self.attempts.changed.connect(partial(self._set, "max_attempts"))
        self.start()

    def show_project(self, project: Project) -> None:
        self.name.set_value(project.name)
        self.description.set_value(project.description)
        self.licence.set_value(project.licence)
        self.credits.set_value("\n".join(project.credits))
        self.seed.set_value(str(project.seed))
        self.attempts.set_value(project.max_attempts)

    def _set(self, field: str, value: Any) -> None:
        title = "attempts" if field == "max_attempts" else field
        self.commit(lambda p: Edit(write(p, Address(SETTINGS, "field", field), value), f"Change {title}", (SETTINGS,)))

    def _on_credits_changed(self, text: str) -> None:
        self._set("credits", tuple(line.strip() for line in text.splitlines() if line.strip()))

    def _on_seed_changed(self, text: str) -> None:
        self._set("seed", int(text))

    def _on_new_seed(self) -> None:
        # Chosen by the machine, not by a generator whose state could matter to anything that is drawn.
        self._set("seed", secrets.randbelow(_NEW_SEEDS_BELOW))
