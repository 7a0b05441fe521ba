# SPDX-License-Identifier: GPL-2.0-or-later
"""
HAEthernetAddressMode=InterfaceMAC on if1; if2 anchors the cluster. The switch lets each node use nothing but the addresses of
its devices on if1 and if3, and brings it nothing that is for others.
"""

import re
import time
from pathlib import Path

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.cut import split
from lab.ipv6 import IPV6
from lab.laboratory import Lab
from lab.strict_switch import allow_only, forbidden
from lab.traffic import Download, UdpProbe
from lab.wait import await_condition
from lab.wire import mac_of

GAP_LIMIT_MS = 3000  # as in test_failover.py
IF1, IF2 = "Interface EthernetInterface if1", "Interface EthernetInterface if2"
SHARED, SHARED6 = "10.1.0.1", "2001:db8:1::1"
PUBLISHED, PUBLISHED6, PROXIED = "10.1.0.77", "2001:db8:1::77", "10.1.0.93"
OWNED = (SHARED, SHARED6, PUBLISHED, PUBLISHED6, PROXIED)
PRIVATE = {"master": "10.1.0.2", "slave": "10.1.0.3"}
BROADCAST = "ff:ff:ff:ff:ff:ff"
TAKEOVER_ANNOUNCEMENTS = 5  # at once, and four times within a second
TYPED = {"master": "02:48:44:00:01:00", "slave": "02:48:44:00:01:01"}
CONFIGURE = f"""{IPV6}
cc ARPEntries
add ARPEntry Interface=if1 IP={PUBLISHED} Mode=Publish
cc
cc NDEntries
add NDEntry Interface=if1 IP={PUBLISHED6} Mode=Publish
cc
cc RoutingTable main
add Route Interface=core Network=10.1.0.88/29 ProxyArpInterfaces=if1
cc
set {IF1} HAEthernetAddressMode=InterfaceMAC
"""


def own_macs(cluster: Cluster, *interfaces: str) -> dict[tuple[str, str], str]:
    return {(name, interface): mac_of(node, interface) for name, node in cluster.nodes.items() for interface in interfaces}


@pytest.fixture(scope="module", autouse=True)
def strict(lab: Lab) -> None:
    cluster = Cluster(lab)
    cluster.commit(CONFIGURE)
    await_condition(lambda: all("Receive mode   : Normal" in node.cli("ifstat if1").stdout for node in cluster.nodes.values()),
                    "both nodes taking what is for them only", 20)
    allow_only(lab, own_macs(cluster, "if1", "if3"))


def neighbour(lab: Lab, address: str = SHARED, host: str = "client") -> str:
    """The Ethernet address by which a host knows an IP address."""
    found = re.search(r"lladdr (\S+)", lab.run(host, ["ip", "neighbour", "show", address]).stdout)
    return found[1] if found else ""


def ping(lab: Lab, address: str, wait: float = 3) -> bool:
    return lab.run("client", ["ping", "-n", "-c", "1", "-W", str(wait), address]).returncode == 0


def ask_anew(lab: Lab, *addresses: str) -> None:
    """Nothing need answer but ARP and Neighbor Discovery."""
    lab.run("client", ["ip", "neighbour", "flush", "all"], check=True)
    for address in addresses:
        await_condition(lambda address=address: (ping(lab, address, 0.2), neighbour(lab, address))[1], f"an answer for {address}", 10)


def await_known(cluster: Cluster, addresses: tuple[str, ...], mac: str) -> None:
    await_condition(lambda: {neighbour(cluster.lab, address) for address in addresses} == {mac},
                    f"the client knowing {', '.join(addresses)} at {mac}", 10)


@pytest.mark.feature("C22-050")
def test_devices_are_not_promiscuous_and_all_addresses_are_theirs(cluster: Cluster) -> None:
    for name, node in cluster.nodes.items():
        device = node.run(["ip", "-d", "link", "show", "if1"]).stdout
        assert "promiscuity 0" in device and "PROMISC" not in device and "ALLMULTI" in device, device
        assert "promiscuity 0" not in node.run(["ip", "-d", "link", "show", "if2"]).stdout
        own, peer = mac_of(node, "if1"), mac_of(cluster.nodes[cluster.other(name)], "if1")
        shown = node.cli("ifstat if1").stdout
        for line in (f"MAC HA Private : {own}", f"MAC HA Shared  : {own}", f"MAC HA Peer    : {peer}", "MAC HA Mode    : InterfaceMAC"):
            assert line in shown, shown
        assert "MAC HA Shared  : 10:00:00:01:00:02" in node.cli("ifstat if2").stdout
        assert "MAC HA Mode" not in node.cli("ifstat if2").stdout
        assert re.search(r"HAEthernetAddressMode: +InterfaceMAC", node.cli(f"show {IF1}").stdout)
    ask_anew(cluster.lab, *OWNED, *PRIVATE.values())
    active = mac_of(cluster.nodes[cluster.active()], "if1")
    assert {address: neighbour(cluster.lab, address) for address in OWNED} == dict.fromkeys(OWNED, active)
    for name, address in PRIVATE.items():
        assert ping(cluster.lab, address) and neighbour(cluster.lab, address) == mac_of(cluster.nodes[name], "if1")


@pytest.mark.feature("C22-051", "C22-055", "C22-050")
def test_heartbeats_go_between_the_devices_addresses_that_they_tell(cluster: Cluster) -> None:
    for name, node in cluster.nodes.items():
        peer = cluster.nodes[cluster.other(name)]
        for interface, way in (("if1", f"{mac_of(node, 'if1')} > {mac_of(peer, 'if1')}"),
                               ("if3", f"{mac_of(node, 'if3')} > {BROADCAST}"),
                               ("if2", "10:00:00:01:ff:0")):
            with Capture(cluster.lab, "switch", f"{name}-{interface}", "ether proto 0xc14b and inbound") as beats:
                for _ in range(10):
                    beats.await_line("0xc14b")
                assert all(way in frame for frame in beats.frames), beats.frames
        await_condition(lambda node=node: "HA Monitor     : the peer is heard" in node.cli("ifstat if1").stdout,
                        f"{name} hearing its peer on if1", 10)


@pytest.mark.feature("C22-052", "C22-032", "C22-051")
def test_after_a_crash_neighbours_learn_the_new_addresses_and_flows_live_on(cluster: Cluster, tmp_path: Path) -> None:
    lab, victim, survivor = cluster.lab, cluster.active(), cluster.standby()
    old, new = (mac_of(cluster.nodes[name], "if1") for name in (victim, survivor))
    ask_anew(lab, *OWNED)
    with Capture(lab, "client", "eth0", f"ether src {new} and ether multicast and (arp or icmp6)") as told, \
            UdpProbe(lab, rate=500) as probe, \
            Download(lab, tmp_path, megabytes=32, megabytes_per_second=8) as download:
        assert {neighbour(lab, address) for address in OWNED} == {old}
        download.await_share(0.2)
        moment = time.monotonic()
        cluster.nodes[victim].crash()
        cluster.await_active(survivor)
        await_known(cluster, OWNED, new)
        download.finish()
        gap = probe.finish().longest_gap(moment)
        for address in (SHARED, PUBLISHED, PROXIED):
            assert any(f"who-has {address}" in frame and f"tell {address}" in frame for frame in told.frames), address
    assert gap.milliseconds < GAP_LIMIT_MS
    cluster.nodes[victim].start()
    cluster.await_well()
    await_condition(lambda: f"MAC HA Peer    : {old}" in cluster.nodes[survivor].cli("ifstat if1").stdout, "the old node's address", 10)
    assert not forbidden(lab)


@pytest.mark.feature("C22-052", "C22-057", "C22-058")
def test_a_hand_over_is_no_conflict_and_flows_live_on(cluster: Cluster, tmp_path: Path) -> None:
    lab, first = cluster.lab, cluster.active()
    for old in (first, cluster.other(first)):
        new = cluster.other(old)
        conflicts = cluster.nodes[old].counter("arp/conflict")
        ask_anew(lab, *OWNED)
        with UdpProbe(lab, rate=500) as probe, Download(lab, tmp_path, megabytes=8, megabytes_per_second=8) as download:
            moment = time.monotonic()
            assert cluster.nodes[old].cli("ha -deactivate").returncode == 0
            cluster.await_active(new)
            await_known(cluster, OWNED, mac_of(cluster.nodes[new], "if1"))
            cluster.await_inactive(old)
            download.finish()
            result = probe.finish()
        cluster.await_well()
        assert result.longest_gap(moment).milliseconds < GAP_LIMIT_MS
        # Nothing is lost where hosts heed the announcement at once, as this one does; a busy machine may be late.
        assert result.lost <= result.sent // 100, f"{result.lost} of {result.sent}"
        assert cluster.nodes[old].counter("arp/conflict") == conflicts
    assert not forbidden(lab)


@pytest.mark.feature("C22-052")
def test_when_one_of_two_active_nodes_yields_neighbours_learn_whose_addresses_they_are(cluster: Cluster) -> None:
    """
    Without an announcement they would go on with the address of the one that yields, until the next of GratuitousARPInterval.
    What the takeover itself announces is over by then.
    """
    lab, loser, winner = cluster.lab, cluster.active(), cluster.standby()
    old, new = (mac_of(cluster.nodes[name], "if1") for name in (loser, winner))
    cluster.commit("set Settings HASettings GratuitousARPInterval=300")
    announcements = f"ether src {new} and ether broadcast and arp[14:4] = 0x0a010001 and arp[24:4] = 0x0a010001"
    with Capture(lab, "client", "eth0", announcements) as told:
        with split(cluster):
            await_condition(lambda: sorted(lab.active_nodes()) == sorted(cluster.nodes), "two active nodes", 20)
            await_condition(lambda: len(told.frames) >= TAKEOVER_ANNOUNCEMENTS, "all that the takeover announces", 20)
            before = len(told.frames)
            lab.run("client", ["ip", "neighbour", "replace", SHARED, "dev", "eth0", "nud", "stale", "lladdr", old], check=True)
        await_condition(lambda: len(told.frames) > before, f"another announcement of {SHARED} by {winner}", 20)
    assert before == TAKEOVER_ANNOUNCEMENTS, told.frames
    await_known(cluster, (SHARED,), new)
    cluster.await_well()
    assert cluster.active() == winner
    cluster.commit("set Settings HASettings GratuitousARPInterval=<empty>")


def links(cluster: Cluster, node: str) -> dict[str, str]:
    shown = cluster.nodes[node].cli("ha -status").stdout
    return dict(re.findall(r"^ *(?:Sync|Spare) +(\S+) +(\S.*?) *$", shown, re.MULTILINE))


@pytest.mark.feature("C22-031", "C22-050")
def test_a_cut_sync_cable_is_made_up_for_by_such_an_interface(cluster: Cluster) -> None:
    standby = cluster.standby()
    cluster.lab.set_link(standby, "if3", "down")
    await_condition(lambda: all(links(cluster, node).get("if1") == "Up, in use" for node in cluster.nodes), "a link over if1", 20)
    cluster.await_well()
    cluster.commit("add Address IPAddress over_if1 Address=203.0.113.9")
    await_condition(lambda: cluster.nodes[standby].cli("show Address IPAddress over_if1").returncode == 0, "the commit at the peer", 20)
    assert not forbidden(cluster.lab)


@pytest.mark.feature("C22-053")
@pytest.mark.parametrize("typed, problem", [
    ("", "at least one Critical interface must have HAEthernetAddressMode=PrivateSharedMAC, or EthernetAddress:0 and EthernetAddress:1"),
    (f"set {IF1} EthernetAddress:0=02:48:44:00:01:00", "at least one Critical interface must have"),
    (f"set {IF1} EthernetAddress:0=02:48:44:00:01:00 EthernetAddress:1=02-48-44-00-01-00",
     "EthernetAddress:1 '02-48-44-00-01-00' is that of EthernetAddress:0 too"),
    (f"set {IF1} EthernetAddress:0=03:48:44:00:01:00 EthernetAddress:1=02-48-44-00-01-00",
     "EthernetAddress:0 '03-48-44-00-01-00' is no address that one host can have")])
def test_addresses_of_which_none_is_known_beforehand_are_refused(cluster: Cluster, typed: str, problem: str) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands(f"{typed}\nset {IF2} HAEthernetAddressMode=InterfaceMAC\nactivate\n")
    assert done.returncode != 0 and problem in done.stdout + done.stderr, done.stdout + done.stderr
    node.succeed("reject")


@pytest.mark.feature("C22-053", "C22-050", "C22-051")
def test_with_typed_addresses_nodes_find_each_other_without_sync(cluster: Cluster) -> None:
    lab = cluster.lab
    allow_only(lab, {})
    cluster.commit(f"set {IF1} EthernetAddress:0={TYPED['master']} EthernetAddress:1={TYPED['slave']}\n"
                   f"set {IF2} HAEthernetAddressMode=InterfaceMAC")
    await_condition(lambda: own_macs(cluster, "if1") == {(name, "if1"): mac for name, mac in TYPED.items()},
                    "both nodes having the addresses that were typed", 20)
    allow_only(lab, own_macs(cluster, "if1", "if2", "if3"))
    try:
        standby = cluster.standby()
        cluster.nodes[standby].crash()
        lab.set_link(standby, "if3", "down")
        cluster.nodes[standby].start()
        cluster.await_well()
        ask_anew(lab, SHARED)
        assert neighbour(lab) == TYPED[cluster.active()]
        cluster.crash_active()
        cluster.await_active(standby)
        await_known(cluster, (SHARED,), TYPED[standby])
        assert ping(lab, "198.51.100.10") and neighbour(lab, "198.51.100.1", "server") == mac_of(cluster.nodes[standby], "if2")
        assert not forbidden(lab)
    finally:
        cluster.mend()
        allow_only(lab, {})
        cluster.commit(f"set {IF2} HAEthernetAddressMode=PrivateSharedMAC\n"
                       f"set {IF1} EthernetAddress:0=<empty> EthernetAddress:1=<empty>")


@pytest.mark.feature("C22-050", "C22-030")
def test_back_to_the_default_by_way_of_two_modes(cluster: Cluster) -> None:
    """Between activate and commit the active node alone has the new mode, and the other does not hear it there."""
    active, standby = cluster.active(), cluster.standby()
    allow_only(cluster.lab, {(standby, "if1"): mac_of(cluster.nodes[standby], "if1")})
    cluster.nodes[active].succeed(f"set {IF1} HAEthernetAddressMode=<empty>\nactivate")
    await_condition(lambda: "the peer's interface is faulty" in cluster.nodes[standby].cli("ifstat if1").stdout,
                    "the standby missing heartbeats", 20)
    assert cluster.active() == active
    allow_only(cluster.lab, {})
    cluster.nodes[active].succeed("commit")
    cluster.await_well()
    assert cluster.active() == active
    await_condition(lambda: all("Receive mode   : Promiscuous" in node.cli("ifstat if1").stdout for node in cluster.nodes.values()),
                    "both nodes taking everything", 20)
    for node in cluster.nodes.values():
        assert "ALLMULTI" not in node.run(["ip", "link", "show", "if1"]).stdout
    ask_anew(cluster.lab, SHARED, SHARED6)
    assert neighbour(cluster.lab) == neighbour(cluster.lab, SHARED6) == "10:00:00:01:00:01"
