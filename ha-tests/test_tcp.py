# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP as real ends and forgers meet it: numbers, scans, floods, lifetimes, and all of it across a failover (docs/tcp.md)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.places import binary
from lab.traffic import CLIENT, SERVER, Download, Flows
from lab.wait import await_condition

PORT, IPERF_PORT = 7200, 5201
MARK = 4321  # the window of every forged segment
SHARED_MAC = "10:00:00:01:00:01"
ECHO = f"""
import socket, threading
s = socket.create_server(("::", {PORT}), family=socket.AF_INET6, dualstack_ipv6=True); print("ready", flush=True)
def serve(c):
    while data := c.recv(65536): c.sendall(data)
while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
"""
# Connects, and for each line of its input sends it and says what came back.
TALK = f"""
import socket, sys
c = socket.create_connection((sys.argv[1], {PORT}), 30); c.settimeout(30); print("port", c.getsockname()[1], flush=True)
for line in sys.stdin:
    c.sendall(line.encode()); print("echo", c.recv(1000).decode().strip(), flush=True)
"""
# Four megabytes to the echo server while they come back.
BOTH_WAYS = f"""
import os, socket, sys, threading
c = socket.create_connection((sys.argv[1], {PORT}), 30); c.settimeout(30)
sent = os.urandom(4 << 20); got = bytearray()
threading.Thread(target=lambda: (c.sendall(sent), c.shutdown(socket.SHUT_WR)), daemon=True).start()
while data := c.recv(1 << 16): got += data
print("the same" if bytes(got) == sent else f"{{len(got)}} bytes differ")
"""
CLIENT6, SERVER6, FIREWALL6 = "2001:db8:1::10", "2001:db8:2::10", "2001:db8:2::1"
IPV6 = ["set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1",
        f"set Interface EthernetInterface if2 IPAddress=if2_ip,{FIREWALL6}", "cc RoutingTable main",
        "add Route Interface=if1 Network=2001:db8:1::/64", "add Route Interface=if2 Network=2001:db8:2::/64", "cc",
        "cc RuleSet IPRuleSet main", "add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 "
        "DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services", "cc"]


def run_lines(cluster: Cluster, *lines: str) -> None:
    done = cluster.nodes[cluster.active()].commands("\n".join(lines) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr


def settings(cluster: Cluster, *lines: str) -> None:
    """Puts settings in force on both nodes."""
    run_lines(cluster, *lines, "activate", "commit")
    cluster.await_well()


def counter(cluster: Cluster, name: str) -> int:
    shown = cluster.nodes[cluster.active()].cli(f"statistics /datapath/{name}").stdout
    found = re.search(rf"{name}\s+(\d+)", shown)
    assert found, shown
    return int(found[1])


@pytest.fixture(scope="module", autouse=True)
def echo(lab: Lab) -> Iterator[None]:
    with Background(lab, "server", ["/usr/bin/python3", "-u", "-c", ECHO]) as server:
        server.await_line("ready")
        yield


class Talk(Background):
    """A session of the client with the echo server."""

    def __init__(self, lab: Lab, address: str = SERVER):
        super().__init__(lab, "client", ["/usr/bin/python3", "-u", "-c", TALK, address])
        self.port = int(self.await_line("port", timeout=40).split()[1])

    def say(self, word: str) -> None:
        self.tell(word)
        assert self.await_line("echo", timeout=40) == f"echo {word}"


@pytest.mark.feature("C07-017")
def test_a_session_survives_forged_segments(cluster: Cluster) -> None:
    """Who knows addresses and ports, but not the numbers, neither ends a session nor gets a byte to the client."""
    lab = cluster.lab
    before = {name: counter(cluster, f"drop/{name}") for name in ("tcp_reset", "tcp_sequence", "tcp_acknowledgement")}
    with Capture(lab, "server", "eth0", f"tcp port {PORT}") as seen, Talk(lab) as session:
        session.say("hello")
        isn = [int(found[1]) for line in seen.frames if (found := re.search(r"Flags \[S\.?\], seq (\d+)", line))]
        client, server = isn[0], isn[1]
        forge = f"""
from scapy.all import IP, TCP, send
def forged(flags, sequence, acknowledged, data=b""):
    return IP(dst="{CLIENT}")/TCP(sport={PORT}, dport={session.port}, flags=flags, seq=sequence % 2**32,
                                  ack=acknowledged % 2**32, window={MARK})/data
far, near = {server} + 2**30, {server} + 7
send([forged("R", far, 0), forged("RA", far, {client} + 7), forged("FA", far, {client} + 7), forged("PA", far, {client} + 7, b"evil"),
      forged("PA", near, {client} + 2**30, b"evil"), forged("S", near, 0), forged("SA", far, {client} + 7)], verbose=False)
"""
        with Capture(lab, "client", "eth0", f"tcp[14:2] == {MARK}") as arrived:
            lab.run("server", ["/usr/bin/python3", "-c", forge], check=True)
            for name, count in before.items():
                await_condition(lambda name=name, count=count: counter(cluster, f"drop/{name}") > count, f"drop/{name}", 20)
            session.say("again")
        assert not arrived.frames, arrived.frames


@pytest.mark.feature("C07-017")
@pytest.mark.parametrize("scan", ["A", "F", "N", "X", "M"])
def test_scans_pass_nothing(cluster: Cluster, scan: str) -> None:
    """The rule lets the client open connections to the server; segments that open none do not get there."""
    with Capture(cluster.lab, "server", "eth0", f"tcp port {PORT}") as seen:
        done = cluster.lab.run("client", ["nmap", f"-s{scan}", "-Pn", "-n", "--max-retries", "0", "-oG", "-", "-p", PORT, SERVER],
                               check=True)
    assert re.search(rf"{PORT}/(open\|)?filtered/", done.stdout), done.stdout
    assert not seen.frames, seen.frames


@pytest.mark.feature("C07-017", "C01-017")
def test_scans_from_outside_find_nothing(cluster: Cluster) -> None:
    lab = cluster.lab
    server = f"import signal, socket; s = socket.create_server(('', {PORT})); print('ready', flush=True); signal.pause()"
    with Background(lab, "client", ["/usr/bin/python3", "-u", "-c", server]) as listening:
        listening.await_line("ready")
        with Capture(lab, "client", "eth0", f"src {SERVER} and tcp") as seen:
            for options in (["-sS"], ["-sS", "-f"], ["-sA"], ["-sS", "--badsum"]):
                done = lab.run("server", ["nmap", *options, "-Pn", "-n", "--max-retries", "0", "-oG", "-", "-p", PORT, CLIENT],
                               check=True)
                assert "/open/" not in done.stdout and "unfiltered" not in done.stdout, done.stdout
        assert not seen.frames, seen.frames


@pytest.mark.feature("C28-001", "C28-002")
def test_lifetimes_act_on_flows_that_are_there(cluster: Cluster) -> None:
    def listed() -> bool:
        return f"{CLIENT}" in cluster.nodes[cluster.active()].cli(f"flow -show -destport={PORT} -srcport={session.port}").stdout

    with Talk(cluster.lab) as session:
        session.say("hello")
        assert listed()
        settings(cluster, "set Settings FlowTimeoutSettings FlowLifetimeTCPOpen=2")
        try:
            await_condition(lambda: not listed(), "closing of the idle flow", 30)
        finally:
            settings(cluster, "reset-to-default Settings FlowTimeoutSettings")


def test_announced_sizes_are_limited(cluster: Cluster) -> None:
    settings(cluster, "set TCPSettings TCPMSSMax=1200")
    try:
        with Capture(cluster.lab, "server", "eth0", f"tcp port {PORT}") as at_server, \
                Capture(cluster.lab, "client", "eth0", f"tcp port {PORT}") as at_client, Talk(cluster.lab) as session:
            assert "mss 1200" in at_server.await_line("Flags [S]")
            assert "mss 1200" in at_client.await_line("Flags [S.]")
            session.say("hello")
    finally:
        settings(cluster, "reset-to-default Settings TCPSettings")


class Flood(Background):
    """SYNs from invented hosts of the LAN until it is stopped."""

    def __init__(self, lab: Lab):
        super().__init__(lab, "client", [binary("flood", lab.build()), "eth0", SHARED_MAC, "10.1.0.100", "10.1.0.249", SERVER, PORT, "100"])
        self.await_line("ready")


def test_a_client_connects_through_a_flood(cluster: Cluster, tmp_path: Path) -> None:
    """And flows that were there do not notice."""
    settings(cluster, "set TCPSettings TCPHalfOpenMax=100")
    try:
        with Flows(cluster.lab, 100, 100) as held, Flood(cluster.lab):
            await_condition(lambda: counter(cluster, "tcp/cookies") > 1000, "cookies", 30)
            with Talk(cluster.lab) as session:
                session.say("hello")
                session.say("again")
            with Download(cluster.lab, tmp_path, megabytes=1, megabytes_per_second=100) as download:
                download.finish()
            assert held.check() == "tcp 100/100 udp 100/100 resets 0"
            count = int(cluster.nodes[cluster.active()].cli(f"flow -count -destport={PORT}").stdout.split()[0])
        assert count < 1000, "the flood has opened flows"
        assert counter(cluster, "tcp/relayed") >= 2
    finally:
        settings(cluster, "reset-to-default Settings TCPSettings")


@pytest.mark.feature("C08-005")
def test_a_relayed_transfer_outlives_a_crash(cluster: Cluster, tmp_path: Path) -> None:
    """With SYNRelay every connection of the service has other numbers on both sides: they come along to the peer."""
    settings(cluster, "set Service ServiceTCPUDP all_tcp SYNRelay=Yes", "cc RuleSet IPRuleSet main",
             "set IPRule lan_to_wan Service=all_tcp,all_icmp,all_udp", "cc")
    try:
        with Talk(cluster.lab) as session, Download(cluster.lab, tmp_path, megabytes=24, megabytes_per_second=6) as download:
            session.say("hello")
            download.await_share(0.3)
            relayed = counter(cluster, "tcp/relayed")
            victim, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
            session.say("again")
            download.finish()
        assert relayed >= 2
        cluster.nodes[victim].start()
        cluster.await_well()
    finally:
        settings(cluster, "cc RuleSet IPRuleSet main", "set IPRule lan_to_wan Service=all_services", "cc",
                 "reset-to-default Service ServiceTCPUDP all_tcp SYNRelay")


@pytest.fixture
def ipv6(cluster: Cluster) -> None:
    """The cluster forwards IPv6; once a module."""
    if "ip6_out" not in cluster.nodes[cluster.active()].commands("cc RuleSet IPRuleSet main\nshow\n").stdout:
        settings(cluster, *IPV6)
    await_condition(lambda: cluster.lab.run("client", ["ping", "-6", "-c", "1", "-W", "1", SERVER6]).returncode == 0, "IPv6 to the server", 20)


@pytest.mark.feature("C07-017", "C05-011")
def test_an_ipv6_session_survives_forged_segments(cluster: Cluster, ipv6: None) -> None:
    lab = cluster.lab
    names = ("tcp_reset", "tcp_sequence", "tcp_acknowledgement")
    with Capture(lab, "server", "eth0", f"ip6 and tcp port {PORT}") as seen, Talk(lab, SERVER6) as session:
        session.say("hello")
        before = {name: counter(cluster, f"drop/{name}") for name in names}
        isn = [int(found[1]) for line in seen.frames if (found := re.search(r"Flags \[S\.?\], seq (\d+)", line))]
        client, server = isn[0], isn[1]
        forge = f"""
from scapy.all import IPv6, TCP, send
def forged(flags, sequence, acknowledged, data=b""):
    return IPv6(dst="{CLIENT6}")/TCP(sport={PORT}, dport={session.port}, flags=flags, seq=sequence % 2**32,
                                     ack=acknowledged % 2**32, window={MARK})/data
far, near = {server} + 2**30, {server} + 7
send([forged("R", far, 0), forged("RA", far, {client} + 7), forged("FA", far, {client} + 7), forged("PA", far, {client} + 7, b"evil"),
      forged("PA", near, {client} + 2**30, b"evil"), forged("S", near, 0), forged("SA", far, {client} + 7)], verbose=False)
"""
        with Capture(lab, "client", "eth0", f"ip6[54:2] == {MARK}") as arrived:
            lab.run("server", ["/usr/bin/python3", "-c", forge], check=True)
            for name, count in before.items():
                await_condition(lambda name=name, count=count: counter(cluster, f"drop/{name}") > count, f"drop/{name}", 20)
            session.say("again")
        assert not arrived.frames, arrived.frames


@pytest.fixture(params=["1", "0"], ids=["timestamps", "no-timestamps"])
def timestamps(lab: Lab, request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ends offer TCP timestamps, or neither does."""
    for host in ("client", "server"):
        lab.run(host, ["sysctl", "-q", "-w", f"net.ipv4.tcp_timestamps={request.param}"], check=True)
    yield
    for host in ("client", "server"):
        lab.run(host, ["sysctl", "-q", "-w", "net.ipv4.tcp_timestamps=1"], check=True)


@pytest.fixture
def relaying(cluster: Cluster, ipv6: None) -> Iterator[None]:
    """Every TCP connection is relayed."""
    rules = [f"set IPRule {name} Service={{}}" for name in ("lan_to_wan", "ip6_out")]
    settings(cluster, "set Service ServiceTCPUDP all_tcp SYNRelay=Yes", "cc RuleSet IPRuleSet main",
             *(line.format("all_tcp,all_icmp,all_udp") for line in rules), "cc")
    yield
    settings(cluster, "cc RuleSet IPRuleSet main", *(line.format("all_services") for line in rules), "cc",
             "reset-to-default Service ServiceTCPUDP all_tcp SYNRelay")


@pytest.mark.feature("C08-005", "C05-011")
def test_relayed_connections_of_both_families(cluster: Cluster, relaying: None, timestamps: None) -> None:
    """Megabytes both ways at once, through numbers that are moved, and a refusal that reaches the client."""
    lab = cluster.lab
    before = counter(cluster, "tcp/relayed")
    for address in (SERVER, SERVER6):
        with Talk(lab, address) as session:
            session.say("hello")
        done = lab.run("client", ["/usr/bin/python3", "-c", BOTH_WAYS, address], timeout=60)
        assert done.stdout == "the same\n", done.stdout + done.stderr
        refused = lab.run("client", ["curl", "--silent", "--max-time", "10", f"http://[{address}]:7299/" if ":" in address
                                     else f"http://{address}:7299/"])
        assert refused.returncode in (7, 56), f"{address}: {refused.returncode}, a refused connection"
    assert counter(cluster, "tcp/relayed") >= before + 6


# Of each family: the server, the client, a path MTU, and a router's error that tells the server of it.
PATHS = [(SERVER, CLIENT, 1000, "IP(dst='{0}')/ICMP(type=3, code=4, nexthopmtu={2})/IP(src='{0}', dst='{1}')"),
         (SERVER6, CLIENT6, 1280, "IPv6(dst='{0}')/ICMPv6PacketTooBig(mtu={2})/IPv6(src='{0}', dst='{1}')")]


@pytest.mark.feature("C08-005", "C28-031", "C28-032")
def test_the_server_of_a_relayed_connection_learns_the_path_mtu(cluster: Cluster, relaying: None) -> None:
    """Its kernel heeds errors about what it has sent alone; what the client's side quotes has other numbers."""
    lab = cluster.lab

    def way_to(client: str) -> str:
        return lab.run("server", ["ip", "route", "get", client], check=True).stdout

    settings(cluster, "set Settings ICMPSettings IP4FragmentationNeeded=AlwaysAllow")
    try:
        for server, client, mtu, error in PATHS:
            with Capture(lab, "client", "eth0", f"src {server} and tcp port {PORT}") as seen, Talk(lab, server) as session:
                session.say("hello")
                cookie = int(re.search(r"seq (\d+)", seen.await_line("Flags [S.]"))[1])
                assert f"mtu {mtu}" not in way_to(client)
                segment = f"TCP(sport={PORT}, dport={session.port}, flags='A', seq={(cookie + 1 + len('hello ')) % 2**32})"
                lab.run("client", ["/usr/bin/python3", "-c", "from scapy.all import *\n"
                                   f"send({error.format(server, client, mtu)}/{segment}, verbose=False)"], check=True)
                await_condition(lambda client=client, mtu=mtu: f"mtu {mtu}" in way_to(client), f"a path MTU of {mtu}", 20)
                session.say("again")
    finally:
        for family in ("-4", "-6"):
            lab.run("server", ["ip", family, "route", "flush", "cache"], check=True)
        settings(cluster, "reset-to-default Settings ICMPSettings")


@pytest.mark.feature("C08-005", "C05-011", "C22-034")
def test_a_relayed_ipv6_session_outlives_a_crash(cluster: Cluster, relaying: None) -> None:
    with Talk(cluster.lab, SERVER6) as session:
        session.say("hello")
        assert counter(cluster, "tcp/relayed") > 0
        cluster.await_well()
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        session.say("again")
    cluster.nodes[victim].start()
    cluster.await_well()


@pytest.mark.feature("C22-034", "C07-017")
def test_iperf_goes_on_across_a_crash(cluster: Cluster) -> None:
    """Far more than a window passes that the new active node has not seen; then its numbers count again."""
    lab = cluster.lab
    with Background(lab, "server", ["iperf3", "-s", "-1", "--forceflush"]) as server, Talk(lab) as session:
        server.await_line("listening")
        session.say("hello")
        with Background(lab, "client", ["iperf3", "-c", SERVER, "-t", "8", "-J"]) as transfer:
            server.await_line("sec")
            victim, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
            assert transfer.wait(timeout=60) == 0
            result = json.loads("\n".join(transfer.lines))
        assert "error" not in result and result["intervals"][-1]["sum"]["bytes"] > 0, result
        # Both directions were seen: the forger has no better chance than before.
        session.say("again")
        dropped = counter(cluster, "drop/tcp_sequence")
        forge = f"""
from scapy.all import IP, TCP, send
send([IP(dst="{CLIENT}")/TCP(sport={PORT}, dport={session.port}, flags="PA", seq=n << 30, ack=m << 30, window={MARK})/b"evil"
      for n in range(4) for m in range(4)], verbose=False)
"""
        lab.run("server", ["/usr/bin/python3", "-c", forge], check=True)
        session.say("for ever")
        assert counter(cluster, "drop/tcp_sequence") > dropped or counter(cluster, "drop/tcp_acknowledgement") > 0
    cluster.nodes[victim].start()
    cluster.await_well()
