# SPDX-License-Identifier: GPL-2.0-or-later
"""Two clusters whose interfaces are on the same switches: neither notices the other."""

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.traffic import Flows, UdpProbe

LAB = {"topology_file": REPOSITORY / "ha-tests/lab/topologies/two-clusters.json"}
SECOND_SERVER = "198.51.8.10"


@pytest.mark.feature("C22-022", "C22-034", "C22-045")
def test_a_failover_of_one_is_nothing_to_the_other(lab: Lab) -> None:
    first, second = Cluster(lab), Cluster(lab, "second")
    bystander = second.active()
    with (Flows(lab, 100, 100) as flows,
          UdpProbe(lab, "client2", "server", SECOND_SERVER, rate=500, port=9007) as probe,
          Capture(lab, "switch", f"{bystander}-if1", "ether src 10:00:00:02:00:01 and inbound") as shared):
        for _ in range(2):
            victim, survivor, _ = first.crash_active()
            first.await_active(survivor)
            assert second.active() == bystander
            assert flows.check().startswith("tcp 100/100 udp 100/100 resets 0")
            first.nodes[victim].start()
            lab.await_ready()
        result = probe.finish()
        assert shared.frames
    assert second.active() == bystander
    assert result.lost <= result.sent // 100


@pytest.mark.feature("C22-022")
def test_heartbeats_go_between_the_nodes_of_one_cluster(lab: Lab) -> None:
    for cluster, number in ((Cluster(lab), 1), (Cluster(lab, "second"), 2)):
        for node in cluster.nodes:
            with Capture(lab, "switch", f"{node}-if1", "ether proto 0xc14b and inbound") as beats:
                beats.await_line("0xc14b")
            assert all(line.count(f"10:00:00:{number:02x}:ff:0") == 2 for line in beats.frames), beats.frames
