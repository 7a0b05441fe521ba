# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic through the active node: what passes, what does not, and what the packets look like afterwards."""

import re
from pathlib import Path

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import CLIENT, SERVER, Download, Flows, UdpProbe

FIREWALL = "10.1.0.1"


def replies(lab: Lab, host: str, address: str, *options: str, count: int = 3) -> int:
    """How many of `count` pings were answered."""
    done = lab.run(host, ["ping", "-n", "-c", count, "-i", "0.05", "-W", "1", *options, address])
    received = re.search(r"(\d+) received", done.stdout)
    assert received, done.stdout + done.stderr
    return int(received[1])


@pytest.mark.feature("C01-006", "C01-017", "C07-018")
def test_client_pings_server(cluster: Cluster) -> None:
    assert replies(cluster.lab, "client", SERVER) == 3


@pytest.mark.feature("C03-002", "C07-006")
def test_firewall_answers_pings_that_a_rule_allows(cluster: Cluster) -> None:
    assert replies(cluster.lab, "client", FIREWALL) == 3


@pytest.mark.feature("C07-003", "C07-014", "C01-016")
def test_what_no_rule_allows_is_dropped_in_silence(cluster: Cluster) -> None:
    """A rule lets the LAN open flows to the WAN, none the other way."""
    with Capture(cluster.lab, "client", "eth0", "icmp") as seen:
        assert replies(cluster.lab, "server", CLIENT) == 0
    assert not [line for line in seen.frames if f"> {CLIENT}" in line]
    refused = cluster.lab.run("server", ["curl", "--silent", "--max-time", "2", f"http://{CLIENT}:8000/"])
    assert refused.returncode == 28, "the connection was answered, but must time out"


@pytest.mark.feature("C01-006", "C01-013")
def test_tcp_transfer(cluster: Cluster, tmp_path: Path) -> None:
    with Download(cluster.lab, tmp_path, megabytes=32, megabytes_per_second=1000) as download:
        download.finish()


@pytest.mark.feature("C01-006", "C07-011")
def test_udp_probe_loses_nothing(cluster: Cluster) -> None:
    with UdpProbe(cluster.lab, seconds=2, rate=500) as probe:
        assert probe.wait().lost == 0


@pytest.mark.feature("C07-011")
def test_many_flows_at_once(cluster: Cluster) -> None:
    with Flows(cluster.lab, tcp=200, udp=200) as flows:
        assert flows.check() == "tcp 200/200 udp 200/200 resets 0"


def test_time_to_live_goes_down_by_one(cluster: Cluster) -> None:
    with Capture(cluster.lab, "server", "eth0", "icmp[icmptype] == icmp-echo and ip[8] == 8") as seen:
        assert replies(cluster.lab, "client", SERVER, "-t", "9", count=1) == 1
        seen.await_line("echo request")


def test_traceroute_shows_the_firewall(cluster: Cluster) -> None:
    done = cluster.lab.run("client", ["traceroute", "-n", "-q", "1", "-w", "2", "-m", "4", "-I", SERVER])
    hops = re.findall(r"^\s*\d+\s+(\S+)", done.stdout, re.MULTILINE)
    # The hop is the node that forwards: its shared or its private address.
    assert len(hops) == 2 and hops[0].startswith("10.1.0.") and hops[1] == SERVER, done.stdout


@pytest.mark.feature("C01-014", "C07-007")
def test_source_that_does_not_belong_behind_the_interface_is_dropped(cluster: Cluster) -> None:
    lab = cluster.lab
    lab.run("client", ["ip", "address", "add", "198.51.100.77/32", "dev", "lo"], check=True)
    try:
        with Capture(lab, "server", "eth0", "icmp") as seen:
            assert replies(lab, "client", SERVER, "-I", "198.51.100.77") == 0
        assert not seen.frames, seen.frames
    finally:
        lab.run("client", ["ip", "address", "del", "198.51.100.77/32", "dev", "lo"], check=True)


@pytest.mark.feature("C07-017")
def test_tcp_flow_opens_on_a_syn_only(cluster: Cluster) -> None:
    """A bare ACK that belongs to no flow does not pass, although a rule allows the address and port."""
    sender = ("from scapy.all import IP, TCP, send\n"
              f"send(IP(dst='{SERVER}')/TCP(sport=40001, dport=8000, flags='A', seq=1, ack=1), verbose=False)\n"
              f"send(IP(dst='{SERVER}')/TCP(sport=40002, dport=8000, flags='S', seq=1), verbose=False)\n")
    with Capture(cluster.lab, "server", "eth0", "tcp dst port 8000") as seen:
        cluster.lab.run("client", ["/usr/bin/python3", "-c", sender], check=True)
        seen.await_line("40002")
    assert not [line for line in seen.frames if ".40001 >" in line]


@pytest.mark.feature("C01-012")
def test_damaged_packets_are_dropped(cluster: Cluster) -> None:
    """A wrong header checksum, and a length beyond the frame; the whole one behind them shows that they would be seen."""
    # Frames are built whole: a raw IP socket would mend them on the way.
    sender = f"""
from scapy.all import IP, UDP, Ether, Raw, getmacbyip, sendp
frame = Ether(dst=getmacbyip('{FIREWALL}'))
datagrams = [IP(dst='{SERVER}', chksum=0x1234) / UDP(sport=41001, dport=9),
             IP(dst='{SERVER}', len=900) / UDP(sport=41002, dport=9),
             IP(dst='{SERVER}') / UDP(sport=41003, dport=9)]
sendp([frame / datagram / Raw(b'x') for datagram in datagrams], iface='eth0', verbose=False)
"""
    with Capture(cluster.lab, "server", "eth0", "udp dst port 9") as seen:
        cluster.lab.run("client", ["/usr/bin/python3", "-c", sender], check=True)
        seen.await_line("41003")
    assert len(seen.frames) == 1, seen.frames


@pytest.mark.feature("C07-013")
def test_flow_table_shows_the_flow(cluster: Cluster) -> None:
    with Background(cluster.lab, "client", ["ping", "-n", "-i", "0.2", SERVER]) as ping:
        ping.await_line("bytes from")
        shown = cluster.nodes[cluster.active()].cli("flow -show -num=all")
    assert shown.returncode == 0, shown.stderr
    assert "Proto" in shown.stdout and "Timeout" in shown.stdout
    assert re.search(rf"ICMP\s+if1:{re.escape(CLIENT)}\S*\s+if2:{re.escape(SERVER)}", shown.stdout), shown.stdout
