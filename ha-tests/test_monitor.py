# SPDX-License-Identifier: GPL-2.0-or-later
"""Early interface failure detection: a switch loses the frames of one interface, and the link stays up."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.cut import silent_cut
from lab.ipv6 import IPV6
from lab.traffic import CLIENT, Download, UdpProbe
from lab.wait import await_condition
from lab.wire import mac_of

GAP_LIMIT_MS = 3000  # as in test_failover.py
OFFLINE = "OFFLINE: the peer is not heard, and no monitored host answers"
PEER_FAULTY = "the peer's interface is faulty: monitored hosts answer this node"
PRIVATE = {"master": "10.1.0.2", "slave": "10.1.0.3"}
CLIENT_IPV6 = "2001:db8:1::10"
WAYS = {"both": {}, "sending": {"receives": False}, "receiving": {"sends": False}}


@pytest.fixture
def targets(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with the client as MonitorTargets of if1."""
    cluster.commit(f"set Interface EthernetInterface if1 MonitorTargets={CLIENT}")
    yield cluster
    cluster.commit("set Interface EthernetInterface if1 MonitorTargets=<empty>")


def await_verdict(cluster: Cluster, node: str, verdict: str) -> None:
    await_condition(lambda: f"HA Monitor     : {verdict}" in cluster.nodes[node].cli("ifstat if1").stdout,
                    f"{node} saying of if1: {verdict}", timeout=15)


def await_heard(cluster: Cluster) -> None:
    for node in cluster.nodes:
        await_verdict(cluster, node, "the peer is heard")


def logged(cluster: Cluster, node: str, text: str) -> int:
    return (cluster.nodes[node].log / "hadrian-datapath.log").read_text(encoding="utf-8", errors="replace").count(text)


@pytest.mark.feature("C22-024", "C22-025", "C22-026", "C22-028", "C22-029", "C22-030", "C22-032")
@pytest.mark.parametrize("way", WAYS)
def test_traffic_outlives_a_silent_cut_of_the_actives_interface(targets: Cluster, tmp_path: Path, way: str) -> None:
    active, standby = targets.active(), targets.standby()
    await_heard(targets)
    before = logged(targets, active, "HA interface offline")
    with UdpProbe(targets.lab, rate=500) as probe, \
            Download(targets.lab, tmp_path, megabytes=32, megabytes_per_second=8) as download:
        download.await_share(0.2)
        moment = time.monotonic()
        with silent_cut(targets.lab, active, "if1", **WAYS[way]):
            targets.await_active(standby)
            targets.await_inactive(active)
            await_verdict(targets, active, OFFLINE)
            await_verdict(targets, standby, PEER_FAULTY)
            download.finish()
        result = probe.finish()
    assert result.longest_gap(moment).milliseconds < GAP_LIMIT_MS
    assert logged(targets, active, "HA interface offline") > before
    assert targets.nodes[active].counter("monitor/own_faulty") and targets.nodes[active].counter("monitor/probes")
    assert targets.nodes[standby].counter("monitor/peer_faulty") and targets.nodes[standby].counter("monitor/answers")
    # Mended, the interface counts again, and nobody moves back (C22-003).
    await_heard(targets)
    targets.await_well()
    assert targets.active() == standby


@pytest.mark.feature("C22-028", "C22-029", "C22-030")
def test_a_silent_cut_of_the_standbys_interface_moves_nobody(targets: Cluster) -> None:
    active, standby = targets.active(), targets.standby()
    await_heard(targets)
    with UdpProbe(targets.lab, rate=500) as probe:
        with silent_cut(targets.lab, standby, "if1"):
            await_verdict(targets, standby, OFFLINE)
            await_verdict(targets, active, PEER_FAULTY)
            said = targets.nodes[active].cli("ha -deactivate")
            assert said.returncode != 0 and "not ready" in said.stdout, said.stdout
            assert targets.active() == active
        await_heard(targets)
        result = probe.finish()
    assert result.lost <= result.sent // 100
    assert targets.active() == active


@pytest.mark.feature("C22-030")
def test_where_both_interfaces_are_cut_nobody_moves(targets: Cluster) -> None:
    active, standby = targets.active(), targets.standby()
    await_heard(targets)
    changes = {node: logged(targets, node, "this node is active now") for node in targets.nodes}
    # The active node's is mended first: a standby that is well before it would rightly be handed over to.
    with silent_cut(targets.lab, standby, "if1"), silent_cut(targets.lab, active, "if1"):
        for node in targets.nodes:
            await_verdict(targets, node, OFFLINE)
        # Long after the active node would have handed over: each is asked about twice a second.
        asked = targets.nodes[active].counter("monitor/probes")
        await_condition(lambda: targets.nodes[active].counter("monitor/probes") > asked + 6, "three more seconds of probes", 15)
        assert targets.active() == active
    await_heard(targets)
    assert changes == {node: logged(targets, node, "this node is active now") for node in targets.nodes}


@pytest.mark.feature("C22-030")
def test_an_unreachable_target_is_no_failover(targets: Cluster) -> None:
    """The client is off, and the standby's interface too: heartbeats are missed and nobody answers, at the active one too."""
    active, standby = targets.active(), targets.standby()
    await_heard(targets)
    with silent_cut(targets.lab, "client", "eth0"), silent_cut(targets.lab, standby, "if1"):
        for node in targets.nodes:
            await_verdict(targets, node, OFFLINE)
        asked = targets.nodes[active].counter("monitor/probes")
        await_condition(lambda: targets.nodes[active].counter("monitor/probes") > asked + 6, "three more seconds of probes", 15)
        assert targets.active() == active
    await_heard(targets)


@pytest.mark.feature("C22-025", "C22-026", "C22-041")
def test_the_standby_asks_as_itself(targets: Cluster) -> None:
    active, standby = targets.active(), targets.standby()
    own_mac = mac_of(targets.nodes[standby], "if1")
    await_heard(targets)
    with Capture(targets.lab, "switch", f"{standby}-if1", "arp and inbound") as asked, \
            silent_cut(targets.lab, standby, "if1", sends=False):
        await_verdict(targets, standby, OFFLINE)
        asked.await_line(f"who-has {CLIENT} tell {PRIVATE[standby]}")
    assert all(f" {own_mac} > " in frame and f"tell {PRIVATE[standby]}" in frame for frame in asked.frames), asked.frames
    assert targets.active() == active
    await_heard(targets)


@pytest.mark.feature("C22-028", "C22-030")
def test_without_targets_known_hosts_are_asked(cluster: Cluster) -> None:
    active, standby = cluster.active(), cluster.standby()
    with UdpProbe(cluster.lab, rate=500) as probe:  # both nodes know the client by it
        await_heard(cluster)
        moment = time.monotonic()
        with silent_cut(cluster.lab, active, "if1"):
            cluster.await_active(standby)
            await_verdict(cluster, active, OFFLINE)
        result = probe.finish()
    assert result.longest_gap(moment).milliseconds < GAP_LIMIT_MS
    await_heard(cluster)


@pytest.mark.feature("C22-028")
def test_with_nobody_to_ask_nobody_moves(cluster: Cluster) -> None:
    active = cluster.active()
    await_heard(cluster)
    for node in cluster.nodes.values():
        node.succeed("arp -flush")
    with silent_cut(cluster.lab, "client", "eth0"), silent_cut(cluster.lab, active, "if1"):
        for node in cluster.nodes:
            await_verdict(cluster, node, "the peer is not heard, and there is no host to ask (MonitorTargets)")
        assert cluster.active() == active
    await_heard(cluster)


@pytest.mark.feature("C22-027", "C22-025", "C22-017")
def test_too_many_ipv4_targets_leave_ipv6_ones(cluster: Cluster) -> None:
    said = cluster.commit(f"{IPV6}\nset Interface EthernetInterface if1 MonitorTargets=10.1.0.20-10.1.0.30,{CLIENT_IPV6}")
    assert "MonitorTargets has more than 10 IPv4 addresses, so that none of IPv4 is monitored" in said, said
    active, standby = cluster.active(), cluster.standby()
    await_heard(cluster)
    with Capture(cluster.lab, "switch", f"{active}-if1", "arp and inbound and arp[24:2] = 0x0a01 and arp[27] >= 20") as asked, \
            UdpProbe(cluster.lab, rate=500) as probe:
        moment = time.monotonic()
        with silent_cut(cluster.lab, active, "if1"):
            cluster.await_active(standby)
            await_verdict(cluster, active, OFFLINE)
            await_verdict(cluster, standby, PEER_FAULTY)
        result = probe.finish()
    assert result.longest_gap(moment).milliseconds < GAP_LIMIT_MS
    assert not asked.frames
    await_heard(cluster)
