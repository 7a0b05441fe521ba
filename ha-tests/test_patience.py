# SPDX-License-Identifier: GPL-2.0-or-later
"""When the peer counts as dead: patience follows the lateness of heartbeats, and each node knows by what it is judged."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.traffic import Flows
from lab.wait import await_condition

PEER_DEAD_US = 200_000
LEAST_US = 40_000
SCHED_DEADLINE = 6
FLOWS = 200
SHARED_MAC = "10:00:00:01:00:01"  # of if1 in cluster 1


def agree(cluster: Cluster) -> bool:
    """Each node fences itself by what the other judges it by."""
    master, slave = (cluster.nodes[name] for name in ("master", "slave"))
    return master.counter("heartbeat/patience") == slave.counter("heartbeat/judged_by") > 0 and \
        slave.counter("heartbeat/patience") == master.counter("heartbeat/judged_by") > 0


def await_agreement(cluster: Cluster) -> None:
    await_condition(lambda: agree(cluster), "both nodes knowing of each other's patience", timeout=30)


@pytest.mark.feature("C22-022", "C22-023", "C22-024")
def test_both_nodes_agree_and_show_it(cluster: Cluster) -> None:
    await_agreement(cluster)
    for node in cluster.nodes.values():
        assert LEAST_US <= node.counter("heartbeat/patience") <= PEER_DEAD_US
        assert node.counter("heartbeat/longest_gap") > 0
        shown = re.search(r"HA cluster peer is dead after (\d+) ms of silence", node.cli("ha -status").stdout)
        assert shown and LEAST_US <= int(shown[1]) * 1000 <= PEER_DEAD_US, shown


@pytest.mark.feature("C22-023")
def test_heartbeats_come_before_all_else_of_a_machine(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        tasks = Path(f"/proc/{node.daemon_pid('hadrian-datapath')}/task").iterdir()
        threads = {(task / "comm").read_text(encoding="utf-8").strip(): int(task.name) for task in tasks}
        assert os.sched_getscheduler(threads["heartbeat"]) == SCHED_DEADLINE


@pytest.mark.feature("C22-023", "C22-024")
def test_who_stood_still_is_measured_anew(cluster: Cluster) -> None:
    active, standby = (cluster.nodes[name] for name in (cluster.active(), cluster.standby()))
    standby.hang()
    await_condition(lambda: "peer is DEAD" in active.cli("ha").stdout, "the active node missing its peer", timeout=15)
    standby.resume()
    await_condition(lambda: active.counter("heartbeat/patience") == PEER_DEAD_US, "the active node having all patience", timeout=15)
    await_agreement(cluster)
    assert cluster.nodes[cluster.active()] is active


@pytest.mark.feature("C22-024")
def test_a_long_peer_dead_is_a_long_patience(cluster: Cluster) -> None:
    cluster.commit("set Settings HASettings PeerDead=1900")
    await_agreement(cluster)
    for node in cluster.nodes.values():
        assert 380_000 <= node.counter("heartbeat/patience") <= 1_900_000
    cluster.commit("set Settings HASettings PeerDead=200")
    await_condition(lambda: all(node.counter("heartbeat/patience") <= PEER_DEAD_US for node in cluster.nodes.values()),
                    "patience following PeerDead", timeout=15)


def stop_both_for(cluster: Cluster, seconds: float) -> None:
    """Both datapaths stand still, as where the machine below both has no time for either; the active one goes on first."""
    datapaths = [cluster.nodes[name].daemon_pid("hadrian-datapath") for name in (cluster.active(), cluster.standby())]
    descriptors = [os.pidfd_open(pid) for pid in datapaths if pid is not None]
    try:
        for descriptor in descriptors:
            signal.pidfd_send_signal(descriptor, signal.SIGSTOP)
        time.sleep(seconds)
    finally:
        for descriptor in descriptors:
            signal.pidfd_send_signal(descriptor, signal.SIGCONT)
            os.close(descriptor)


@pytest.mark.feature("C22-002", "C22-006", "C22-024")
def test_who_was_not_missed_goes_on(cluster: Cluster) -> None:
    """The active node cannot know whether the other stood still too: it forwards nothing before it has asked."""
    active, standby = cluster.active(), cluster.standby()
    cluster.commit("set Settings HASettings PeerDead=1000")
    await_agreement(cluster)

    def said(words: str, name: str = "hadrian-datapath") -> dict[str, int]:
        return {node.name: (node.log / f"{name}.log").read_text(encoding="utf-8", errors="replace").count(words)
                for node in cluster.nodes.values()}

    changes, ended, went_on = said("(term ", "hadrian-clusterd"), said("stops forwarding"), said("had not missed this node")
    with Capture(cluster.lab, "switch", f"{standby}-if1", f"ether src {SHARED_MAC} and inbound") as from_standby, \
            Flows(cluster.lab, tcp=FLOWS, udp=FLOWS) as flows:
        for pause in range(1, 4):
            stop_both_for(cluster, 1.2)  # longer than any lease
            await_condition(lambda: said("had not missed this node")[active] == went_on[active] + pause,
                            f"{active} going on after pause {pause}", timeout=10)
        assert flows.check() == f"tcp {FLOWS}/{FLOWS} udp {FLOWS}/{FLOWS} resets 0"
    cluster.await_well()
    assert cluster.active() == active
    assert said("(term ", "hadrian-clusterd") == changes
    assert said("stops forwarding") == ended
    assert not from_standby.frames
    cluster.commit("set Settings HASettings PeerDead=200")


@pytest.mark.feature("C22-022", "C22-024", "C22-064")
def test_the_pace_changes_and_nobody_takes_over(cluster: Cluster) -> None:
    """Both settings at once, up and down again: the nodes take them over one behind the other."""
    active = cluster.active()

    def changes() -> int:
        return sum((node.log / "hadrian-clusterd.log").read_text(encoding="utf-8", errors="replace").count("(term ")
                   for node in cluster.nodes.values())

    before = changes()
    with Flows(cluster.lab, tcp=FLOWS, udp=FLOWS) as flows:
        for _ in range(3):
            cluster.commit("set Settings HASettings PeerDead=3000 HeartbeatInterval=1000")
            await_condition(lambda: all(node.counter("heartbeat/judged_by") == 3_000_000 for node in cluster.nodes.values()),
                            "both nodes knowing that they may be silent for 3 s", timeout=30)
            cluster.commit("set Settings HASettings PeerDead=200 HeartbeatInterval=5")
            await_condition(lambda: all(node.counter("heartbeat/judged_by") <= PEER_DEAD_US for node in cluster.nodes.values()),
                            "both nodes knowing that they may not", timeout=30)
        assert flows.check() == f"tcp {FLOWS}/{FLOWS} udp {FLOWS}/{FLOWS} resets 0"
    assert changes() == before
    assert cluster.active() == active
