# SPDX-License-Identifier: GPL-2.0-or-later
"""
Huge pages of 2 MB for the datapaths. The kernel's pool is one for the whole machine: a ledger says what was there before
the first lab and what each lab added, so that the last one puts it back.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.errors import LabError
from lab.places import LABS
from lab.wait import await_condition

POOL = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
FREE = POOL.with_name("free_hugepages")
LEDGER = LABS / "hugepages.json"


@contextmanager
def _ledger() -> Iterator[dict]:
    lock = os.open(LABS, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            ledger = json.loads(LEDGER.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            ledger = {"before": _pool(), "labs": {}}
        yield ledger
        _write(ledger)
    finally:
        os.close(lock)


def _write(ledger: dict) -> None:
    if ledger["labs"]:
        LEDGER.write_text(json.dumps(ledger), encoding="utf-8")
    else:
        LEDGER.unlink(missing_ok=True)


def _pool() -> int:
    return int(POOL.read_text(encoding="utf-8"))


def _free() -> int:
    return int(FREE.read_text(encoding="utf-8"))


def _add(pages: int) -> bool:
    """Changes the pool by so many pages. True where it was done."""
    wanted = _pool() + pages
    POOL.write_text(str(wanted), encoding="utf-8")
    return _pool() >= wanted


def reserve(lab: str, pages: int) -> bool:
    """Adds pages to the pool for a lab. False, and the pool as before, where the machine cannot give them."""
    if not POOL.exists():
        return False
    with _ledger() as ledger:
        before = _pool()
        ledger["labs"][lab] = pages
        _write(ledger)  # first, so that what was there before is known even where this process is killed now
        if _add(pages):
            return True
        del ledger["labs"][lab]
        POOL.write_text(str(before), encoding="utf-8")
        return False


def await_free(pages: int) -> bool:
    """
    Waits until the pages of processes that were just killed are free again, and makes up for what somebody else took out
    of the pool. False where the machine cannot give them.
    """
    with suppress(LabError):
        return await_condition(lambda: _free() >= pages, "the return of huge pages", timeout=1)
    with _ledger():
        return _add(pages - _free()) and _free() >= pages


def held_by(lab: str) -> int:
    """Pages that are in the pool for a lab."""
    if not LEDGER.exists():
        return 0
    with _ledger() as ledger:
        return ledger["labs"].get(lab, 0)


def release(lab: str) -> None:
    """Gives a lab's pages back. Nothing happens where it holds none."""
    if not LEDGER.exists():
        return
    with _ledger() as ledger:
        pages = ledger["labs"].pop(lab, 0)
        if ledger["labs"]:
            _add(-min(pages, max(0, _pool() - ledger["before"])))
        else:
            POOL.write_text(str(ledger["before"]), encoding="utf-8")
    with suppress(OSError):  # labs are there
        LABS.rmdir()
