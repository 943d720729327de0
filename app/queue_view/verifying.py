"""Verifying finished datasets in processes of their own, with progress, for whoever looks at one.

What was found is kept while the program runs; a dataset may have changed since, so it can be verified again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from psygnal import Signal

from myriorama.app.exporting.running import Running
from myriorama.app.observable import Post

Standing = Literal["not verified", "verifying", "sound", "faulty", "failed"]
_TELL_FINDINGS: Final = 5


@dataclass(frozen=True)
class Verified:
    """Where a verification stands.

    Attributes
    ----------
    done, total : int
        Files.
    findings : tuple of str
        What is wrong, each with its file; the first 200.
    findings_count : int
        All of them.
    message : str
        Why it could not be verified.
    """

    standing: Standing = "not verified"
    done: int = 0
    total: int = 0
    files: int = 0
    annotations: int = 0
    bytes: int = 0
    findings: tuple[str, ...] = ()
    findings_count: int = 0
    digest: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        """One sentence about it."""
        if self.standing == "verifying":
            return f"Verifying: {self.done:,} of {self.total:,} files" if self.total else "Verifying"
        if self.standing == "sound":
            return f"Verified: {self.files:,} files and every label are as they were written."
        if self.standing == "faulty":
            more = f" and {self.findings_count - _TELL_FINDINGS:,} more" if self.findings_count > _TELL_FINDINGS else ""
            return "Verifying found: " + "; ".join(self.findings[:_TELL_FINDINGS]) + more
        if self.standing == "failed":
            return f"It could not be verified: {self.message}"
        return "Not verified since it was opened."


class Verifications:
    """Verifications by folder; one of each folder runs at a time.

    Attributes
    ----------
    changed : signal of (Path,)
        Something is known of this dataset that was not before.
    """

    changed = Signal(object)

    def __init__(self, post: Post) -> None:
        self._post = post
        self._states: dict[Path, Verified] = {}
        self._running: dict[Path, tuple[int, Running]] = {}
        self._serial = 0

    def of(self, folder: Path) -> Verified:
        """Return where the verification of a dataset stands."""
        return self._states.get(folder, Verified())

    def start(self, folder: Path) -> None:
        """Verify a dataset, unless that is under way."""
        if folder in self._running:
            return
        self._set(folder, Verified("verifying"))
        self._serial += 1
        serial = self._serial
        running = Running(
            {"type": "verify", "folder": str(folder)},
            self._post,
            lambda message: self._on_message(folder, serial, message),
            lambda code: self._on_ended(folder, serial, code),
        )
        self._running[folder] = (serial, running)

    def stop(self, folder: Path) -> None:
        """Stop verifying; nothing is known of the dataset then."""
        found = self._running.pop(folder, None)
        if found is not None:
            found[1].kill()
            self._set(folder, Verified())

    def close(self) -> None:
        """Stop all, and wait for the ends."""
        for _, running in self._running.values():
            running.kill()
        for _, running in self._running.values():
            running.wait()
        self._running.clear()

    def _on_message(self, folder: Path, serial: int, message: dict[str, Any]) -> None:
        if not self._is_on(folder, serial):
            return
        kind = message["type"]
        if kind == "verifying":
            self._set(folder, replace(self.of(folder), done=message["done"], total=message["total"]))
            return
        del self._running[folder]
        if kind == "verified":
            told = {k: message[k] for k in ("files", "annotations", "bytes", "digest", "findings_count")}
            findings = tuple(message["findings"])
            self._set(folder, Verified("faulty" if findings else "sound", findings=findings, **told))
        else:
            self._set(folder, Verified("failed", message=message["text"]))

    def _on_ended(self, folder: Path, serial: int, code: int) -> None:
        if self._is_on(folder, serial):
            del self._running[folder]
            self._set(folder, Verified("failed", message=f"its process ended by itself (code {code})"))

    def _is_on(self, folder: Path, serial: int) -> bool:
        return folder in self._running and self._running[folder][0] == serial

    def _set(self, folder: Path, state: Verified) -> None:
        if self.of(folder) != state:
            self._states[folder] = state
            self.changed.emit(folder)
