# SPDX-License-Identifier: GPL-2.0-or-later
"""IPv6 through a running cluster: configured as the guide does it, forwarded, and kept over a failover."""

from collections.abc import Iterator

import pytest
from lab.background import Background
from lab.cluster import Cluster
from lab.ipv6 import IPV6
from lab.wait import await_condition

SERVER = "2001:db8:2::10"


@pytest.fixture(scope="module")
def configured() -> dict[str, bool]:
    return {}


@pytest.fixture
def ipv6(cluster: Cluster, configured: dict[str, bool]) -> Iterator[Cluster]:
    if not configured:
        cluster.commit(IPV6 + "set Interface EthernetInterface if2 MTU=1400\n")
        configured["done"] = True
    yield cluster


def ping(cluster: Cluster, address: str = SERVER, *options: str) -> str:
    words = ["ping", "-6", "-q", "-c", "2", "-i", "0.2", "-W", "2", *options, address]
    return cluster.lab.run("client", words, check=False).stdout


@pytest.mark.feature("C05-011", "C05-012", "C05-013")
def test_ping_passes_and_the_neighbours_are_shown(ipv6: Cluster) -> None:
    assert " 0% packet loss" in ping(ipv6)
    node = ipv6.nodes[ipv6.active()]
    assert SERVER in node.cli("ndp -show").stdout
    seen = ipv6.lab.run("client", ["ip", "-6", "neighbour", "show", "2001:db8:1::1"]).stdout
    assert "10:00:00:01:00:01" in seen


@pytest.mark.feature("C05-011")
def test_hops_are_named_and_large_packets_are_answered(ipv6: Cluster) -> None:
    beyond = ipv6.lab.run("client", ["ping", "-6", "-c", "1", "-t", "1", "-W", "2", SERVER], check=False).stdout
    assert "From 2001:db8:1::1" in beyond and "Time exceeded" in beyond
    large = ipv6.lab.run("client", ["ping", "-6", "-c", "1", "-s", "1400", "-M", "do", "-W", "2", SERVER], check=False).stdout
    assert "Packet too big: mtu=1400" in large


ECHO = """
import socket
server = socket.create_server(("::", 9106), family=socket.AF_INET6)
print("ready", flush=True)
connection, _ = server.accept()
while data := connection.recv(100):
    connection.sendall(data)
"""
TALK = """
import socket, sys
connection = socket.create_connection(("2001:db8:2::10", 9106), timeout=10)
for line in sys.stdin:
    connection.sendall(line.encode())
    print(connection.recv(100).decode(), end="", flush=True)
"""


@pytest.mark.feature("C05-011", "C22-002")
def test_a_connection_survives_a_crash_of_the_active_node(ipv6: Cluster) -> None:
    """Neighbours and the connection are known to the survivor, which the clients find by its advertisements."""
    with Background(ipv6.lab, "server", ["python3", "-c", ECHO]) as server:
        server.await_line("ready")
        with Background(ipv6.lab, "client", ["python3", "-c", TALK]) as client:
            client.tell("before")
            client.await_line("before")
            assert SERVER in ipv6.nodes[ipv6.active()].cli("flow -show").stdout
            victim, survivor, _ = ipv6.crash_active()
            ipv6.await_active(survivor)
            client.tell("after")
            client.await_line("after")
    assert " 0% packet loss" in ping(ipv6)
    ipv6.nodes[victim].start()
    ipv6.await_well()


MALFORMED = {
    "ipv6_routing_header": "IPv6(src='2001:db8:1::10', dst='2001:db8:2::10')/IPv6ExtHdrRouting(type=0)/UDP(dport=9)",
    "fragment_short": "IPv6(src='2001:db8:1::10', dst='2001:db8:2::10')/IPv6ExtHdrFragment(m=1)/UDP(dport=9)",
    "ipv6_source": "IPv6(src='ff02::1', dst='2001:db8:2::10')/UDP(dport=9)",
    "ipv6_destination": "IPv6(src='2001:db8:1::10', dst='ff0e::1')/UDP(dport=9)",
    "ipv6_length": "IPv6(src='2001:db8:1::10', dst='2001:db8:2::10', plen=900)/UDP(dport=9)",
    "discovery_malformed": "IPv6(src='2001:db8:1::10', dst='2001:db8:1::1', hlim=64)/ICMPv6ND_NS(tgt='2001:db8:1::1')",
}


@pytest.mark.feature("C01-012")
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_packets_have_counters(ipv6: Cluster, name: str) -> None:
    before = ipv6.counter(f"drop/{name}")
    program = ("from scapy.all import *\n"
               f"sendp(Ether(dst='10:00:00:01:00:01')/{MALFORMED[name]}, iface='eth0', verbose=False)")
    ipv6.lab.run("client", ["/usr/bin/python3", "-c", program])
    await_condition(lambda: ipv6.counter(f"drop/{name}") > before, name, timeout=10)
