# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP flows by the thousand and by the million through a cluster, and which of them it still knows (probe/crowd.h)."""

import re
import time
from dataclasses import dataclass

from lab import network
from lab.background import Background
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.places import binary
from lab.traffic import CLIENT, SERVER

PORT = 7300
PRIORITY = "-10"
FIRST, NETWORK = "10.128.0.1", "10.128.0.0/9"  # behind the client: there is room for eight million sources
CONFIGURE = f"""
set Settings FlowTimeoutSettings FlowLifetimeUDP=7200
cc RoutingTable main
add Route Interface=if1 Network={NETWORK} Gateway={CLIENT}
cc
cc RuleSet IPRuleSet main
add IPRule Name=crowd Action=Allow SourceInterface=if1 SourceNetwork={NETWORK} DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=all_services
cc
"""


@dataclass(frozen=True)
class Census:
    """What became of the flows that were there before a moment."""

    judged: int
    alive: int
    missing: int
    late: int  # of the missing: heard before one that is alive
    oldest_ms: float  # of the missing, when the last was heard


class Crowd:
    """The source of the flows. configure() once for a lab."""

    def __init__(self, lab: Lab, most: int):
        spaces = [f"/run/netns/{network.namespace(lab.name, host)}" for host in ("client", "server")]
        # Hosts that have machines of their own do not wait for the nodes' processors.
        program = ["nice", "-n", PRIORITY, binary("crowd", lab.build())]
        self._program = Background(lab, "client", [*program, *spaces, FIRST, SERVER, PORT, most])
        self._program.await_line("ready")

    @staticmethod
    def configure(cluster: Cluster) -> None:
        """Routes to and from the flows' sources, and a rule that lets them open flows, and nobody the other way."""
        cluster.lab.run("client", ["ip", "route", "add", "local", NETWORK, "dev", "lo"], check=True)
        cluster.lab.run("server", ["ip", "route", "add", NETWORK, "via", "198.51.100.1"], check=True)
        cluster.commit(CONFIGURE)

    def open(self, count: int, timeout: float = 120) -> float:
        """Opens so many flows as fast as they come through; the seconds that it took."""
        self._program.tell(f"open {count}")
        return float(self._program.await_line(f"open {count} ", timeout).split()[3])

    def set_rate(self, rate: int) -> float:
        """From here on so many are opened a second, 0: none; what it was a second since the last time."""
        self._program.tell(f"rate {rate}")
        return float(self._program.await_line(f"rate {rate} ").split()[5])

    def check(self, moment: float = 0, timeout: float = 120) -> Census:
        """
        Asks for every flow, or for those that came through before the traffic stood still at a moment (time.time(), just
        before the active node was killed).
        """
        self._program.tell(f"check {int(moment * 1e9)}")
        words = re.findall(r"\S+ ([\d.]+)", self._program.await_line("judged ", timeout))
        return Census(*map(int, words[:4]), float(words[4]))

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._program.stop()


def crash_under(crowd: Crowd, cluster: Cluster) -> tuple[str, Census]:
    """Kills the active node while flows are being opened; the node, and what its peer knows."""
    victim = cluster.active()
    moment = time.time()
    cluster.nodes[victim].crash()
    cluster.await_active(cluster.other(victim))
    crowd.set_rate(0)
    return victim, crowd.check(moment)
