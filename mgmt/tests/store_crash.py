#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ends a save of the configuration at every system call, or lets the call fail: what is loaded is whole, old or new."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

WRITER = sys.argv[1]
OLD, NEW = 7, 8
# strace is the parent of what it traces, and LeakSanitizer cannot work there.
ENVIRONMENT = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}
FAILING = {"openat": "ENOSPC", "write": "ENOSPC", "fsync": "EIO", "linkat": "EMLINK", "renameat": "EIO"}


def writer(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([WRITER, *map(str, arguments)], capture_output=True, text=True, check=False)


def traced(folder: Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(["strace", "-f", *options, WRITER, str(folder), str(NEW)], capture_output=True, text=True,
                          check=False, env=ENVIRONMENT)


def calls(folder: Path) -> Iterator[tuple[str, int]]:
    """The system calls of a save, each with how many of its name there were before in the process."""
    names = re.findall(r"^(?:\[pid +\d+\] )?(\w+)\(", traced(folder).stderr, re.MULTILINE)
    seen: Counter[str] = Counter()
    begun = False
    for name in names:
        seen[name] += 1
        if begun:
            yield name, seen[name]
        begun |= name == "getppid"


def prepare(folder: Path, damaged: bool) -> None:
    """Generation 7 saved over 6; damaged: the newest file is, and the one before it is what there is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for generation in (OLD - 1, OLD):
        assert writer(folder, generation).returncode == 0
    if damaged:
        text = (folder / "config.json").read_bytes()
        (folder / "config.json").write_bytes(text[:len(text) // 2])


def check(folder: Path, damaged: bool, what: str) -> str:
    loaded = writer(folder)
    allowed = {str(OLD - damaged), str(NEW)}
    assert loaded.stdout.strip() in allowed, f"{what}: loaded '{loaded.stdout.strip()}', allowed: {sorted(allowed)}"
    assert writer(folder, NEW + 1).returncode == 0, f"{what}: nothing can be saved any more"
    assert writer(folder).stdout.strip() == str(NEW + 1), what
    return loaded.stdout.strip()


def run(folder: Path, damaged: bool) -> None:
    prepare(folder, damaged)
    found: Counter[str] = Counter()
    points = list(calls(folder))
    assert {"openat", "write", "fsync", "renameat"} <= {name for name, _ in points}, points
    for name, occurrence in points:
        prepare(folder, damaged)
        killed = traced(folder, "-e", f"inject={name}:signal=KILL:when={occurrence}")
        assert killed.returncode != 0, f"{name} {occurrence} was not reached"
        found[check(folder, damaged, f"killed at {name} {occurrence}")] += 1
        if name not in FAILING:
            continue
        prepare(folder, damaged)
        traced(folder, "-e", f"inject={name}:error={FAILING[name]}:when={occurrence}")
        check(folder, damaged, f"{FAILING[name]} of {name} {occurrence}")
    assert len(found) == 2, f"all kills gave the same: {found}"
    print(f"{len(points)} system calls, newest file {'damaged' if damaged else 'whole'} before: {dict(found)}")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hadrian-store-") as folder:
        for damaged in (False, True):
            run(Path(folder) / "state", damaged)


main()
