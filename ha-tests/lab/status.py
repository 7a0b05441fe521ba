# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node says of itself: the output of the CLI command `ha`, read."""

import re
from dataclasses import dataclass

STANDALONE = "This device is a standalone system (HA not configured)"


@dataclass(frozen=True)
class NodeStatus:
    answers: bool  # the CLI answered
    standalone: bool = False
    role: str = ""  # MASTER or SLAVE
    active: bool = False
    since: str = ""  # "17h 10m 17s"
    peer_alive: bool = False
    sync_percent: int = 0
    resyncing: bool = False


def parse(output: str) -> NodeStatus:
    """Reads the lines of `ha` (C22-046, C22-047, C22-048)."""
    if STANDALONE in output:
        return NodeStatus(answers=True, standalone=True, active=True)
    role = re.search(r"This device is a HA (MASTER|SLAVE)", output)
    state = re.search(r"This device is currently (Active|Inactive) \(for ([^)]*)\)", output)
    if role is None or state is None:
        return NodeStatus(answers=False)
    sync = re.search(r"HA object sync:? (\d+)%( \(RE-SYNCING\))?", output)
    return NodeStatus(answers=True, role=role[1], active=state[1] == "Active", since=state[2],
                      peer_alive="HA cluster peer is ALIVE" in output,
                      sync_percent=int(sync[1]) if sync else 0, resyncing=bool(sync and sync[2]))


def describe(status: NodeStatus) -> str:
    """One line for people."""
    if not status.answers:
        return "does not answer"
    if status.standalone:
        return "standalone"
    return (f"{status.role.lower():<7} {'active' if status.active else 'inactive':<9} for {status.since:<12} "
            f"peer {'alive' if status.peer_alive else 'dead':<6} sync {status.sync_percent}%"
            f"{' (re-syncing)' if status.resyncing else ''}")
