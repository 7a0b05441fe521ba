# SPDX-License-Identifier: GPL-2.0-or-later
"""Running other programs."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab.errors import LabError


def run(arguments: Sequence[str | Path], *, feed: str | None = None, timeout: float | None = 60) -> str:
    """Runs a program and returns its standard output; raises LabError with what it said where it fails."""
    words = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(words, input=feed, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        raise LabError(f"{words[0]} is not installed - run ./setup") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{' '.join(words)}: no answer within {timeout:g} s") from None
    if done.returncode != 0:
        said = " ".join((done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").split("\n"))
        raise LabError(f"{' '.join(words)}: {said}")
    return done.stdout
