# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods of broken packets: no crash, no leak, and every packet that came in is accounted for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lab.accounting import await_accounted, counters
from lab.background import Capture
from lab.cluster import Cluster
from lab.ipv6 import IPV6
from lab.places import binary, build_directory
from lab.traffic import SERVER
from lab.wait import await_condition
from lab.wire import Wire

SHARED_MAC = "10:00:00:01:00:01"
FRAMES = 30000
KINDS = ["ip", "tcp", "udp", "icmp", "ip6", "frame"]
# A tool that others wrote: what it sends of each sort, random sources among them. Debian has no isic programs any more.
HPING = {
    "tcp": ["--syn", "--fin", "--rst", "--push", "--ack", "--urg", "-p", "++1"], "tcp offset": ["--syn", "-O", "15", "-p", "80"],
    "tcp checksum": ["--syn", "--badcksum", "-p", "80"], "udp": ["--udp", "-p", "++1", "-d", "900"], "udp fragments": ["--udp", "--frag", "-d", "500"],
    "icmp": ["--icmp", "--icmptype", "8", "-d", "1400"], "icmp types": ["--icmp", "--icmptype", "13", "--force-icmp", "-d", "100"],
    "icmp error": ["--icmp", "--icmptype", "3", "--icmp-ipver", "6", "--icmp-iphlen", "1", "--icmp-iplen", "9"],
    "icmp fragments": ["--icmp", "--morefrag", "--fragoff", "8192", "-d", "64"], "protocols": ["--rawip", "--ipproto", "99", "-d", "300"],
    "sources": ["--udp", "--rand-source", "-p", "53"], "route": ["--syn", "--lsrr", "10.1.0.1", "-p", "80"],
}


def flood(cluster: Cluster, kind: str, destination: str, seed: int) -> int:
    words = [binary("hostile", build_directory()), "eth0", SHARED_MAC, "10.1.0.10", destination, kind, str(FRAMES), str(seed)]
    done = cluster.lab.run("client", words, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.feature("C01-011", "C01-012")
def test_broken_packets_are_all_accounted_for(cluster: Cluster) -> None:
    name = cluster.active()
    node = cluster.nodes[name]
    done = node.commands(IPV6 + "activate\ncommit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    pids = {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    before = counters(node)
    sent = 0
    for seed, kind in enumerate(KINDS):
        for destination in ("198.51.100.10", "10.1.0.1"):
            sent += flood(cluster, kind, destination, seed)
    after = counters(node)
    # Of each sort some: what the frames are made to be reaches its check.
    reached = {counter for counter in after if counter.startswith("drop/") and after[counter] > before[counter]}
    missing = {"drop/ethertype", "drop/ethernet_destination", "drop/ipv4_header", "drop/ipv4_length", "drop/ipv4_checksum",
               "drop/ipv6_extension", "drop/transport_header", "drop/tcp_flags", "drop/arp_malformed", "drop/ttl"} - reached
    assert not missing, (missing, reached)
    assert after["rx/packets"] - before["rx/packets"] > sent / 2  # the rest did not fit into the port's ring
    await_accounted(node)
    assert cluster.active() == name and pids == {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    assert cluster.lab.run("client", ["ping", "-c", "2", "-i", "0.2", "198.51.100.10"]).returncode == 0


@pytest.mark.feature("C01-011", "C01-012")
def test_floods_of_hping_are_accounted_for(cluster: Cluster) -> None:
    name = cluster.active()
    node = cluster.nodes[name]
    pids = {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    before = counters(node)

    def send(options: list[str]) -> str:
        # Its code tells whether there were answers.
        done = cluster.lab.run("client", ["hping3", *options, "-q", "-n", "-c", "1000", "-i", "u100", SERVER], timeout=60)
        return done.stdout + done.stderr

    with ThreadPoolExecutor(4) as pool:
        for option, said in zip(HPING, pool.map(send, HPING.values())):
            assert "1000 packets tramitted" in said or "1000 packets transmitted" in said, (option, said)
    assert counters(node)["rx/packets"] - before["rx/packets"] > 1000 * len(HPING) / 2  # the rest did not fit into the port's ring
    await_accounted(node)
    assert cluster.active() == name and pids == {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    assert cluster.lab.run("client", ["ping", "-c", "2", "-i", "0.2", SERVER]).returncode == 0


@pytest.mark.feature("C22-002", "C22-034")
def test_the_standby_forwards_nothing(cluster: Cluster) -> None:
    """What comes for its own hardware address, and is not for itself, is drop/inactive; nothing of it goes on."""
    name = cluster.standby()
    node = cluster.nodes[name]
    wire = Wire(cluster.lab, node)
    try:
        before = counters(node)
        with Capture(cluster.lab, "server", "eth0", "udp port 6070") as seen:
            wire.run("lan(*[out(UDP(sport=6070 + n, dport=6070)) for n in range(5)])")
            await_condition(lambda: counters(node)["drop/inactive"] >= before["drop/inactive"] + 5, "drop/inactive", timeout=10)
        assert counters(node)["drop/inactive"] == before["drop/inactive"] + 5 and not seen.frames
    finally:
        wire.stop()
    await_accounted(node)


@pytest.mark.feature("C22-015")
def test_what_is_no_heartbeat_of_the_peer(cluster: Cluster) -> None:
    """Invented ones, and one of the peer's said again: each is drop/heartbeat, and both nodes go on as they were."""
    name = cluster.active()
    node = cluster.nodes[name]
    wire = Wire(cluster.lab, node)
    try:
        before = counters(node)["drop/heartbeat"]
        wire.run("""
frame('if1', Ether(src=HOST, dst='ff:ff:ff:ff:ff:ff', type=0xc14b)/Raw(b'h'*80))
frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0xc14b))
frame('if2', Ether(src=HOST, dst='ff:ff:ff:ff:ff:ff', type=0xc14b)/Raw(bytes(1000)))
for link in ('if1', 'if2'):
    said = await_frame(link, lambda p: p.type == 0xc14b)
    frame(link, said)
    frame('if1' if link == 'if2' else 'if2', said)
""")
        await_condition(lambda: counters(node)["drop/heartbeat"] >= before + 7, "drop/heartbeat", timeout=10)
    finally:
        wire.stop()
    cluster.await_well()
    assert cluster.active() == name and counters(node)["drop/heartbeat"] == before + 7
    await_accounted(node)


def test_floods_towards_the_standby_are_accounted_for(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.standby()]
    for kind in ("ip", "frame"):
        words = [binary("hostile", build_directory()), "eth0", "ff:ff:ff:ff:ff:ff", "10.1.0.10", "10.1.0.3", kind, str(FRAMES), "7"]
        assert cluster.lab.run("client", words, timeout=120).returncode == 0
    await_accounted(node)
    cluster.await_well()
