# SPDX-License-Identifier: GPL-2.0-or-later
"""
Finding and ending exactly the processes of a lab. A process belongs to a host when its network namespace is the host's:
nothing is ever chosen by its name, so that other people's processes and other labs are safe.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from lab.wait import await_condition

NAMESPACES = Path("/run/netns")


def namespace_inode(name: str) -> int | None:
    """The number that identifies a named network namespace, None where there is none of that name."""
    try:
        return (NAMESPACES / name).stat().st_ino
    except FileNotFoundError:
        return None


def processes_in(inodes: set[int]) -> list[int]:
    """Every live process whose network namespace is one of these."""
    return [pid for pid in _all_pids() if _namespace_of(pid) in inodes]


def _all_pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _namespace_of(pid: int) -> int | None:
    # A zombie has no namespace any more: it counts as ended.
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot: with the pid it names a process for ever. None if gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def descends(pid: int, ancestor: int) -> bool:
    """Whether a process is another one's child, or a child of such; False where it has ended."""
    while pid not in (0, ancestor):
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return False
    return pid == ancestor


def process_name(pid: int) -> str:
    """What a process is called, for messages."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return f"process {pid}"


def labelled(label: str) -> list[int]:
    """Every process that carries exactly this label as its argv[0]."""
    start = label.encode() + b"\0"
    found = []
    for pid in _all_pids():
        try:
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(start):
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def send_signal(pid: int, number: signal.Signals, still_ours: Callable[[int], bool]) -> None:
    """Signals a process unless it has ended meanwhile; a descriptor guards against its number being used again."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if still_ours(pid):
            signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def signal_namespaces(inodes: set[int], number: signal.Signals) -> int:
    """Signals every process in these network namespaces once; returns how many there were."""
    pids = processes_in(inodes)
    for pid in pids:
        send_signal(pid, number, lambda candidate: _namespace_of(candidate) in inodes)
    return len(pids)


def kill_namespaces(inodes: set[int]) -> None:
    """SIGKILLs every process in these network namespaces, those that are being forked meanwhile too, and waits."""
    if not inodes:
        return

    def none_left() -> bool:
        return signal_namespaces(inodes, signal.SIGKILL) == 0

    await_condition(none_left, "the end of every process of the lab", timeout=30, interval=0.002)
