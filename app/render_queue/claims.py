"""Who writes into a dataset's unfinished folder: one driver for the whole of it, or several, each for a shard.

A claim is a lock of the system's on the folder itself, so that no file is left and the claim ends with its holder. On a
file system without such locks nobody is kept out.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from myriorama.scenes.errors import InputError, Problem

_NOT_KNOWN_HERE: Final = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)


class DrivenElsewhereError(InputError):
    """Another process works on the job or writes into its folder already."""


@contextmanager
def claimed(partial: Path, *, shared: bool) -> Iterator[None]:
    """Hold a claim on an unfinished dataset.

    Parameters
    ----------
    partial : Path
        The folder, which exists.
    shared : bool
        Beside others that share it: shards.

    Raises
    ------
    DrivenElsewhereError
    """
    if sys.platform == "win32":  # no folder can be locked there
        yield
        return
    import fcntl

    descriptor = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = "another process writes into it: wait for it, or end it"
            raise DrivenElsewhereError(Problem(str(partial), told)) from error
        except OSError as error:
            if error.errno not in _NOT_KNOWN_HERE:
                raise
        yield
    finally:
        os.close(descriptor)
