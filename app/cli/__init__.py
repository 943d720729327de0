"""The command line: ``myriorama``. A face on the program: it computes no label and writes no dataset itself.

Importing it must stay cheap (``myriorama --help`` is felt at once), so every command imports what it
needs when it runs.
"""

from __future__ import annotations


def main() -> int:
    """Run the command line on this process's arguments and return the exit code; see `exits.ExitCode`."""
    import sys

    from myriorama.app.cli.program import run

    return run(sys.argv[1:])
