# SPDX-License-Identifier: GPL-2.0-or-later
"""Labs of test runs that ended without taking them down. The name of a test's lab begins with the process that made it."""

import os
from contextlib import suppress
from pathlib import Path

from lab.errors import LabError
from lab.laboratory import Lab
from lab.places import LABS
from lab.wait import await_condition

END_TIMEOUT = 60.0


def _owners() -> dict[str, int]:
    """Lab -> process, of all labs of tests."""
    names = [folder.name for folder in LABS.glob("test*")]
    owners = {name: name.removeprefix("test").partition("_")[0] for name in names}
    return {name: int(owner) for name, owner in owners.items() if owner.isdigit()}


def _is_of_own_group(process: int) -> bool:
    try:
        return os.getpgid(process) == os.getpgrp()
    except ProcessLookupError:
        return False


def remove_stale() -> None:
    for name, owner in _owners().items():
        if not Path(f"/proc/{owner}").exists():
            Lab(name).down()


def remove_own() -> None:
    """Behind a test run in this process group: its processes may be on their way out still."""
    with suppress(LabError):
        await_condition(lambda: not any(map(_is_of_own_group, _owners().values())), "the end of the tests", END_TIMEOUT)
    remove_stale()
