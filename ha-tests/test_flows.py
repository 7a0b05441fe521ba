# SPDX-License-Identifier: GPL-2.0-or-later
"""Thousands of established flows go on after the node that opened them is gone."""

import pytest
from lab.cluster import Cluster
from lab.modules import await_modules
from lab.traffic import Flows

TCP, UDP = 5000, 5000
ALL_ALIVE = f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"


@pytest.mark.feature("C22-006", "C22-032")
def test_ten_thousand_flows_outlive_a_crash(cluster: Cluster) -> None:
    with Flows(cluster.lab, TCP, UDP) as flows:
        assert flows.check() == ALL_ALIVE
        cluster.await_well()  # what was just opened has reached the standby
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert flows.check() == ALL_ALIVE
        # Flows older than the peer's start are mirrored to it too: they outlive a second crash on the way back.
        cluster.nodes[victim].start()
        cluster.await_well()
        cluster.nodes[survivor].crash()
        cluster.await_active(victim)
        assert flows.check() == ALL_ALIVE


@pytest.mark.feature("C22-049")
def test_status_counts_the_mirrored_flows(cluster: Cluster) -> None:
    with Flows(cluster.lab, tcp=300, udp=300):
        cluster.await_well()
        await_modules(cluster.nodes[cluster.standby()], r"Flows +([6-9]\d\d|\d{4,}) ")
