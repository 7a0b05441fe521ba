# SPDX-License-Identifier: GPL-2.0-or-later
"""
Huge pages of 2 MB for the datapaths. The kernel's pool is one for the whole machine: a ledger says what was there before
the first lab and what each lab added, so that the last one puts it back.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.places import LABS

POOL = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
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


def _set_pool(ledger: dict) -> int:
    POOL.write_text(str(ledger["before"] + sum(ledger["labs"].values())), encoding="utf-8")
    return _pool()


def reserve(lab: str, pages: int) -> bool:
    """Adds pages to the pool for a lab. False, and the pool as before, where the machine cannot give them."""
    if not POOL.exists():
        return False
    with _ledger() as ledger:
        ledger["labs"][lab] = pages
        _write(ledger)  # first, so that what was there before is known even where this process is killed now
        if _set_pool(ledger) >= ledger["before"] + sum(ledger["labs"].values()):
            return True
        del ledger["labs"][lab]
        _set_pool(ledger)
        return False


def release(lab: str) -> None:
    """Gives a lab's pages back. Nothing happens where it holds none."""
    if not LEDGER.exists():
        return
    with _ledger() as ledger:
        if ledger["labs"].pop(lab, None) is not None:
            _set_pool(ledger)
