# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster set up as the guide says, and what it tells of itself: events, logs and statistics of each node."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import lab_of_module
from lab.cluster import Cluster
from lab.laboratory import DEFAULT_TOPOLOGY, Lab
from lab.modules import await_modules
from lab.node import LabNode, larger_datapaths
from lab.places import REPOSITORY
from lab.traffic import Flows, UdpProbe
from lab.wait import await_condition

ALIKE_AGAIN = "This node and its peer are alike again."
SET_UP = REPOSITORY / "ha-tests" / "guide" / "cluster-set-up.cli"
TCP, UDP = 100, 100


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab whose nodes were configured in the guide's order."""
    folder = tmp_path_factory.mktemp("topology")
    topology = json.loads(Path(DEFAULT_TOPOLOGY).read_text(encoding="utf-8"))
    for name, node in topology["nodes"].items():
        file = folder / f"{name}.cli"
        file.write_text(SET_UP.read_text(encoding="utf-8").replace("Role=ROLE", f"Role={name.capitalize()}"), encoding="utf-8")
        node["configuration"] = str(file)
    (folder / "topology.json").write_text(json.dumps(topology), encoding="utf-8")
    with lab_of_module(request.module.__name__, topology_file=folder / "topology.json") as made:
        yield made


def log(cluster: Cluster, node: str, daemon: str = "hadrian-clusterd") -> str:
    return (cluster.nodes[node].log / f"{daemon}.log").read_text(encoding="utf-8", errors="replace")


@pytest.mark.feature("C22-037", "C22-070", "C22-039")
def test_the_documented_order_makes_a_cluster(cluster: Cluster) -> None:
    for name, node in cluster.nodes.items():
        assert f"This device is a HA {name.upper()}\n" in node.cli("ha").stdout
        shown = node.cli("show Interface EthernetInterface if1").stdout
        for line in ("Backplane: +No", "HAType: +Critical", "EthernetDevice: +0:if1  1:if1", r"PrivateIP: +0:10\.1\.0\.2  1:10\.1\.0\.3",
                     r"IPAddress: +10\.1\.0\.1"):
            assert re.search(rf"^ *{line}$", shown, re.MULTILINE), shown
    with UdpProbe(cluster.lab, rate=200) as probe:
        _, survivor, moment = cluster.crash_active()
        cluster.await_active(survivor)
        await_condition(lambda: "HA cluster peer is DEAD" in cluster.nodes[survivor].cli("ha").stdout, "a dead peer", 10)
        assert probe.finish().longest_gap(moment).milliseconds < 3000


@pytest.mark.feature("C22-019", "C22-018")
def test_edits_at_either_node_are_no_failover(cluster: Cluster) -> None:
    active = cluster.active()
    with UdpProbe(cluster.lab, rate=500) as probe, Flows(cluster.lab, TCP, UDP) as flows:
        for node, name in ((active, "edited_active"), (cluster.other(active), "edited_inactive")):
            before = {each: log(cluster, each).count("(term ") for each in cluster.nodes}
            cluster.nodes[node].commit(f"add Address IPAddress {name} Address=203.0.113.10\n"
                                       f"add Service ServiceTCPUDP {name} Type=TCP DestinationPorts=8443")
            await_condition(lambda name=name: all(each.cli(f"show Address IPAddress {name}").returncode == 0 for each in cluster.nodes.values()),
                            f"{name} at both nodes", 20)
            cluster.await_well()
            assert {each: log(cluster, each).count("(term ") for each in cluster.nodes} == before, "no change of state"
            assert cluster.active() == active
        assert flows.check() == f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
        result = probe.finish()
    assert result.lost <= result.sent // 100


@pytest.mark.feature("C22-060")
def test_changes_of_state_are_always_logged(cluster: Cluster) -> None:
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    said = log(cluster, survivor)
    assert re.search(r"peer is silent on every Sync and Critical interface \(term \d+\)", said)
    assert re.search(r"active: .* \(term \d+\)", said)
    cluster.nodes[victim].start()
    cluster.await_well()
    await_condition(lambda: "the peer joined the group" in log(cluster, survivor)[len(said):], "the peer's return in the log", 10)
    assert re.search(r"peer is alive \(term \d+\)", log(cluster, survivor)[len(said):])


def rule_lines(cluster: Cluster, node: str) -> int:
    return log(cluster, node, "hadrian-datapath").count("flow_open")


@pytest.mark.feature("C22-065")
def test_the_inactive_node_tells_nothing_of_live_traffic_and_counts_for_itself(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    before = {node: rule_lines(cluster, node) for node in cluster.nodes}
    received = {name: node.counter("rx/packets") for name, node in cluster.nodes.items()}
    created = {name: node.counter("flow/created") for name, node in cluster.nodes.items()}
    with Flows(cluster.lab, TCP, UDP) as flows:
        flows.check()
        await_condition(lambda: rule_lines(cluster, active) > before[active], "opened flows in the log", 10)
        cluster.await_well()
        # Values of now agree, those of the past are each node's own.
        await_condition(lambda: cluster.nodes[standby].counter("flow/mirrored") > 0, "mirrored flows", 10)
        assert cluster.nodes[active].counter("flow/created") - created[active] >= TCP + UDP
        assert cluster.nodes[standby].counter("flow/created") - created[standby] == 0
        for node in cluster.nodes.values():
            await_modules(node, r"Flows +([2-9]\d\d|\d{4,}) ")
        assert cluster.nodes[active].counter("rx/packets") - received[active] > cluster.nodes[standby].counter("rx/packets") - received[standby]
    assert rule_lines(cluster, standby) == before[standby]


def await_shown(node: LabNode, line: str) -> None:
    """`ha -status` has the line among the differences of the peer."""
    await_condition(lambda: f"\n  {line}\n" in node.cli("ha -status").stdout.partition("HA cluster peer differs from this device:")[2],
                    f"{node.name}: {line}", 30)


def await_alike(cluster: Cluster, before: dict[str, int]) -> None:
    for name, node in cluster.nodes.items():
        await_condition(lambda name=name: log(cluster, name).count(ALIKE_AGAIN) > before[name], f"{name} alike again", 30)
        assert "differs" not in node.cli("ha -status").stdout
    cluster.await_well()


def restart(node: LabNode, daemon: str) -> None:
    node.kill_daemon(daemon)
    node.start_daemon(daemon)


@pytest.mark.feature("C22-069", "C22-016")
def test_a_datapath_of_another_size_is_told_once_and_works(cluster: Cluster) -> None:
    active, standby = (cluster.nodes[name] for name in (cluster.active(), cluster.standby()))
    alike = {name: log(cluster, name).count(ALIKE_AGAIN) for name in cluster.nodes}
    words = "start both with the same --max-flows."
    before = log(cluster, active.name).count(words)
    with larger_datapaths(32768):
        restart(standby, "hadrian-datapath")
    await_shown(active, f"The peer's datapath holds 32768 flows, this node's 65536: {words}")
    await_shown(standby, f"The peer's datapath holds 65536 flows, this node's 32768: {words}")
    with Flows(cluster.lab, TCP, UDP) as flows:
        cluster.await_well()
        assert active.cli("ha -deactivate").returncode == 0
        cluster.await_active(standby.name)
        cluster.await_well()
        assert flows.check() == f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
        # One that joins is told of it; who told of it does not do so again.
        restart(active, "hadrian-clusterd")
        await_shown(active, f"The peer's datapath holds 32768 flows, this node's 65536: {words}")
        assert log(cluster, active.name).count(words) == before + 2
        assert log(cluster, standby.name).count(words) == 1
        cluster.await_well()
        assert cluster.active() == standby.name
        assert active.cli("ha -activate").returncode == 0
        cluster.await_active(active.name)
        cluster.await_well()
    restart(standby, "hadrian-datapath")
    await_alike(cluster, alike)


@pytest.mark.feature("C22-069", "C22-016", "C22-056")
def test_another_build_of_the_release_is_told(cluster: Cluster, tmp_path: Path) -> None:
    node, other = (cluster.nodes[name] for name in (cluster.standby(), cluster.active()))
    alike = {name: log(cluster, name).count(ALIKE_AGAIN) for name in cluster.nodes}
    about = re.match(r"Hadrian (\S+)\nBuild (\S+) ", node.cli("about").stdout)
    assert about, node.cli("about").stdout
    release, build = about.groups()
    another = tmp_path / "hadrian-mgmtd"
    renamed = "x" * len(build)
    another.write_bytes(node.binary("hadrian-mgmtd").read_bytes().replace(build.encode() + b"\0", renamed.encode() + b"\0"))
    another.chmod(0o755)
    node.binary = lambda name: another if name == "hadrian-mgmtd" else LabNode.binary(node, name)  # type: ignore[method-assign]
    restart(node, "hadrian-mgmtd")
    del node.binary
    await_shown(other, f"The peer runs build {renamed} of release {release}, this node {build}.")
    await_shown(node, f"The peer runs build {build} of release {release}, this node {renamed}.")
    cluster.await_well()
    assert "HA_CfgNotInSync" not in log(cluster, node.name).rpartition("The peer runs build")[2]
    restart(node, "hadrian-mgmtd")
    await_alike(cluster, alike)
