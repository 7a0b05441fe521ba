# SPDX-License-Identifier: GPL-2.0-or-later
"""What an interface's HAType asks of it, and how switches are kept told where the shared MAC is."""

import re

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.wait import await_condition

SHARED_MAC = "10:00:00:01:00:01"  # of if1 in cluster 1
HEARTBEATS = "ether proto 0xc14b and inbound"


def configure(cluster: Cluster, target: str, name: str, value: str) -> None:
    """Sets a property at the active node; waits until both nodes have it."""
    cluster.nodes[cluster.active()].commit(f"set {target} {name}={value}")
    await_condition(lambda: all(re.search(rf"\b{name}: +{value}$", node.cli(f"show {target}").stdout, re.MULTILINE)
                                for node in cluster.nodes.values()), f"{name}={value} at both nodes", timeout=20)


@pytest.mark.feature("C22-014", "C22-012")
def test_a_noncritical_interface_carries_no_heartbeats_and_its_end_is_no_failover(cluster: Cluster) -> None:
    configure(cluster, "Interface EthernetInterface if2", "HAType", "NonCritical")
    active = cluster.active()
    try:
        with Capture(cluster.lab, "switch", f"{active}-if2", HEARTBEATS) as none, \
                Capture(cluster.lab, "switch", f"{active}-if1", HEARTBEATS) as beats:
            for _ in range(50):
                beats.await_line("ethertype Unknown (0xc14b)", timeout=5)
            assert not none.frames
            cluster.lab.set_link(active, "if2", "down")
            await_condition(lambda: "down" in cluster.nodes[active].cli("ifstat if2").stdout.lower(), "the loss of the link", 20)
            # Twice the time in which the loss of a Critical one would have been acted on.
            for _ in range(50):
                beats.await_line("ethertype Unknown (0xc14b)", timeout=5)
        assert cluster.active() == active
    finally:
        cluster.lab.set_link(active, "if2", "up")
        configure(cluster, "Interface EthernetInterface if2", "HAType", "Critical")


@pytest.mark.feature("C22-036")
def test_the_shared_mac_is_announced_at_intervals(cluster: Cluster) -> None:
    configure(cluster, "Settings HASettings", "GratuitousARPInterval", "1")
    standby = cluster.standby()
    with Capture(cluster.lab, "client", "eth0", f"arp and ether src {SHARED_MAC} and ether broadcast") as announced, \
            Capture(cluster.lab, "switch", f"{standby}-if1", f"ether src {SHARED_MAC} and inbound") as sent:
        for _ in range(3):
            announced.await_line("10.1.0.1", timeout=5)
    assert not sent.frames, "the standby announces nothing"
