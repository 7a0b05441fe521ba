#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Round after round the active node is crashed, hung or stopped, and comes back. At no moment may both nodes forward, none may
be stuck, and processes, namespaces, huge pages and memory must not grow.

  ha-tests/soak.py --rounds 100
"""

import argparse
import random
import sys
import time
from pathlib import Path

from lab.background import Capture
from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import Lab
from lab.places import lab_name
from lab.processes import namespace_inode, processes_in
from lab.traffic import UdpProbe

# Of resident memory, between a node's first and its last sync; a leak of one flow table a round is far more.
GROWTH_LIMIT = 1.25
SHARED_MAC = "10:00:00:01:00:01"


class Usage:
    """What a lab holds of the machine."""

    def __init__(self, cluster: Cluster):
        lab = cluster.lab
        self.processes = {name: len(processes_in({namespace_inode(f"{lab.name}-{name}") or 0})) for name in cluster.nodes}
        self.namespaces = len(list(Path("/run/netns").glob(f"{lab.name}-*")))
        daemons = {f"{name} {daemon}": node.daemon_pid(daemon)
                   for name, node in cluster.nodes.items() for daemon in node.daemons()}
        self.huge_kilobytes = {daemon: _kilobytes(pid, "smaps_rollup", "Private_Hugetlb", "Shared_Hugetlb")
                               for daemon, pid in daemons.items()}
        self.resident = {daemon: _kilobytes(pid, "status", "VmRSS") for daemon, pid in daemons.items()}

    def compare(self, later: "Usage") -> list[str]:
        """What grew."""
        grown = [f"{what} were {getattr(self, what)}, are {getattr(later, what)}"
                 for what in ("processes", "namespaces", "huge_kilobytes") if getattr(self, what) != getattr(later, what)]
        grown += [f"memory of {name} was {before} kB, is {later.resident[name]} kB"
                  for name, before in self.resident.items() if later.resident[name] > before * GROWTH_LIMIT]
        return grown


def _kilobytes(pid: int | None, file: str, *names: str) -> int:
    """The sum of these lines of a file of /proc/<pid>."""
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.partition(":")[0] in names)


def one_round(cluster: Cluster, way: str) -> float:
    """The active node goes in one of the ways, the other takes over, it comes back; returns the gap in ms."""
    victim = cluster.active()
    survivor = cluster.other(victim)
    with UdpProbe(cluster.lab, rate=200) as probe:
        moment = time.monotonic()
        if way == "crash":
            cluster.nodes[victim].crash()
        elif way == "hang":
            cluster.nodes[victim].hang()
        else:
            cluster.nodes[victim].stop()
        cluster.await_active(survivor)
        if way == "hang":
            cluster.nodes[victim].resume()
        else:
            cluster.nodes[victim].start()
        cluster.await_well()
        gap = probe.finish().longest_gap(moment)
    if cluster.active() != survivor:
        raise LabError(f"{victim} seized activity when it came back after a {way}")
    return gap.milliseconds


def soak(lab: Lab, rounds: int, seed: int) -> None:
    """Raises LabError at the first thing that is wrong."""
    ways = random.Random(seed)
    cluster = Cluster(lab)
    both = _watch_for_two_active(cluster)
    try:
        before: Usage | None = None
        for number in range(1, rounds + 1):
            way = ways.choice(["crash", "hang", "stop"])
            gap = one_round(cluster, way)
            print(f"round {number:>3}: {way:<5} {gap:7.1f} ms", flush=True)
            # Every node has been restarted once by the second round; from then on nothing may grow.
            if number == min(2, rounds):
                before = Usage(cluster)
        assert before is not None
        grown = before.compare(Usage(cluster))
        if grown:
            raise LabError("; ".join(grown))
    finally:
        for watcher in both.values():
            watcher.stop()
    overlaps = overlapping({name: watcher.frames for name, watcher in both.items()})
    if overlaps:
        raise LabError(f"both nodes sent with the shared MAC at once: {overlaps[0]}")


def _watch_for_two_active(cluster: Cluster) -> dict[str, Capture]:
    """Every frame that a node sends with the shared MAC, stamped by the switch."""
    return {name: Capture(cluster.lab, "switch", f"{name}-if1", f"ether src {SHARED_MAC} and inbound")
            for name in cluster.nodes}


def overlapping(senders: dict[str, list[str]]) -> list[str]:
    """
    Moments when a node sent although the other had already taken over: the senders in order of time may change only as often
    as activity moved, so a node that sends again within 20 ms after the other is one that did not stop.
    """
    frames = sorted((float(line.split()[0]), name, line) for name, lines in senders.items() for line in lines)
    found = []
    for (_, first, _), (at, second, _), (back, third, frame) in zip(frames, frames[1:], frames[2:]):
        if first == third != second and back - at < 0.020:
            found.append(f"{second} at {at:.6f}, then {third} again: {frame}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16), help="the order of crash, hang and stop")
    arguments = parser.parse_args()
    print(f"soak: {arguments.rounds} rounds, seed {arguments.seed}")
    try:
        with Lab(lab_name()).running() as lab:
            soak(lab, arguments.rounds, arguments.seed)
    except LabError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print("soak: nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
