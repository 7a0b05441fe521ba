# SPDX-License-Identifier: GPL-2.0-or-later
"""
State that goes from the active node to its peer, in a lab with two nodes and up to a million flows: how long a joining peer
takes to get it all while new flows are opened, which flows are missing after a crash and how old those were, and what the
daemons of both nodes use of a processor while new flows are mirrored one by one.
"""

import json
import os
import subprocess
import time
from pathlib import Path

from lab import hugepages
from lab.cluster import Cluster
from lab.crowd import Crowd, crash_under
from lab.errors import LabError
from lab.laboratory import Lab
from lab.node import LabNode, larger_datapaths
from lab.places import LABS, build_directory
from lab.wait import await_condition

JOINED = "the peer joined the group"
BULK_RATE = 50000  # flows a second that are opened while a peer joins
DELAY_GOAL_MS = 20.0  # what is missing after a crash may be so old
PROGRAMS = {"hadrian-datapath": "control", "hadrian-clusterd": "clusterd", "corosync": "corosync"}
COST_PAGES = 160  # of 2 MB
UNITS = {"newflows_cost_percent": "%", "packets_s": "packets/s", "messages_s": "messages/s", "bulk_s": "s", "rate": "flows/s",
         "missing": "flows", "lost_young": "flows", "delay_ms": "ms", "cpu": "% of a core"}


def unit(name: str) -> str:
    """Of a metric of measure()."""
    words = name.split(".")
    return next(UNITS[word] for word in reversed(words) if word in UNITS)


def cpu_seconds(node: LabNode) -> dict[str, float]:
    """What each part of the node has used of processors so far: the datapath's workers, its other threads, the others whole."""
    used = dict.fromkeys(["worker", *PROGRAMS.values()], 0.0)
    for program, part in PROGRAMS.items():
        for pid in node.programs(program):
            for task in Path(f"/proc/{pid}/task").iterdir():
                before, _, behind = task.joinpath("stat").read_text(encoding="utf-8").rpartition(")")
                fields = behind.split()
                used["worker" if "worker" in before else part] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _joined(node: LabNode) -> int:
    log = node.log / "hadrian-clusterd.log"
    return log.read_text(encoding="utf-8", errors="replace").count(JOINED) if log.exists() else 0


def bulk(cluster: Cluster, crowd: Crowd, flows: int, rate: int) -> dict[str, float]:
    """The standby starts anew, and gets so many flows and all that are opened meanwhile."""
    standby = cluster.nodes[cluster.standby()]
    standby.crash()
    before = _joined(standby)
    crowd.set_rate(rate)
    standby.start()
    await_condition(lambda: _joined(standby) > before, "the peer's joining", timeout=60, interval=0.002)
    start = time.monotonic()

    def complete() -> bool:
        return standby.counter("flow/mirrored") >= flows and not standby.status().resyncing

    await_condition(complete, "the end of the bulk synchronisation", timeout=300, interval=0.05)
    seconds = time.monotonic() - start
    return {f"sync.bulk_s.{flows}": seconds, "sync.bulk.rate": crowd.set_rate(0)}


def steady(cluster: Cluster, crowd: Crowd, rate: int, seconds: int) -> dict[str, float]:
    """New flows at a rate, and what mirroring them takes at either node."""
    nodes = {"active": cluster.nodes[cluster.active()], "standby": cluster.nodes[cluster.standby()]}
    crowd.set_rate(rate)
    before, start = {name: cpu_seconds(node) for name, node in nodes.items()}, time.monotonic()
    time.sleep(seconds)
    spent, after = time.monotonic() - start, {name: cpu_seconds(node) for name, node in nodes.items()}
    reached = crowd.set_rate(rate)
    values = {f"sync.cpu.{name}.{part}": 100 * (after[name][part] - used) / spent
              for name, parts in before.items() for part, used in parts.items()}
    return {"sync.steady.rate": reached} | values


def cost(name: str) -> dict[str, float]:
    """What mirroring costs a worker, without a lab."""
    program = build_directory() / "datapath" / "bench" / "bench_mirror"
    if not program.is_file():
        raise LabError(f"{program} is not built - build it with: ninja -C {build_directory()}")
    huge = hugepages.reserve(name, COST_PAGES)
    try:
        memory = ["--in-memory"] if huge else ["--no-huge", "--no-shconf", "-m", "300"]
        cores = range(max(0, os.cpu_count() - 2), os.cpu_count())
        said = subprocess.run([program, "--no-pci", *memory, "--no-telemetry", "--log-level=*:error", "-l", ",".join(map(str, cores)),
                               "--main-lcore", str(cores[-1]), "--", "--json"], text=True, capture_output=True, check=False)
    finally:
        if huge:
            hugepages.release(name)
    if said.returncode:
        raise LabError(f"{program.name}: {said.stderr.strip()}")
    return {line["metric"]: line["value"] for line in map(json.loads, said.stdout.splitlines())}


def measure(name: str, flows: int, rate: int, seconds: int, quiet: bool) -> dict[str, float]:
    """All metrics, in a lab of that name."""
    LABS.mkdir(parents=True, exist_ok=True)
    values = cost(f"{name}cost")
    table = flows + (BULK_RATE + rate) * 20  # with what is opened while the daemons start and the lab looks on
    with larger_datapaths(table), Lab(name).running() as lab:
        cluster = Cluster(lab)
        Crowd.configure(cluster)
        with Crowd(lab, table) as crowd:
            opened = crowd.open(flows, timeout=600)
            cluster.await_well(timeout=120)
            if not quiet:
                print(f"{flows} flows opened in {opened:.1f} s", flush=True)
            values |= bulk(cluster, crowd, flows, BULK_RATE)
            cluster.await_well(timeout=120)
            values |= steady(cluster, crowd, rate, seconds)
            victim, census = crash_under(crowd, cluster)
            if not quiet:
                print(f"{victim} was killed: {census}", flush=True)
    # The oldest of the missing is known, and that they are the last ones: what is older than it is there.
    old = census.late if census.oldest_ms <= DELAY_GOAL_MS else census.missing
    return values | {"sync.missing": float(old), "sync.lost_young": float(census.missing - old), "sync.delay_ms": census.oldest_ms}
