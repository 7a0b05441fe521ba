# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether heartbeats go at all, for the message of a lab whose nodes do not find each other."""

from collections import Counter
from pathlib import Path

from lab import network
from lab.command import run
from lab.errors import LabError
from lab.threads import thread_of


def on_the_wire(lab: str, switch: str = "switch") -> str:
    """How many heartbeats came from and went to each port of the switch in a second, and which ports do not forward."""
    look = "timeout 1 tcpdump -i any -n -l --immediate-mode ether proto 0xc14b 2>/dev/null; bridge link"
    try:
        said = run([*network.enter(lab, switch), "sh", "-c", look])
    except LabError as error:
        return f"heartbeats: {error}"
    seen: Counter[str] = Counter()
    blocked = []
    for line in said.splitlines():
        words = line.split()
        if " state " in line and "state forwarding" not in line:
            blocked.append(line.strip())
        elif "0xc14b" in line:
            seen[f"{'to' if words[2] == 'Out' else 'from'} {words[1]}"] += 1
    counts = ", ".join(f"{count} {port}" for port, count in sorted(seen.items())) or "none"
    return "\n".join([f"heartbeats within a second: {counts}", *blocked])


def of_thread(datapath: int) -> str:
    """How the thread of a datapath that sends them is scheduled and what it has run, by the process's pid."""
    try:
        thread = Path(f"/proc/{datapath}/task/{thread_of(datapath, 'heartbeat')}")
        lines = (thread / "sched").read_text(encoding="utf-8").splitlines()
        state = (thread / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        waits = (thread / "wchan").read_text(encoding="utf-8")
    except (OSError, LabError) as error:
        return f"heartbeat thread: {error}"
    wanted = ("se.sum_exec_runtime", "nr_switches", "policy", "prio", "dl.runtime", "dl.deadline")
    values = [" ".join(line.split()).replace(" :", "") for line in lines if line.split(":")[0].strip() in wanted]
    return f"heartbeat thread: {state} in {waits}, {', '.join(values)}"
