# SPDX-License-Identifier: GPL-2.0-or-later
"""A datapath of two workers: flows are spread over them, and a failover finds every one of them all the same."""

from collections.abc import Iterator

import pytest
from lab import node as lab_node
from lab.asking import REFUSED, asking
from lab.cluster import Cluster
from lab.traffic import SERVER, Flows, UdpProbe

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


def refused(cluster: Cluster) -> int:
    """Datagrams of three fragments from 40 ports to one that nobody listens at: how many were refused."""
    with asking(cluster.lab, "client", [(SERVER, 7999, port) for port in range(26000, 26040)], size=3000, timeout=5) as ask:
        return ask().count(REFUSED)


@pytest.mark.feature("C01-002", "C08-005", "C09-002", "C09-008", "C22-006")
def test_whatever_is_translated_meets_its_worker(cluster: Cluster) -> None:
    """Answers, errors and fragments of translated flows, and relayed connections, which a crash moves too."""
    cluster.lab.run("server", ["sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0"], check=True)
    cluster.commit("set Service ServiceTCPUDP all_tcp SYNRelay=Yes\ncc RuleSet IPRuleSet main\n"
                   "set IPRule lan_to_wan SourceTranslation=NAT Service=all_tcp,all_udp,all_icmp\ncc")
    with Flows(cluster.lab, 300, 300) as flows:
        assert flows.check() == "tcp 300/300 udp 300/300 resets 0"
        assert cluster.counter("tcp/relayed") >= 300
        assert refused(cluster) == 40
        cluster.await_well()
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert flows.check() == "tcp 300/300 udp 300/300 resets 0"
        assert refused(cluster) == 40
