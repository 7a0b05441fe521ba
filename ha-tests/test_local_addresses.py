# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses that the firewall has, or answers for, by a route: LocalIP, proxy ARP and proxy Neighbor Discovery."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.laboratory import Lab

SHARED_MAC = {"if1": "10:00:00:01:00:01", "if2": "10:00:00:01:00:02"}
PEER = "198.51.100.20"
GATEWAY, SECOND = "10.2.2.1", "10.2.2.5"  # of a second network on if1
POOL = "198.51.100.64-198.51.100.70"
TRANSLATED = "198.51.100.66"
POOL6 = "2001:db8:2::f0/124"

CONFIGURE = f"""
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1
cc RoutingTable main
add Route Interface=if1 Network=10.2.2.0/24 LocalIP={GATEWAY}
add Route Interface=core Network={POOL} ProxyArpInterfaces=if2
add Route Interface=core Network={POOL6} ProxyArpAllInterfaces=Yes
add Route Interface=if2 Network=2001:db8:2::/64
cc
cc RuleSet IPRuleSet main
add IPRule Index=1 Name=second Action=Allow SourceInterface=if1 SourceNetwork=10.2.2.0/24 DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=all_services SourceTranslation=NAT SetSourceAddress=AllToOne NewSourceIP4={TRANSLATED}
add IPRule Index=2 Name=own Action=Allow SourceInterface=if1 SourceNetwork=10.2.2.0/24 DestinationInterface=core DestinationNetwork={GATEWAY} Service=ping-inbound
add IPRule Index=3 Name=pool Action=Deny SourceInterface=if2 SourceNetwork=all-nets DestinationInterface=core DestinationNetwork=198.51.100.65 Service=all_services
add IPRule Index=4 Name=pool6 Action=Allow SourceInterface=if2 SourceNetwork=all-nets-ip6 DestinationInterface=core DestinationNetwork={POOL6} Service=ping6-inbound
cc
"""


@pytest.fixture(scope="module", autouse=True)
def second_network(lab: Lab) -> Iterator[None]:
    Cluster(lab).commit(CONFIGURE)
    lab.run("client", ["ip", "address", "add", f"{SECOND}/24", "dev", "eth0"], check=True)
    lab.run("client", ["ip", "route", "add", f"{PEER}/32", "via", GATEWAY, "src", SECOND], check=True)
    yield


def neighbour(lab: Lab, host: str, address: str, *options: str) -> str:
    """The Ethernet address that a host finds for an address, asked anew; "" for none."""
    lab.run(host, ["ip", "neighbour", "flush", "dev", "eth0"])
    lab.run(host, ["ping", "-n", "-c", "1", "-W", "1", *options, address])
    found = re.search(r"lladdr (\S+)", lab.run(host, ["ip", "neighbour", "show", address]).stdout)
    return found[1] if found else ""


def reaches_the_peer(lab: Lab) -> bool:
    lab.run("client", ["ip", "neighbour", "flush", "dev", "eth0"])
    return lab.run("client", ["ping", "-n", "-c", "1", "-W", "3", "-I", SECOND, PEER]).returncode == 0


@pytest.mark.feature("C06-008", "C09-019")
def test_a_second_network_has_its_gateway(cluster: Cluster) -> None:
    """
    A host of the second network reaches the peer through LocalIP, and the answers come back to an address of the pool, for
    which the firewall answers.
    """
    assert neighbour(cluster.lab, "client", GATEWAY, "-I", SECOND) == SHARED_MAC["if1"]
    assert reaches_the_peer(cluster.lab)
    assert neighbour(cluster.lab, "peer", TRANSLATED) == SHARED_MAC["if2"]
    done = cluster.lab.run("client", ["ping", "-n", "-c", "1", "-W", "3", "-I", SECOND, GATEWAY])
    assert done.returncode == 0, "LocalIP is the firewall's own address"


@pytest.mark.feature("C06-008")
def test_the_firewall_asks_as_local_ip(cluster: Cluster) -> None:
    with Capture(cluster.lab, "client", "eth0", f"arp[6:2] = 1 and arp dst host {SECOND}") as questions:
        asked = cluster.nodes[cluster.active()].cli(f"arp -query if1 -ip={SECOND}")
        assert asked.returncode == 0, asked.stdout
        assert f"tell {GATEWAY}" in questions.await_line(f"who-has {SECOND}")


@pytest.mark.feature("C09-019")
def test_only_the_active_node_answers_and_only_for_the_pool(cluster: Cluster) -> None:
    for address in ("198.51.100.64", "198.51.100.70"):
        with Capture(cluster.lab, "peer", "eth0", f"arp[6:2] = 2 and arp src host {address}") as answers:
            assert neighbour(cluster.lab, "peer", address) == SHARED_MAC["if2"]
            answers.await_line("Reply")
        assert len(answers.frames) == 1, "the standby must not answer too"
    assert neighbour(cluster.lab, "peer", "198.51.100.63") == ""
    assert neighbour(cluster.lab, "peer", "198.51.100.71") == ""
    assert neighbour(cluster.lab, "client", TRANSLATED) != SHARED_MAC["if2"]


@pytest.mark.feature("C09-019")
def test_neighbor_discovery_is_answered_too(cluster: Cluster) -> None:
    assert neighbour(cluster.lab, "peer", "2001:db8:2::f7") == SHARED_MAC["if2"]
    assert neighbour(cluster.lab, "peer", "2001:db8:2::e7") == ""


@pytest.mark.feature("C06-008", "C09-019")
def test_addresses_of_core_routes_answer_where_a_rule_lets_them(cluster: Cluster) -> None:
    for address in ("198.51.100.64", TRANSLATED):
        assert cluster.lab.run("peer", ["ping", "-n", "-c", "1", "-W", "3", address]).returncode == 0, address
    assert cluster.lab.run("peer", ["ping", "-n", "-c", "1", "-W", "3", "2001:db8:2::f7"]).returncode == 0
    assert cluster.lab.run("peer", ["ping", "-n", "-c", "1", "-W", "1", "198.51.100.65"]).returncode != 0, "a rule forbids it"
    for node in cluster.nodes.values():
        held = node.run(["ip", "route", "show", "table", "local"]).stdout
        assert "local 198.51.100.64/30 dev h-if1" in held, held


def local_ips(cluster: Cluster) -> dict[str, str]:
    """Of each network in the table that has any."""
    rows = [line.split() for line in cluster.nodes[cluster.active()].cli("routes -alltypes").stdout.splitlines()]
    return {row[0]: row[-2] for row in rows if len(row) >= 4 and "/" in row[0]}


@pytest.mark.feature("C06-007")
def test_a_route_chooses_its_address(cluster: Cluster) -> None:
    """The interface's address in its network, else the first of the IP version, else none, which the log tells."""
    shown = local_ips(cluster)
    assert shown["10.1.0.0/24"] == "10.1.0.1" and shown["10.2.2.0/24"] == GATEWAY, shown
    assert shown["2001:db8:2::/64"] == "2001:db8:2::1", shown
    cluster.commit("cc RoutingTable main\nadd Route Interface=if1 Network=10.9.0.0/16 Gateway=10.1.0.10\n"
                   "add Route Interface=if1 Network=2001:db8:1::/64\ncc")
    shown = local_ips(cluster)
    assert shown["10.9.0.0/16"] == "10.1.0.1", shown
    log = (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8")
    assert "event=no_local_ip iface=if1 network=2001:db8:1::/64 ipver=6" in log


@pytest.mark.feature("C06-008", "C09-019")
def test_who_takes_over_has_them(cluster: Cluster) -> None:
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert reaches_the_peer(cluster.lab)
    assert neighbour(cluster.lab, "peer", TRANSLATED) == SHARED_MAC["if2"]
    cluster.nodes[victim].start()
    cluster.await_well()
