# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of a node's disk beside the original, on the same segments: the cluster goes on as if it were not there (C22-004)."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab.cluster import Cluster
from lab.command import run
from lab.laboratory import Lab
from lab.network import namespace
from lab.node import LabNode
from lab.places import REPOSITORY
from lab.topology import switch_port
from lab.traffic import Flows, UdpProbe
from lab.wait import await_condition

LAB = {"topology_file": REPOSITORY / "ha-tests/lab/topologies/third-node.json"}
TCP, UDP = 100, 100
ALL_ALIVE = f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
IGNORED = r"^A third node is ignored: on if[123], from 10:00:00:01:ff:0[01], heartbeats come as the peer's"
ASIDE = r"^This device stands aside: the HA cluster peer has another living node of this Role"
TOLD = "a third node sends heartbeats as the HA cluster peer"
DAEMONS = ("hadrian-clusterd", "hadrian-datapath")


def plug(lab: Lab, node: LabNode, switches: dict[str, str]) -> None:
    """Moves the cables of a node to other switches."""
    for interface, switch in switches.items():
        run(["ip", "-n", namespace(lab.name, "switch"), "link", "set", switch_port(node.name, interface), "master", switch])


@contextmanager
def copy_of(lab: Lab, original: LabNode) -> Iterator[LabNode]:
    """The third node, with what is on the disk of another one, on the same switches. Gone at the end, without a farewell."""
    third = lab.node("third")
    third.crash()
    shutil.rmtree(third.state, ignore_errors=True)
    shutil.copytree(original.state, third.state, dirs_exist_ok=True)
    plug(lab, third, original.node.interfaces)
    third.start()
    try:
        yield third
    finally:
        third.crash()
        plug(lab, third, third.node.interfaces)


def shows(node: LabNode, pattern: str) -> bool:
    return re.search(pattern, node.cli("ha -status").stdout, re.MULTILINE) is not None


def log(node: LabNode, daemon: str) -> str:
    return (node.log / f"{daemon}.log").read_text(encoding="utf-8", errors="replace")


def changes(cluster: Cluster) -> dict[str, int]:
    """How often each node changed its state, the peer came or went, and the mirror began anew."""
    lines = r"\(term \d+\)|the peer (joined|left) the group|HA cluster peer is (alive|dead)"
    return {name: sum(len(re.findall(lines, log(node, daemon))) for daemon in DAEMONS) for name, node in cluster.nodes.items()}


@pytest.mark.feature("C22-004", "C22-044")
@pytest.mark.parametrize("copied", ["standby", "active"])
def test_a_copy_is_ignored_and_told_of(lab: Lab, cluster: Cluster, copied: str) -> None:
    active = cluster.active()
    original = cluster.nodes[active if copied == "active" else cluster.other(active)]
    other = cluster.nodes[cluster.other(original.name)]
    told, before = log(other, "hadrian-datapath").count(TOLD), changes(cluster)
    with Flows(lab, TCP, UDP) as flows, UdpProbe(lab, rate=500) as probe:
        with copy_of(lab, original) as third:
            await_condition(lambda: shows(other, IGNORED), f"{other.name} telling of the copy", 30)
            await_condition(lambda: shows(third, ASIDE), "the copy standing aside", 30)
            cluster.commit(f"add Address IPAddress beside_{copied} Address=203.0.113.11")
            assert flows.check() == ALL_ALIVE
            assert not third.status().active
            assert not third.programs("corosync")
            assert "Refused" in third.cli("ha -activate").stdout
            assert other.counter("heartbeat/copies") > 0
        await_condition(lambda: not shows(other, IGNORED), "an end of the warning", 30)
        cluster.await_well()
        assert flows.check() == ALL_ALIVE
        result = probe.finish()
    assert cluster.active() == active
    assert changes(cluster) == before
    assert log(other, "hadrian-datapath").count(TOLD) == told + 1
    assert result.lost <= result.sent // 100


@pytest.mark.feature("C22-004", "C22-002")
@pytest.mark.parametrize("copied", ["standby", "active"])
def test_a_failover_goes_to_the_node_and_not_to_its_copy(lab: Lab, cluster: Cluster, copied: str) -> None:
    active = cluster.active()
    original = cluster.nodes[active if copied == "active" else cluster.other(active)]
    with Flows(lab, TCP, UDP) as flows, copy_of(lab, original) as third:
        await_condition(lambda: shows(third, ASIDE), "the copy standing aside", 30)
        assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
        cluster.await_active(cluster.other(active))
        cluster.await_well()
        assert flows.check() == ALL_ALIVE
        if copied == "standby":
            # The one that the copy is none of: it hears nobody now.
            assert cluster.nodes[cluster.active()].cli("ha -deactivate").returncode == 0
            cluster.await_active(active)
            cluster.await_well()
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert flows.check() == ALL_ALIVE
        assert not third.status().active
        cluster.nodes[victim].start()
        cluster.await_well()
        assert cluster.active() == survivor
        assert not third.status().active
        assert flows.check() == ALL_ALIVE
