# SPDX-License-Identifier: GPL-2.0-or-later
"""Over which interfaces the nodes stay in sync: Sync, spare links over Critical ones, none; and what two active nodes become."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab.accounting import await_accounted, counters
from lab.cluster import Cluster
from lab.cut import split
from lab.traffic import Flows, UdpProbe
from lab.wait import await_condition
from lab.wire import Wire

SPARE_FRAMES = "0x88b6"
TCP, UDP = 1000, 1000
ALL_ALIVE = f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
ALL_UP = {"if3": "Up, in use", "if1": "Up", "if2": "Up"}
SYNC_CUT = {"if3": "Down", "if1": "Up, in use", "if2": "Up"}


def links(cluster: Cluster, node: str) -> dict[str, str]:
    """State of the link over each interface, as `ha -status` shows it."""
    shown = cluster.nodes[node].cli("ha -status").stdout
    return dict(re.findall(r"^ *(?:Sync|Spare) +(\S+) +(\S.*?) *$", shown, re.MULTILINE))


def await_links(cluster: Cluster, wanted: dict[str, str]) -> None:
    await_condition(lambda: all(links(cluster, node) == wanted for node in cluster.nodes), f"links {wanted} at both nodes", timeout=20, interval=0.1)


def await_settled(cluster: Cluster) -> None:
    """knet's patience with a link that has come up is ten times as long as later, and it loses one part a second."""
    def settled() -> bool:
        since = cluster.nodes[cluster.active()].status().since
        return "m" in since or int(since.rstrip("s")) >= 13

    await_condition(settled, "links that are ten seconds old", timeout=20, interval=0.1)


def partings(cluster: Cluster) -> int:
    """How often the group of Corosync has lost a node so far."""
    return sum(clusterd_log(cluster, node).count("the peer left the group") for node in cluster.nodes)


def clusterd_log(cluster: Cluster, node: str) -> str:
    return (cluster.nodes[node].log / "hadrian-clusterd.log").read_text(encoding="utf-8", errors="replace")


@pytest.mark.feature("C22-005", "C22-031")
def test_links_are_shown(cluster: Cluster) -> None:
    await_links(cluster, ALL_UP)
    shown = cluster.nodes["master"].cli("ha -status").stdout
    assert re.search(r"^Sync +if3 ", shown, re.MULTILINE) and re.search(r"^Spare +if1 ", shown, re.MULTILINE), shown
    assert "Spare" not in cluster.nodes["master"].cli("ha").stdout


@pytest.mark.feature("C22-031", "C22-006", "C22-018")
def test_a_cut_sync_cable_alone_loses_nothing(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    await_links(cluster, ALL_UP)
    await_settled(cluster)
    before = partings(cluster)
    with UdpProbe(cluster.lab, rate=500) as probe:
        cluster.lab.set_link(standby, "if3", "down")
        await_links(cluster, SYNC_CUT)
        cluster.await_well()
        result = probe.finish()
    assert cluster.active() == active
    assert partings(cluster) == before
    assert result.lost <= result.sent // 100
    for node in cluster.nodes:
        assert "HA sync failure: no Sync interface reaches the peer, if1 stands in" in clusterd_log(cluster, node)

    with Flows(cluster.lab, TCP, UDP) as flows:
        # What is opened and committed now reaches the peer: it lives on there.
        cluster.commit("add Address IPAddress by_spare_link Address=203.0.113.8")
        await_condition(lambda: cluster.nodes[standby].cli("show Address IPAddress by_spare_link").returncode == 0, "the commit at the peer", 20)
        assert links(cluster, active) == SYNC_CUT
        cluster.nodes[active].crash()
        cluster.await_active(standby)
        assert flows.check() == ALL_ALIVE
        cluster.nodes[active].start()
        cluster.await_well()
        assert links(cluster, active)["if3"] == "Down"
        cluster.lab.set_link(standby, "if3", "up")
        before = partings(cluster)
        await_links(cluster, ALL_UP)
        cluster.await_well()
        assert partings(cluster) == before
        assert flows.check() == ALL_ALIVE
    assert "HA sync restored: Sync interface if3 is used again" in clusterd_log(cluster, standby)


@pytest.mark.feature("C22-031")
def test_corosync_stays_up_without_a_datapath(cluster: Cluster) -> None:
    """The spare links go with the datapath's process and come back with it; Sync does not notice."""
    standby = cluster.standby()
    node = cluster.nodes[standby]
    before = partings(cluster)
    node.kill_daemon("hadrian-datapath")
    await_condition(lambda: links(cluster, standby) == {"if3": "Up, in use", "if1": "Down", "if2": "Down"}, "the loss of the spare links", 20)
    node.start_daemon("hadrian-datapath")
    await_links(cluster, ALL_UP)
    cluster.await_well()
    assert partings(cluster) == before


@contextmanager
def no_spare_frames(cluster: Cluster) -> Iterator[None]:
    """The switch drops what spare links send, and nothing else."""
    ports = [f"{node}-{interface}" for node in cluster.nodes for interface in ("if1", "if2")]
    rules = ["add table netdev spare", *(line for port in ports for line in (
        f'add chain netdev spare {port} {{ type filter hook ingress device "{port}" priority 0; }}',
        f"add rule netdev spare {port} ether type {SPARE_FRAMES} drop"))]
    cluster.lab.run("switch", ["nft", "; ".join(rules)], check=True)
    try:
        yield
    finally:
        cluster.lab.run("switch", ["nft", "delete table netdev spare"], check=True)


@pytest.mark.feature("C22-031", "C22-060")
def test_with_no_link_left_the_active_node_goes_on_by_itself(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    with UdpProbe(cluster.lab, rate=500) as probe:
        with no_spare_frames(cluster):
            cluster.lab.set_link(standby, "if3", "down")
            await_condition(lambda: any(node.status().sync_percent < 100 for node in cluster.nodes.values()), "the loss of synchronization", 20)
            await_condition(lambda: "HA sync failure: the peer is alive, but no interface" in clusterd_log(cluster, active), "the event", 20)
            assert cluster.lab.active_nodes() == [active]
            assert all(status.peer_alive for status in cluster.lab.status().values()), "the heartbeats of if1 and if2 go on"
        # Spare links alone bring it back.
        cluster.await_well()
        cluster.lab.set_link(standby, "if3", "up")
        await_links(cluster, ALL_UP)
        result = probe.finish()
    assert cluster.active() == active
    assert result.lost <= result.sent // 100


FORGED = """
node, peer = "10:00:00:01:ff:0{own}", "10:00:00:01:ff:0{peer}"
def spare(payload, link=1, own={own}, peer={peer}, **fields):
    return Ether(src=peer_mac(), dst=node, type=0x88b6)/IPv6(src="fd5c:93e1:4b07:%x::%d" % (link, peer + 2), dst="fd5c:93e1:4b07:%x::%d" % (link, own + 2),
                                                             **fields)/payload
peer_mac = lambda: peer
for packet in (spare(UDP(sport=5406, dport=22)/(b"x"*40)), spare(TCP(sport=5406, dport=5406)), spare(UDP(sport=5406, dport=5406)/b"x", link=2),
               spare(UDP(sport=5406, dport=5406)/b"x", own={peer}), Ether(src=peer, dst=node, type=0x88b6), spare(ICMPv6EchoRequest()),
               Ether(src=peer, dst=node, type=0x88b6)/IP(src="10.1.0.3", dst="10.1.0.2")/UDP(sport=5405, dport=5405)):
    frame("if1", packet)
# Nobody but the peer knows the key: what looks right ends in Corosync.
for n in range(100):
    frame("if1", spare(UDP(sport=5406, dport=5406)/bytes([n]*200)))
"""


@pytest.mark.feature("C22-022", "C22-031")
def test_forged_frames_reach_nothing(cluster: Cluster) -> None:
    name = cluster.standby()
    node = cluster.nodes[name]
    own = 0 if name == "master" else 1
    before = counters(node)["drop/spare_link"]
    wire = Wire(cluster.lab, node)
    try:
        wire.run(FORGED.format(own=own, peer=1 - own))
    finally:
        wire.stop()
    await_condition(lambda: counters(node)["drop/spare_link"] - before >= 7, "the forged frames being dropped", 10)
    assert counters(node)["drop/spare_link"] - before == 7
    await_accounted(node)
    cluster.await_well()
    await_links(cluster, ALL_UP)


@pytest.mark.feature("C22-031")
def test_links_follow_the_configuration(cluster: Cluster) -> None:
    active = cluster.active()
    before = {node: clusterd_log(cluster, node).count("corosync started") for node in cluster.nodes}
    cluster.nodes[active].commit("set Interface EthernetInterface if2 HAType=NonCritical")
    await_links(cluster, {"if3": "Up, in use", "if1": "Up"})
    cluster.nodes[active].commit("set Interface EthernetInterface if2 HAType=Critical")
    await_links(cluster, ALL_UP)
    cluster.await_well()
    assert {node: clusterd_log(cluster, node).count("corosync started") for node in cluster.nodes} == before, "without a restart"


def has_flow(cluster: Cluster, node: str, port: int) -> bool:
    return f":{port} " in cluster.nodes[node].cli(f"flow -show -destport={port}").stdout


@pytest.mark.feature("C22-031", "C22-006")
def test_of_two_active_nodes_one_yields_and_forgets_what_it_alone_had(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    ports = {active: 6301, standby: 6302}
    with split(cluster):
        await_condition(lambda: sorted(cluster.lab.active_nodes()) == sorted(cluster.nodes), "two active nodes", 20)
        for name, port in ports.items():
            wire = Wire(cluster.lab, cluster.nodes[name], lan_mac="10:00:00:01:00:01")
            try:
                wire.run(f"lan(out(UDP(sport=6000, dport={port})/(b'd'*40)))")
            finally:
                wire.stop()
            await_condition(lambda name=name, port=port: has_flow(cluster, name, port), f"a flow at {name}", 10)
        assert not has_flow(cluster, standby, ports[active]) and not has_flow(cluster, active, ports[standby])
    cluster.await_well()
    # The one that took over has the higher term (docs/decisions/0003-roles.md).
    assert cluster.active() == standby
    for node in cluster.nodes:
        assert has_flow(cluster, node, ports[standby]), node
        assert not has_flow(cluster, node, ports[active]), node
