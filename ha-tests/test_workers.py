# SPDX-License-Identifier: GPL-2.0-or-later
"""A datapath of two workers: flows are spread over them, and a failover finds every one of them all the same."""

from collections.abc import Iterator

import pytest
from lab import node as lab_node
from lab.cluster import Cluster
from lab.traffic import Flows, UdpProbe

TCP, UDP = 1000, 1000


@pytest.fixture(scope="module", autouse=True)
def two_workers() -> Iterator[None]:
    before = lab_node.DATAPATH_ARGUMENTS
    lab_node.DATAPATH_ARGUMENTS = ["--max-flows", "32768", "--workers", "2"]
    yield
    lab_node.DATAPATH_ARGUMENTS = before


@pytest.mark.feature("C01-002", "C22-006")
def test_flows_of_two_workers_outlive_a_crash(cluster: Cluster) -> None:
    with Flows(cluster.lab, TCP, UDP) as flows:
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert flows.check() == f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"


@pytest.mark.feature("C01-002")
def test_two_workers_lose_nothing(cluster: Cluster) -> None:
    with UdpProbe(cluster.lab, seconds=3) as probe, Flows(cluster.lab, 200, 200) as flows:
        assert flows.check() == "tcp 200/200 udp 200/200 resets 0"
        result = probe.wait()
    assert result.lost == 0, f"{result.lost} of {result.sent} packets"
