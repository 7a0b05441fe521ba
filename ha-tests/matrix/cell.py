# SPDX-License-Identifier: GPL-2.0-or-later
"""
One cell of the fault matrix: a fault beside an activity, and what must hold of it. At no moment do both nodes send for the
shared address; no flow that was established breaks, unless the row or column says why; activity stays where the row is about what
does not forward; and the pair heals without hands.
"""

import json
import random
import time
from dataclasses import asdict, dataclass, field

from lab.background import Capture
from lab.cluster import Cluster
from lab.errors import LabError
from lab.traffic import Flows, UdpProbe
from matrix.activities import Activity
from matrix.faults import Fault, Scene
from matrix.lag import Lag
from soak import SHARED_MAC, overlapping

FLOWS_TCP, FLOWS_UDP = 200, 200
PROBE_RATE = 500
HEALED_WITHIN = 90.0
# How long a fault lasts of which nothing is awaited.
LASTS = (0.3, 3.0)
# So long after its link is up a device has sent what waited there. Who forwarded again would do so for longer.
WAITED_FOR_LINK = 0.050


@dataclass
class Result:
    """What became of a cell. Times in milliseconds."""

    fault: str
    activity: str
    victim: str  # "active" or "standby"
    seed: int
    gap: float = 0.0
    healed: float = 0.0
    lag: float = 0.0  # of the mirror, the largest that was seen
    flows: str = ""
    wrong: list[str] = field(default_factory=list)

    def json(self) -> str:
        return json.dumps(asdict(self))


def excuse(fault: Fault, activity: Activity, victim: str) -> str:
    """Why flows may break in a cell; "" where they may not."""
    if fault.breaks_flows:
        return "nobody is left who knows them"
    if fault.alone:
        return "both nodes are active, as the guide says of this"
    if activity.unmirrored and victim == "active" and (fault.moves or fault.may_move):
        return "the standby had not been told of them yet"
    return ""


def run_cell(cluster: Cluster, fault: Fault, activity: Activity, victim: str, seed: int) -> Result:
    """The cluster must be well. It is well again afterwards, unless the result says otherwise."""
    result = Result(fault.name, activity.name, victim, seed)
    active = cluster.active()
    node = active if victim == "active" else cluster.other(active)
    scene = Scene(cluster, node, random.Random(seed))
    reported = _sanitizer_reports(cluster)
    # Of other clusters too, which must not use this one's address.
    senders = {name: Capture(cluster.lab, "switch", f"{name}-if1", f"ether src {SHARED_MAC} and inbound") for name in cluster.lab.nodes()}
    try:
        with Lag(cluster) as lag, Flows(cluster.lab, FLOWS_TCP, FLOWS_UDP) as flows:
            cluster.await_well()
            with UdpProbe(cluster.lab, rate=PROBE_RATE) as probe:
                start = time.monotonic()
                _disturb(scene, fault, activity)
                end = time.monotonic()
                cluster.await_well(HEALED_WITHIN)
                result.healed = (time.monotonic() - end) * 1000
                result.gap = probe.finish().longest_gap(start).milliseconds
            result.flows = flows.check()
            if fault.stays and not activity.moving and cluster.active() != active:
                result.wrong.append(f"{active} is active no more")
            result.lag = lag.worst
    except LabError as error:
        result.wrong.append(str(error)[:2000])
    finally:
        for sender in senders.values():
            sender.stop()
    excused = excuse(fault, activity, victim)
    if result.flows and not excused and not _all_alive(result.flows):
        result.wrong.append(f"flows broke: {result.flows}")
    if not fault.alone:
        result.wrong += [f"both sent for the shared address: {what}" for what in overlapping(
            {name: _sent(scene, name, sender.frames) for name, sender in senders.items()})[:1]]
    result.wrong += [f"a sanitizer found an error: {report}" for report in sorted(_sanitizer_reports(cluster) - reported)]
    if not result.wrong:
        result.wrong += _differences(cluster)
    return result


def _disturb(scene: Scene, fault: Fault, activity: Activity) -> None:
    """The fault happens while the activity goes on, lasts, and is over when this returns."""
    was_active = scene.cluster.active() == scene.victim
    with activity.go_on(scene), fault.happen(scene):
        if fault.moves and was_active and not activity.moving:
            scene.cluster.await_active(scene.cluster.other(scene.victim))
        else:
            time.sleep(scene.random.uniform(*LASTS))


def _sent(scene: Scene, name: str, frames: list[str]) -> list[str]:
    """But for frames that waited in the device of a node for its link: they were sent before (docs/high-availability.md)."""
    first, last = scene.mended
    return [frame for frame in frames
            if name != scene.victim or not first <= float(frame.split()[0]) <= last + WAITED_FOR_LINK]


def _all_alive(said: str) -> bool:
    """Of what Flows.check() says."""
    return said.startswith(f"tcp {FLOWS_TCP}/{FLOWS_TCP} udp {FLOWS_UDP}/{FLOWS_UDP} resets 0")


def _sanitizer_reports(cluster: Cluster) -> set[str]:
    return {str(report) for node in cluster.nodes.values() for report in node.sanitizer_reports()}


def _differences(cluster: Cluster) -> list[str]:
    """What the nodes' permanent configurations have that the other's has not, but for what is a node's own."""
    texts = []
    for node in cluster.nodes.values():
        file = node.run(["cat", "/var/lib/hadrian/config.json"]).stdout
        texts.append({line.strip().rstrip(",") for line in file[file.index("{"):].splitlines()})
    first, second = texts
    left = [line for line in sorted(first ^ second) if not line.startswith('"Role"')]
    return [f"the configurations differ: {'; '.join(left)[:500]}"] if left else []
