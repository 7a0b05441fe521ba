# SPDX-License-Identifier: GPL-2.0-or-later
"""A new configuration takes the place of the old one under traffic: nothing is lost that it still allows."""

import pytest
from lab.cluster import Cluster
from lab.traffic import Flows, UdpProbe

ROUNDS = 10
RULES = "cc RuleSet IPRuleSet main"


def activate(cluster: Cluster, *lines: str) -> None:
    done = cluster.nodes[cluster.active()].commands("\n".join([*lines, "activate", "commit"]) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.feature("C02-040", "C07-011")
def test_activation_under_traffic_loses_no_packet_and_no_flow(cluster: Cluster) -> None:
    cluster.await_well()
    before = cluster.active()
    with Flows(cluster.lab, 200, 200) as flows, UdpProbe(cluster.lab) as probe:
        for number in range(ROUNDS):
            activate(cluster, f"add Address IPAddress spare{number} Address=192.0.2.{100 + number}",
                     RULES, f"add IPRule Name=spare{number} Index=1 Action=Deny SourceInterface=if1 "
                     f"SourceNetwork=spare{number} DestinationInterface=any DestinationNetwork=all-nets-ip4 "
                     "Service=all_services", "cc")
        assert flows.check() == "tcp 200/200 udp 200/200 resets 0"
        result = probe.finish()
    names = range(ROUNDS)
    activate(cluster, RULES, *(f"delete IPRule spare{number}" for number in names), "cc",
             *(f"delete Address IPAddress spare{number}" for number in names))
    assert result.lost == 0, f"{result.lost} of {result.sent} packets"
    assert cluster.active() == before
    cluster.await_well()
