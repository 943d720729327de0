"""Ray, behind `tasks.Cluster`. The one file that knows it; it sends and gets texts alone.

It reports nothing about its use to anybody: Ray's own statistics are switched off before it is loaded.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

from myriorama.app.cluster.shard import make_shard
from myriorama.app.cluster.tasks import TaskLostError
from myriorama.scenes.errors import InputError, Problem

_TRIES_BY_ITSELF: Final = 5
_QUIET: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


class RayCluster:
    """A connection to a Ray cluster, or to one that is started on this machine. A context manager.

    Parameters
    ----------
    address : str
        ``auto`` for the cluster that this machine belongs to, ``HOST:PORT`` of its head, or ``local`` for a cluster of
        this machine alone.

    Raises
    ------
    InputError
        Ray is not installed, or no cluster answers.
    """

    def __init__(self, address: str) -> None:
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        try:
            import ray
        except ImportError as error:
            told = "Ray, which makes clusters, is not installed"
            raise InputError(Problem("--cluster", told, allowed='pip install "myriorama[cluster]"')) from error
        self._ray = ray
        self._ours = not ray.is_initialized()
        if self._ours:
            more = {"include_dashboard": False} if address == "local" else {}
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **more)
            except (OSError, RuntimeError, ValueError, TimeoutError) as error:
                told = f"no Ray cluster can be used: {' '.join(str(error).split())[:300]}"
                allowed = "auto, HOST:PORT of a cluster's head, or local"
                raise InputError(Problem("--cluster", told, address, allowed)) from error
        self._task = ray.remote(make_shard)

    def __enter__(self) -> RayCluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ours:
            self._ray.shutdown()

    def slots(self, workers: int) -> int:
        cores = float(self._ray.cluster_resources().get("CPU", 1.0))
        return max(1, int(cores // workers))

    def submit(self, request: str, workers: int) -> Any:
        options = {"num_cpus": workers, "max_retries": _TRIES_BY_ITSELF, "name": "myriorama shard"}
        return self._task.options(**options).remote(request)

    def ended(self, handles: Sequence[Any], timeout_s: float) -> Sequence[Any]:
        done: Sequence[Any] = self._ray.wait(list(handles), num_returns=len(handles), timeout=timeout_s)[0]
        return done

    def result(self, handle: Any) -> str:
        try:
            return str(self._ray.get(handle))
        except self._ray.exceptions.RayError as error:
            raise TaskLostError(" ".join(str(error).split())[:300]) from error

    def cancel(self, handle: Any) -> None:
        self._ray.cancel(handle, force=False)
