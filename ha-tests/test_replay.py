# SPDX-License-Identifier: GPL-2.0-or-later
"""
Attacks of old (captures/, made by captures/make.py) on both links of the active node, before and after a failover: flows that
are there do not notice, nothing comes in from outside, what goes out is whole, and the counters add up.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.accounting import await_accounted, counters
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.traffic import CLIENT, SERVER, UdpProbe
from lab.wait import await_condition
from lab.wire import Wire, keep_silent

FOLDER = REPOSITORY / "ha-tests" / "captures"
NAMES = sorted(path.stem for path in FOLDER.glob("*.pcap"))
SESSION = 7200
LAN_MAC, WAN_MAC = "10:00:00:01:00:01", "10:00:00:01:00:02"
ECHO = f"""
import socket
s = socket.create_server(("", {SESSION})); print("ready", flush=True); c = s.accept()[0]
while data := c.recv(65536): c.sendall(data)
"""
TALK = f"""
import socket, sys
c = socket.create_connection(("{SERVER}", {SESSION}), 10); c.settimeout(30); print("ready", flush=True)
for line in sys.stdin:
    c.sendall(line.encode()); print("echo", c.recv(1000).decode().strip(), flush=True)
"""
IPV6 = """
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1
cc RoutingTable main
add Route Interface=if1 Network=2001:db8:1::/64
add Route Interface=if2 Network=2001:db8:2::/64
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services
cc
activate
commit
"""
# What reached the server and was not sent by it: each packet must be one that a host could have sent.
LOOK = """
import sys
from scapy.all import *
conf.verb = 0
wrong, seen = [], 0
pieces = {}
for frame in rdpcap(sys.argv[1]):
    seen += 1
    if isinstance(frame.payload, IP):
        ip = frame.payload
        whole = bytes(ip)
        sums = [int.from_bytes(whole[n:n + 2], "big") for n in range(0, ip.ihl * 4, 2)]
        total = sum(sums)
        total = (total & 0xffff) + (total >> 16)
        if (total & 0xffff) + (total >> 16) != 0xffff or ip.src == ip.dst or ip.ihl < 5 or ip.len > len(whole):
            wrong.append(frame.summary())
        if any(bytes(option)[:1] not in (b"\\x00", b"\\x01", b"\\x94") for option in ip.options):
            wrong.append("option: " + frame.summary())
        if TCP in ip and not ip.frag and ip[TCP].flags & 0x17 not in (0x02, 0x04, 0x14):
            wrong.append("neither SYN nor RST: " + frame.summary())
        if ip.frag or ip.flags.MF:
            begin = ip.frag * 8
            end = begin + ip.len - ip.ihl * 4
            others = pieces.setdefault((ip.src, ip.dst, ip.id, ip.proto), [])
            if end > 65515 or any(begin < last and first < end for first, last in others):
                wrong.append("fragment: " + frame.summary())
            others.append((begin, end))
    elif frame[IPv6].src == frame[IPv6].dst:
        wrong.append(frame.summary())
print(seen, wrong)
"""


@pytest.fixture(scope="module", autouse=True)
def configured(lab: Lab) -> None:
    cluster = Cluster(lab)
    done = cluster.nodes[cluster.active()].commands(IPV6)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    for host in ("client", "server"):
        keep_silent(lab, host, "6300-6399")
    assert lab.run("client", ["ping", "-c", "1", "-W", "5", SERVER]).returncode == 0


@pytest.fixture
def session(lab: Lab) -> Iterator[Background]:
    """A connection that goes on all the time."""
    with Background(lab, "server", ["/usr/bin/python3", "-u", "-c", ECHO]) as server:
        server.await_line("ready")
        with Background(lab, "client", ["/usr/bin/python3", "-u", "-c", TALK]) as client:
            client.await_line("ready")
            yield client


def say(session: Background, word: str) -> None:
    session.tell(word)
    assert session.await_line("echo", timeout=40) == f"echo {word}"


def replay(wire: Wire, link: str, session: Background) -> None:
    for name in NAMES:
        wire.run(f"replay({link!r}, {str(FOLDER / (name + '.pcap'))!r})", timeout=120)
        say(session, name)


def replay_all(cluster: Cluster, session: Background, folder: Path) -> None:
    node = cluster.nodes[cluster.active()]
    pids = {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    # Those of a replay before would let answers in.
    for others in ("-protocol=0-5", "-protocol=7-255", "-protocol=6 -port=6300-6310"):
        assert node.cli(f"flow -close {others}").returncode == 0
    wire = Wire(cluster.lab, node, LAN_MAC, WAN_MAC)
    before = counters(node)
    ours = f"not arp and not port {SESSION} and not port 7 and not (icmp6 and ip6[40] >= 133)"
    file = folder / "server.pcap"
    try:
        with UdpProbe(cluster.lab, rate=200) as probe:
            with Capture(cluster.lab, "client", "eth0", f"ether src {LAN_MAC} and {ours}") as came_in:
                replay(wire, "if2", session)
                assert not came_in.frames, came_in.frames
            with Background(cluster.lab, "server", ["tcpdump", "-U", "--immediate-mode", "-i", "eth0", "-w", file,
                                                   f"ether src {WAN_MAC} and {ours}"],
                            errors_too=True) as dump:
                dump.await_line("listening")
                replay(wire, "if1", session)
            assert probe.finish().lost == 0
        done = subprocess.run(["/usr/bin/python3", "-c", LOOK, str(file)], capture_output=True, text=True, check=True)
        count, _, wrong = done.stdout.partition(" ")
        assert int(count) > 100 and wrong.strip() == "[]", wrong
    finally:
        wire.stop()
    # The captures' frames, twice; what came faster than the port took it is lost before it is counted.
    await_condition(lambda: counters(node)["rx/packets"] - before["rx/packets"] > 4000, "the captures", timeout=10)
    await_accounted(node)
    assert pids == {daemon: node.daemon_pid(daemon) for daemon in node.daemons()}
    cluster.await_well()


@pytest.mark.feature("C01-011", "C01-012", "C07-017")
def test_attacks_of_old_change_nothing(cluster: Cluster, session: Background, tmp_path: Path) -> None:
    """The same again after a failover, with the same connection."""
    say(session, "hello")
    replay_all(cluster, session, tmp_path)
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    say(session, "again")
    cluster.nodes[victim].start()
    cluster.await_well()
    replay_all(cluster, session, tmp_path)
    assert cluster.lab.run("client", ["ping", "-c", "2", "-i", "0.2", SERVER]).returncode == 0
    assert CLIENT in cluster.nodes[cluster.active()].cli(f"flow -show -destport={SESSION}").stdout


def test_captures_are_what_the_script_makes(tmp_path: Path) -> None:
    script = tmp_path / "make.py"
    script.write_text((FOLDER / "make.py").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(["/usr/bin/python3", str(script)], check=True, timeout=600)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.pcap")}
    assert made == {path.name: path.read_bytes() for path in FOLDER.glob("*.pcap")}
