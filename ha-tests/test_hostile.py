# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods of broken packets: no crash, no leak, and every packet that came in is accounted for."""

import re

import pytest
from lab.cluster import Cluster
from lab.errors import LabError
from lab.node import LabNode
from lab.places import binary, build_directory
from lab.wait import await_condition

SHARED_MAC = "10:00:00:01:00:01"
FRAMES = 30000
KINDS = ["ip", "tcp", "udp", "icmp", "ip6", "frame"]
IPV6 = """
add Address IPAddress if1_ip6_ip Address=2001:db8:1::1
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
add Address IPAddress if2_ip6_ip Address=2001:db8:2::1
add Address IPAddress if2_ip6_net Address=2001:db8:2::/64
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip
set Interface EthernetInterface if2 IPAddress=if2_ip,if2_ip6_ip
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net
add Route Interface=if2 Network=if2_ip6_net
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=if1_ip6_net DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
cc
"""


def counters(node: LabNode) -> dict[str, int]:
    shown = node.cli("statistics /datapath/*").stdout
    return {name: int(value) for name, value in re.findall(r"^/datapath/(\S+) +(\d+)", shown, re.MULTILINE)}


def unaccounted(node: LabNode) -> int:
    """Packets that came in or were made, less those that left, were taken or dropped by name."""
    seen = counters(node)
    into = seen["rx/packets"] + seen["sync/received"] + seen["host/from"] + seen["own/sent"]
    out = seen["tx/packets"] + seen["host/to"] + seen["own/taken"]
    return into - out - sum(value for name, value in seen.items() if name.startswith("drop/"))


def await_accounted(node: LabNode) -> None:
    """A queue may hold some for a moment, and what waits for a neighbour does for seconds: in the end nothing is left."""
    try:
        await_condition(lambda: unaccounted(node) == 0, "every packet being accounted for", timeout=20)
    except LabError as error:
        seen = {name: value for name, value in counters(node).items() if value}
        raise AssertionError(f"{error}: {unaccounted(node)} are missing of {seen}") from None


def flood(cluster: Cluster, kind: str, destination: str, seed: int) -> int:
    words = [binary("hostile", build_directory()), "eth0", SHARED_MAC, "10.1.0.10", destination, kind, str(FRAMES), str(seed)]
    done = cluster.lab.run("client", words, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.feature("C01-011", "C01-012")
def test_broken_packets_are_all_accounted_for(cluster: Cluster) -> None:
    name = cluster.active()
    node = cluster.nodes[name]
    done = node.commands(IPV6 + "activate\ncommit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    pids = {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    before = counters(node)
    sent = 0
    for seed, kind in enumerate(KINDS):
        for destination in ("198.51.100.10", "10.1.0.1"):
            sent += flood(cluster, kind, destination, seed)
    after = counters(node)
    # Of each sort some: what the frames are made to be reaches its check.
    reached = {counter for counter in after if counter.startswith("drop/") and after[counter] > before[counter]}
    missing = {"drop/ethertype", "drop/ethernet_destination", "drop/ipv4_header", "drop/ipv4_length", "drop/ipv4_checksum",
               "drop/ipv6_extension", "drop/transport_header", "drop/tcp_flags", "drop/arp_malformed", "drop/ttl"} - reached
    assert not missing, (missing, reached)
    assert after["rx/packets"] - before["rx/packets"] > sent / 2  # the rest did not fit into the port's ring
    await_accounted(node)
    assert cluster.active() == name and pids == {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    assert cluster.lab.run("client", ["ping", "-c", "2", "-i", "0.2", "198.51.100.10"]).returncode == 0


def test_floods_towards_the_standby_are_accounted_for(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.standby()]
    for kind in ("ip", "frame"):
        words = [binary("hostile", build_directory()), "eth0", "ff:ff:ff:ff:ff:ff", "10.1.0.10", "10.1.0.3", kind, str(FRAMES), "7"]
        assert cluster.lab.run("client", words, timeout=120).returncode == 0
    await_accounted(node)
    cluster.await_well()
