# SPDX-License-Identifier: GPL-2.0-or-later
"""
Gaps in traffic through the cluster, each kind of failure round after round, while thousands of flows stand open. A flow
counts as kept only where the server still reaches the client by it.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import Flows, ProbeResult, UdpProbe
from lab.wait import await_condition

FLOWS_TCP, FLOWS_UDP = 2000, 2000
PEER_DEAD_MS = 200  # the default
MEASURED_SECONDS = 10
# Traffic goes on soon behind the change of the active node.
SETTLED_SECONDS = 0.5
LINK_SETTLED_SECONDS = 2.5
# What was sent so short before the probe's end may still have been on its way.
FLIGHT_SECONDS = 0.1


@dataclass(frozen=True)
class Kind:
    """What is done to the active node, and what brings it back."""

    disturb: Callable[[Cluster, str], object]
    mend: Callable[[Cluster, str], object]
    rate: int = 1000  # datagrams a second


def await_ready(cluster: Cluster) -> None:
    """A standby whose interface has just come back is not ready at once; a second fault before that is not what is measured."""
    node = cluster.nodes[cluster.active()]
    await_condition(lambda: "peer is ready to take over" in node.cli("ha -status").stdout, "a standby that is ready", MEASURED_SECONDS)


def mend_cable(cluster: Cluster, node: str) -> None:
    """A link that was there for less than two seconds may be its driver's doing, and is not acted on as quickly."""
    cluster.lab.set_link(node, "if1", "up")
    time.sleep(LINK_SETTLED_SECONDS)


def come_back(cluster: Cluster, node: str) -> None:
    """
    The node that hung goes on, yields and is told everything. Then it starts anew: both nodes would be patient with it for half a
    minute, as they should be where a machine pauses, and the next round is to be as the first.
    """
    cluster.nodes[node].resume()
    cluster.await_well()
    cluster.nodes[node].crash()
    cluster.nodes[node].start()


KINDS = {
    "crash": Kind(lambda cluster, node: cluster.nodes[node].crash(), lambda cluster, node: cluster.nodes[node].start()),
    "hang": Kind(lambda cluster, node: cluster.nodes[node].hang(), come_back),
    "cut": Kind(lambda cluster, node: cluster.lab.set_link(node, "if1", "down"), mend_cable),
    "handover": Kind(lambda cluster, node: cluster.nodes[node].succeed("ha -deactivate\n"), lambda cluster, node: None, rate=10000),
}


def percentile(values: list[float], share: float) -> float:
    """The nearest rank: with few rounds .99 is the largest."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def unit(name: str) -> str:
    """Of a metric of measure()."""
    return {"gap_ms": "ms", "flows_lost": "flows", "lost": "packets", "reordered": "packets"}[name.split(".")[2]]


def lost_packets(result: ProbeResult) -> int:
    """Datagrams without an echo, but for those that were still on their way when the probe ended."""
    end = result.samples[-1][0] - FLIGHT_SECONDS
    return sum(received is None and sent < end for sent, received in result.samples)


def patience(cluster: Cluster) -> float:
    """Milliseconds of silence after which the standby takes over."""
    return cluster.nodes[cluster.standby()].counter("heartbeat/patience") / 1000


def await_measured(cluster: Cluster) -> None:
    """Until a new peer's heartbeats were measured, it has all of PeerDead; on a busy machine it keeps that."""
    end = time.monotonic() + MEASURED_SECONDS
    await_condition(lambda: patience(cluster) < PEER_DEAD_MS or time.monotonic() >= end, "patience", MEASURED_SECONDS + 10)


def measure(lab: Lab, name: str, rounds: int, quiet: bool) -> dict[str, float]:
    """The metrics of one kind."""
    kind = KINDS[name]
    cluster = Cluster(lab)
    gaps: list[float] = []
    lost: list[int] = []
    reordered = 0
    with Flows(lab, FLOWS_TCP, FLOWS_UDP) as flows:
        for number in range(1, rounds + 1):
            cluster.await_well()
            await_ready(cluster)
            await_measured(cluster)
            victim, silence = cluster.active(), patience(cluster)
            with UdpProbe(lab, rate=kind.rate) as probe:
                moment = time.monotonic()
                kind.disturb(cluster, victim)
                cluster.await_active(cluster.other(victim))
                time.sleep(SETTLED_SECONDS)
                result = probe.finish()
            # Thousands of packets at once, which a machine of two cores may not have room for beside the probe's.
            alive = flows.check()
            kind.mend(cluster, victim)
            gaps.append(result.longest_gap(moment).milliseconds)
            lost.append(lost_packets(result))
            reordered += result.reordered
            if not quiet:
                print(f"round {number:>3}: {name} of {victim}, {gaps[-1]:7.1f} ms, patience {silence:.0f} ms, {lost[-1]} packets lost, {alive}",
                      flush=True)
        cluster.await_well()
    words = alive.replace("/", " ").split()
    values = {f"failover.{name}.gap_ms.median": percentile(gaps, 0.5), f"failover.{name}.gap_ms.p99": percentile(gaps, 0.99),
              f"failover.{name}.gap_ms.max": max(gaps),
              f"failover.{name}.flows_lost": float(FLOWS_TCP + FLOWS_UDP - int(words[1]) - int(words[4]))}
    if name == "handover":
        values |= {"failover.handover.lost": float(sum(lost)), "failover.handover.reordered": float(reordered)}
    return values
