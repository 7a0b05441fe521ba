# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster of the release before this one and this one: in sync, and activity goes both ways under traffic (C22-056)."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import lab_of_module
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.modules import await_modules
from lab.previous import previous_build, previous_commit
from lab.traffic import Flows, UdpProbe

TCP, UDP = 500, 500
ALL_ALIVE = f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
OLD, NEW = "master", "slave"


@pytest.fixture(scope="module")
def previous() -> Path:
    commit = previous_commit()
    if not commit:
        pytest.skip("this clone holds no commit before the one under test")
    return previous_build(commit)


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, previous: Path) -> Iterator[Lab]:
    """The master of the previous release, the slave of this one."""
    with lab_of_module(request.module.__name__, builds={OLD: previous}) as made:
        yield made


def hand_over(cluster: Cluster, flows: Flows) -> None:
    """Activity goes to the other node, and every flow lives on there."""
    active = cluster.active()
    other = cluster.other(active)
    assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
    cluster.await_active(other)
    cluster.await_well()
    assert cluster.active() == other
    assert flows.check() == ALL_ALIVE


@pytest.mark.feature("C22-056", "C22-059", "C22-016", "C22-069")
def test_a_cluster_is_upgraded_node_by_node(cluster: Cluster, previous: Path) -> None:
    lab = cluster.lab
    assert cluster.nodes[OLD].build == previous != cluster.nodes[NEW].build
    with UdpProbe(lab) as probe, Flows(lab, TCP, UDP) as flows:
        cluster.await_well()
        moment = time.monotonic()
        # Both ways round: each release gets the other's flows, and gives its own.
        for _ in range(2):
            hand_over(cluster, flows)
        cluster.commit("add Address IPAddress committed_meanwhile Address=203.0.113.11")
        for node in cluster.nodes.values():
            assert node.cli("show Address IPAddress committed_meanwhile").returncode == 0, node.name
            shown = await_modules(node, r"Flows +[1-9]\d* +\d+ +0( +0)?$")
            # What the older one may not tell of itself is no difference.
            assert "--max-flows" not in node.cli("ha -status").stdout
            assert not re.search(r"^\w[\w ]*? +\d+ +\d+ +[1-9]", shown, re.MULTILINE), f"{node.name} skipped records:\n{shown}"
        # The guide's steps: the inactive node is upgraded, gets all, and takes over.
        if cluster.active() == OLD:
            hand_over(cluster, flows)
        cluster.nodes[OLD].stop()
        lab.set_build(OLD, lab.build())
        cluster = Cluster(lab)
        cluster.nodes[OLD].start()
        cluster.await_well()
        assert cluster.active() == NEW
        hand_over(cluster, flows)
        result = probe.finish().since(moment)
    assert (result.lost, result.reordered) == (0, 0)
