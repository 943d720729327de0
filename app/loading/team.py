"""The processes that render for one training loop: fed in order, answered in order, ended with the loop.

It holds no more finished samples than twice its processes, and starts none again: a process that dies is an error.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final, TypeAlias

from myriorama.app.loading.maker import UnmadeError, maker_main
from myriorama.app.loading.wire import receive_sample
from myriorama.app.production.clean_picture import What
from myriorama.app.production.lifetime import holding_children_to_threads, without_interrupts
from myriorama.app.production.messages import WorkerSetup, send
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem

_AHEAD: Final = 2
"""Samples that a process is asked for at a time: the one that it makes and the next."""
_JOIN_S: Final = 5.0

Made: TypeAlias = "tuple[dict[str, Any], dict[str, Any]]"


@dataclass(eq=False)
class _Member:
    process: SpawnProcess
    pipe: Connection
    asked: deque[int] = field(default_factory=deque)


class Team:
    """Processes that make samples of one project.

    Parameters
    ----------
    roles : tuple of str or None
        Which pictures are wanted; None is all.
    """

    def __init__(self, setup: WorkerSetup, count: int, roles: tuple[str, ...] | None) -> None:
        self.owner = os.getpid()
        self._token = 0
        self._members: list[_Member] = []
        try:
            for _ in range(count):
                self._members.append(_started(setup, roles))
        except BaseException:
            self.close()
            raise

    def make(
        self, indices: Iterable[int], epoch: int = 0, what: What = "noise"
    ) -> Iterator[tuple[int, Made | UnmadeError]]:
        """Yield index and sample, or why it cannot be made, in the order given.

        A later call makes an earlier one's iterator end with an error. `epoch` and `what` are as for
        `Producer.produce`.

        Raises
        ------
        MyrioramaError
            A process died or could not start, or another iteration was begun.
        """
        first = self._token
        source = iter(indices)
        waiting: dict[int, int] = {}  # token -> index, in the order that they are wanted
        done: dict[int, Made | UnmadeError] = {}
        last = self._token
        ended = False
        while True:
            while not ended and len(waiting) < 2 * len(self._members):
                member = min(self._members, key=lambda m: len(m.asked))
                if len(member.asked) >= _AHEAD:
                    break
                index = next(source, None)
                if index is None:
                    ended = True
                    break
                self._ask(member, {"index": index, "epoch": epoch, "what": what})
                last = self._token
                waiting[last] = index
            if not waiting and ended:
                return
            if not waiting:  # all of them are still at what an earlier iteration asked for
                done.update(answer for answer in self._answers() if answer[0] > first)
                continue
            wanted = next(iter(waiting))
            while wanted not in done:
                done.update(answer for answer in self._answers() if answer[0] > first)
            yield waiting.pop(wanted), done.pop(wanted)
            if self._token != last:
                raise MyrioramaError("another iteration of these samples was begun; this one cannot go on")

    def _ask(self, member: _Member, wanted: dict[str, Any]) -> None:
        self._token += 1
        try:
            send(member.pipe, {**wanted, "token": self._token})
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._dead(member) from error
        member.asked.append(self._token)

    def _answers(self) -> Iterator[tuple[int, Made | UnmadeError]]:
        ready = wait([m.pipe for m in self._members])
        for member in [m for m in self._members if m.pipe in ready]:
            try:
                told, pictures = receive_sample(member.pipe)
            except (EOFError, ConnectionResetError) as error:
                raise self._dead(member) from error
            fault = told.get("fault", "")
            if fault == "device":
                raise DeviceError(told["text"])
            if fault == "start":
                raise InputError(Problem("project", told["text"]))
            member.asked.remove(told["token"])
            yield told["token"], UnmadeError(told["text"]) if fault else (told["record"], pictures)

    def _dead(self, member: _Member) -> MyrioramaError:
        member.process.join(_JOIN_S)
        return MyrioramaError(
            f"a process that renders ended (exit code {member.process.exitcode}); out of memory, or killed from outside"
        )

    def close(self) -> None:
        """End the processes; they have nothing to lose."""
        if self.owner != os.getpid():
            return  # a fork's copy: they are its parent's
        for member in self._members:
            member.pipe.close()
            member.process.kill()
        for member in self._members:
            member.process.join(_JOIN_S)
            member.process.close()
        self._members = []


def _started(setup: WorkerSetup, roles: tuple[str, ...] | None) -> _Member:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=maker_main, args=(theirs, setup.to_text(), roles, os.getpid()), daemon=True)
    try:
        with holding_children_to_threads(setup.threads), without_interrupts():
            process.start()
    finally:
        theirs.close()
    return _Member(process, ours)
