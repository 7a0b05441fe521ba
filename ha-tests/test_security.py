# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is no peer: a node with another cluster key, a node of another cluster, and forged heartbeats."""

import os
import time

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import CLUSTER_KEY
from lab.wait import await_condition


def both_alone(cluster: Cluster) -> bool:
    """Each node is active by itself and takes the other for dead."""
    seen = cluster.lab.status().values()
    return all(status.answers and status.active and not status.peer_alive for status in seen)


@pytest.mark.feature("C22-022")
def test_node_with_another_key_never_becomes_a_peer(cluster: Cluster) -> None:
    stranger = cluster.nodes[cluster.standby()]
    key = stranger.state / CLUSTER_KEY
    true_key = key.read_bytes()
    stranger.stop()
    try:
        key.write_bytes(os.urandom(len(true_key)))
        stranger.start()
        await_condition(lambda: both_alone(cluster), "two nodes that do not believe each other", timeout=30)
        # Long enough for hundreds of heartbeats and for several attempts of Corosync to join.
        end = time.monotonic() + 5
        while time.monotonic() < end:
            assert both_alone(cluster)
    finally:
        stranger.stop()
        key.write_bytes(true_key)
        stranger.start()
    cluster.await_well()


@pytest.mark.feature("C22-045", "C22-064")
def test_nodes_of_different_clusters_are_no_peers(cluster: Cluster) -> None:
    """The guide's dual-active case: with different IDs each takes itself for alone; the right ID brings them together."""
    other = cluster.nodes[cluster.standby()]

    def configure(settings: str) -> None:
        done = other.commands(f"set HighAvailability {settings}\nactivate\ncommit\n")
        assert done.returncode == 0, done.stdout + done.stderr

    configure("AutoSyncCfg=No ClusterID=2")
    await_condition(lambda: both_alone(cluster), "two nodes that are no peers", timeout=30)
    configure("ClusterID=1")
    cluster.await_well()
    configure("AutoSyncCfg=Yes")
    cluster.await_well()


@pytest.mark.feature("C22-022")
def test_forged_and_replayed_heartbeats_do_not_keep_a_dead_node_alive(cluster: Cluster) -> None:
    """
    An attacker on the LAN who recorded the active node's heartbeats sends them again, as they were and with changed bytes,
    while that node dies: the standby takes over all the same.
    """
    victim = cluster.active()
    survivor = cluster.other(victim)
    recorded = "/run/hadrian-heartbeats.pcap"
    lab = cluster.lab
    record = lab.run("switch", ["tcpdump", "-i", f"{victim}-if1", "-c", "100", "-w", recorded, "-Z", "root",
                                "ether proto 0xc14b and inbound"])
    assert record.returncode == 0, record.stderr
    replay = f"""
import time
from scapy.all import conf, rdpcap
frames = [bytes(frame) for frame in rdpcap({recorded!r})]
forged = [frame[:40] + bytes([frame[40] ^ 1]) + frame[41:] for frame in frames]
socket = conf.L2socket(iface='eth0')
print('ready', flush=True)
while True:
    for frame in frames + forged:
        socket.send(frame)
        time.sleep(0.002)
"""
    try:
        with Background(lab, "client", ["/usr/bin/python3", "-c", replay]) as attacker:
            attacker.await_line("ready")
            with Capture(lab, "switch", f"{survivor}-if1", "ether proto 0xc14b and outbound") as arriving:
                arriving.await_line("0xc14b")
            cluster.nodes[victim].crash()
            cluster.await_active(survivor)
            assert not cluster.nodes[survivor].status().peer_alive
    finally:
        os.unlink(recorded)
