# SPDX-License-Identifier: GPL-2.0-or-later
"""
One cell of the fault matrix: a fault beside an activity, and what must hold of it. At no moment do both nodes send for the
shared address; no flow that was established breaks, unless the row or column says why; activity stays where the row is about what
does not forward; the pair heals without hands; and then the standby has everything, so that a hand-over to it breaks no flow.
"""

import json
import random
import time
from dataclasses import asdict, dataclass, field

from lab.background import Capture
from lab.cluster import Cluster
from lab.errors import LabError
from lab.traffic import UdpProbe
from matrix.activities import Activity
from matrix.faults import Fault, Scene
from matrix.lag import Lag
from matrix.standing import Standing, all_alive
from soak import overlapping

SHARED_MACS = {"if1": "10:00:00:01:00:01", "if2": "10:00:00:01:00:02"}
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
    flows: str = ""  # that were alive when all was well again
    met: bool = True  # the fault came while the activity was going on
    wrong: list[str] = field(default_factory=list)

    def json(self) -> str:
        return json.dumps(asdict(self))


def excuse(fault: Fault, activity: Activity, victim: str) -> str:
    """Why flows may break in a cell; "" where they may not."""
    if fault.breaks_flows:
        return "nobody is left who knows them"
    if fault.alone:
        return "both nodes are active, as the guide says of this"
    if activity.unmirrored and victim == "active" and fault.forgets:
        return "the standby had not been told of them yet"
    return ""


def run_cell(cluster: Cluster, fault: Fault, activity: Activity, victim: str, seed: int) -> Result:
    """The cluster must be well. It is well again afterwards, unless the result says otherwise."""
    result = Result(fault.name, activity.name, victim, seed)
    active = cluster.active()
    node = active if victim == "active" else cluster.other(active)
    scene = Scene(cluster, node, node == active, random.Random(seed))
    reported = _sanitizer_reports(cluster)
    # Of other clusters too, which must not use this one's address.
    senders = {(name, interface): Capture(cluster.lab, "switch", f"{name}-{interface}", f"ether src {mac} and inbound")
               for name in cluster.lab.nodes() for interface, mac in SHARED_MACS.items()}
    handed_over = ""
    try:
        with Lag(cluster) as lag, Standing(cluster.lab, activity.crowd) as flows:
            cluster.await_well()
            with UdpProbe(cluster.lab, rate=PROBE_RATE) as probe:
                start = time.monotonic()
                _disturb(scene, fault, activity)
                end = time.monotonic()
                cluster.await_well(HEALED_WITHIN)
                result.healed = (time.monotonic() - end) * 1000
                result.gap = probe.finish().longest_gap(start).milliseconds
            result.flows = flows.check()
            result.met = scene.met
            if fault.stays and not activity.moving and cluster.active() != active:
                result.wrong.append(f"{active} is active no more")
            result.lag = lag.worst
            _hand_over(cluster)
            handed_over = flows.check()
    except LabError as error:
        result.wrong.append(str(error)[:2000])
    finally:
        for sender in senders.values():
            sender.stop()
    if result.flows and not excuse(fault, activity, victim) and not all_alive(result.flows):
        result.wrong.append(f"flows broke: {result.flows}")
    if handed_over and handed_over != result.flows:
        result.wrong.append(f"the standby had not everything when all was well: {result.flows}, behind a hand-over {handed_over}")
    if not fault.alone:
        result.wrong += _two_senders(scene, {port: sender.frames for port, sender in senders.items()})
    result.wrong += [f"a sanitizer found an error: {report}" for report in sorted(_sanitizer_reports(cluster) - reported)]
    if not result.wrong:
        result.wrong += _differences(cluster)
    return result


def _disturb(scene: Scene, fault: Fault, activity: Activity) -> None:
    """The fault happens while the activity goes on, lasts, and is over when this returns."""
    with activity.go_on(scene), fault.happen(scene):
        if fault.moves and scene.was_active and not activity.moving:
            scene.cluster.await_active(scene.cluster.other(scene.victim))
        else:
            time.sleep(scene.random.uniform(*LASTS))


def _hand_over(cluster: Cluster) -> None:
    """From whoever is active."""
    node, other = cluster.active(), cluster.standby()
    cluster.nodes[node].succeed("ha -deactivate\n")
    cluster.await_active(other)
    cluster.await_well()


def _two_senders(scene: Scene, frames: dict[tuple[str, str], list[str]]) -> list[str]:
    """On which interface both nodes sent for the shared address, of what came out of each node's interfaces."""
    return [f"both sent for the shared address of {interface}: {what}" for interface in SHARED_MACS for what in overlapping(
        {name: _sent(scene, name, interface, lines) for (name, port), lines in frames.items() if port == interface})[:1]]


def _sent(scene: Scene, name: str, interface: str, frames: list[str]) -> list[str]:
    """But for frames that waited in the device of a node for its link: they were sent before (docs/high-availability.md)."""
    mended, first, last = scene.mended
    return [frame for frame in frames
            if (name, interface) != (scene.victim, mended) or not first <= float(frame.split()[0]) <= last + WAITED_FOR_LINK]


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
