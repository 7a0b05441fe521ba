# SPDX-License-Identifier: GPL-2.0-or-later
"""
A pair whose machine has no processor time left: transfers as quick as they go, both ways, through the active node, and a
standby that joins again and again and is told everything. Nobody fails, so no change of the active node is right.
"""

import re
import time

from lab.background import Background
from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import Lab
from lab.processor import processor_ticks
from lab.traffic import SERVER, Flows, UdpProbe
from lab.wait import await_condition

FLOWS_TCP, FLOWS_UDP = 2000, 2000
PORT = 5201
# The standby stays away for so long, and in step for so long, so that there are hours of either.
AWAY_SECONDS, TOGETHER_SECONDS = 1.0, 10.0
PROBE_RATE = 100
JOIN_TIMEOUT = 120.0


def unit(name: str) -> str:
    """Of a metric of measure()."""
    return {"changes": "changes of the active node", "minutes": "minutes", "joins": "joins", "busy": "% of the processors",
            "gap_ms": "ms", "flows_lost": "flows"}[name.split(".")[1]]


def _terms(cluster: Cluster) -> int:
    """The highest term that a node logged: each change of the active node begins one."""
    logs = ((node.log / "hadrian-clusterd.log").read_text(encoding="utf-8", errors="replace") for node in cluster.nodes.values())
    return max((int(term) for log in logs for term in re.findall(r"\(term (\d+)\)", log)), default=0)


def _why(cluster: Cluster) -> str:
    """What the nodes logged of changes, without what they say of a peer that comes and goes."""
    lines = [f"{name}: {line}" for name, node in cluster.nodes.items()
             for line in (node.log / "hadrian-clusterd.log").read_text(encoding="utf-8", errors="replace").splitlines()
             if re.search(r"\[notice\] (active|yielding):", line)]
    return "\n".join(lines)


def _join_again(cluster: Cluster) -> None:
    """The standby goes, comes back, and is in step."""
    standby = cluster.nodes[cluster.standby()]
    standby.crash()
    time.sleep(AWAY_SECONDS)
    standby.start()

    def in_step() -> bool:
        seen = standby.status()
        return seen.peer_alive and not seen.resyncing and seen.sync_percent == 100

    await_condition(in_step, "the standby's being in step", JOIN_TIMEOUT)


def _lost(flows: Flows) -> int:
    """Uses every flow once; how many are gone."""
    words = flows.check().replace("/", " ").split()
    return FLOWS_TCP + FLOWS_UDP - int(words[1]) - int(words[4])


def measure(lab: Lab, minutes: float, quiet: bool) -> dict[str, float]:
    """So long under load: the metrics."""
    cluster = Cluster(lab)
    # The server alone speaks in the checks of datagram flows: else the idle counter of the other direction would end them.
    cluster.commit("set FlowTimeoutSettings FlowLifetimeUDP=86400")
    cluster.await_well()
    terms, joins, lost = _terms(cluster), 0, 0
    begin, (busy, whole) = time.monotonic(), processor_ticks()
    with (Flows(lab, FLOWS_TCP, FLOWS_UDP) as flows, UdpProbe(lab, rate=PROBE_RATE) as probe,
          Background(lab, "server", ["iperf3", "--server", "--forceflush", "--port", PORT], errors_too=True) as server):
        server.await_line("Server listening")
        client = ["iperf3", "--client", SERVER, "--port", PORT, "--time", int(minutes * 60) + 600, "--bidir", "--forceflush"]
        with Background(lab, "client", client, errors_too=True) as load:
            load.await_line("connected to", timeout=30)
            while time.monotonic() < begin + minutes * 60:
                _join_again(cluster)
                joins += 1
                lost = _lost(flows)
                time.sleep(TOGETHER_SECONDS)
                if load.process.poll() is not None:
                    raise LabError(f"the transfer broke: {' '.join(load.lines[-3:])}")
                if not quiet:
                    print(f"{(time.monotonic() - begin) / 60:6.1f} minutes: {joins} joins, {_terms(cluster) - terms} changes of the "
                          f"active node, {lost} flows lost", flush=True)
        spent, (busy_after, whole_after) = time.monotonic() - begin, processor_ticks()
        if not quiet and _terms(cluster) > terms:
            print(_why(cluster), flush=True)
        gap = probe.finish().longest_gap(begin).milliseconds
        lost = _lost(flows)
    return {"load.changes": float(_terms(cluster) - terms), "load.minutes": spent / 60, "load.joins": float(joins),
            "load.busy": 100 * (busy_after - busy) / (whole_after - whole), "load.gap_ms": gap,
            "load.flows_lost": float(lost)}
