# SPDX-License-Identifier: GPL-2.0-or-later
"""The firewall's ping: to hosts over ICMP, TCP and UDP, and packets that are simulated to come in."""

import re
from collections.abc import Iterator
from subprocess import CompletedProcess

import pexpect
import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.ipv6 import IPV6

SERVER, PEER, CLIENT = "198.51.100.10", "198.51.100.20", "10.1.0.10"
SERVER6, CLIENT6 = "2001:db8:2::10", "2001:db8:1::10"
OWN = "198.51.100.1"
PORT = 7200
ECHO = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", {PORT})); print("ready", flush=True)
while True:
    data, sender = s.recvfrom(2000); s.sendto(data.upper(), sender)
"""
WEB = f"""
import socket
l = socket.create_server(("", {PORT})); print("ready", flush=True)
while True:
    c, _ = l.accept(); data = c.recv(2000)
    if data: print(repr(data), flush=True); c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
    c.close()
"""
CONFIGURE = f"""{IPV6}
cc RuleSet IPRuleSet main
add IPRule Name=natted Action=Allow SourceInterface=if1 SourceNetwork=if1_net DestinationInterface=if2 DestinationNetwork=198.51.100.20 Service=all_services SourceTranslation=NAT Index=1
add IPRule Name=no_telnet Action=Deny SourceInterface=if1 SourceNetwork=if1_net DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=telnet Index=2
cc
"""


@pytest.fixture(scope="module")
def once() -> dict[str, bool]:
    return {}


@pytest.fixture(autouse=True)
def configured(cluster: Cluster, once: dict[str, bool]) -> Iterator[None]:
    if not once:
        cluster.commit(CONFIGURE)
        once["done"] = True
    yield


def run(cluster: Cluster, words: str, node: str = "") -> CompletedProcess:
    return cluster.nodes[node or cluster.active()].cli(f"ping {words}")


def ping(cluster: Cluster, words: str) -> str:
    done = run(cluster, words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fails(cluster: Cluster, words: str, text: str) -> None:
    done = run(cluster, words)
    assert done.returncode != 0 and text in done.stdout, done


@pytest.mark.feature("C02-122", "C02-123")
def test_echo(cluster: Cluster) -> None:
    said = ping(cluster, SERVER)
    found = re.fullmatch(rf"Sending 4-byte ICMP ping to {SERVER}:(\d+) from {OWN}:8\n"
                         rf"4-byte ICMP reply from {SERVER}:(\d+) to {OWN}:0\n", said)
    assert found and found[1] == found[2], said
    assert "from 10.1.0.1:8" in ping(cluster, CLIENT)
    assert f"ICMP reply from {SERVER}" in ping(cluster, f"{SERVER} -routingtable=main")
    with Capture(cluster.lab, "server", "eth0", "icmp[icmptype] == icmp-echo") as seen:
        said = ping(cluster, f"{SERVER} -count=2 -length=1000 -v")
        seen.await_line("length 1008")
    assert len(re.findall(rf"^Sending 1000-byte ICMP ping to {SERVER}:\d+ from {OWN}:8\n  by interface if2, ", said, re.M)) == 2
    assert len(re.findall(rf"^1000-byte ICMP reply from .* time=\d+\.\d\d\d ms TTL=64$", said, re.M)) == 2
    assert said.endswith("2 packets sent, 2 answered.\n")


@pytest.mark.feature("C02-122", "C02-125")
def test_echo_ipv6(cluster: Cluster) -> None:
    said = ping(cluster, SERVER6)
    found = re.fullmatch(rf"Sending 4-byte ICMP ping to {SERVER6}:(\d+) from 2001:db8:2::1:128\n"
                         rf"4-byte ICMP reply from {SERVER6}:(\d+) to 2001:db8:2::1:129\n", said)
    assert found and found[1] == found[2], said
    assert "flow_setup" in ping(cluster, f"{SERVER6} -vv")


@pytest.mark.feature("C02-127")
def test_from_a_chosen_address(cluster: Cluster) -> None:
    with Capture(cluster.lab, "server", "eth0", "icmp") as seen:
        assert f"reply from {SERVER}" in ping(cluster, f"{SERVER} -srcip=10.1.0.1")
        seen.await_line(f"10.1.0.1 > {SERVER}: ICMP echo request")
    fails(cluster, f"{SERVER} -srcip=10.1.0.77", "-srcip=10.1.0.77 is no address of the firewall")
    fails(cluster, f"{SERVER} -srcip=2001:db8:1::1", "-srcip must be of the same IP version")


@pytest.mark.feature("C02-122", "C02-123")
def test_nobody_answers(cluster: Cluster) -> None:
    fails(cluster, "198.51.100.77", "No reply from 198.51.100.77.")
    fails(cluster, "192.168.99.1", "No route to 192.168.99.1 in table main.")
    fails(cluster, "10.1.0.1", "10.1.0.1 is an address of the firewall itself.")
    fails(cluster, "198.51.100.255", "198.51.100.255 is no host")
    fails(cluster, "nobody", "the destination cannot be 'nobody'")
    fails(cluster, f"{SERVER} -routingtable=mine", "-routingtable cannot be 'mine'")
    fails(cluster, f"{SERVER} -count=0", "-count cannot be '0'. Allowed: 1 to 1000")
    fails(cluster, f"{SERVER} -length=9999", "-length cannot be '9999'")
    fails(cluster, f"{SERVER} -port=80", "-port goes with -tcp or -udp")
    fails(cluster, f"-tcp -udp {SERVER}", "give -tcp or -udp, not both")
    fails(cluster, f"{SERVER} -srciface=if1", "-srciface needs -srcip")
    fails(cluster, f"{SERVER} -srciface=core -srcip={CLIENT}", "-srciface cannot be 'core'")
    fails(cluster, f"{SERVER} -srciface=if1 -srcip={CLIENT} -routingtable=main", "-routingtable has no meaning with -srciface")


@pytest.mark.feature("C02-124")
def test_tcp(cluster: Cluster) -> None:
    with Background(cluster.lab, "server", ["/usr/bin/python3", "-u", "-c", WEB]) as web:
        web.await_line("ready")
        said = ping(cluster, f'-tcp {SERVER} -port={PORT} -request="GET /HTTP/1.0\\n\\n"')
        assert "GET /HTTP/1.0\\n\\n" in web.await_line("GET")
        assert re.search(rf"^Sending 0-byte TCP ping to {SERVER}:{PORT} from {OWN}:(\d+)\n"
                         rf"0-byte TCP reply from {SERVER}:{PORT} to {OWN}:\1\n"
                         rf"24-byte TCP reply from {SERVER}:{PORT} to {OWN}:\1\n"
                         rf"TCP end from {SERVER}:{PORT} to {OWN}:\1\n", said), said
        assert "0-byte TCP reply from" in ping(cluster, f"-tcp {SERVER} -port={PORT}")
    fails(cluster, f"-tcp {SERVER} -port={PORT + 1}", f"TCP reset from {SERVER}:{PORT + 1} to {OWN}:")


@pytest.mark.feature("C02-124")
def test_udp(cluster: Cluster) -> None:
    with Background(cluster.lab, "server", ["/usr/bin/python3", "-u", "-c", ECHO]) as echo:
        echo.await_line("ready")
        said = ping(cluster, f'-udp {SERVER} -port={PORT} -request="who is there"')
        assert re.search(rf"^Sending 12-byte UDP ping to {SERVER}:{PORT} from {OWN}:(\d+)\n"
                         rf"12-byte UDP reply from {SERVER}:{PORT} to {OWN}:\1\n$", said), said
    fails(cluster, f"-udp {SERVER} -port={PORT}", f"ICMP error from {SERVER} to {OWN}:")


GUIDE_PACKET = rf"<ICMP if1;{CLIENT}:2048 -> {SERVER}:\d+>"


@pytest.mark.feature("C02-126", "C02-125")
def test_a_simulated_packet_is_allowed_and_sent(cluster: Cluster) -> None:
    with Capture(cluster.lab, "server", "eth0", "icmp[icmptype] == icmp-echo") as seen:
        said = ping(cluster, f"{SERVER} -srciface=if1 -srcip={CLIENT} -verbose")
        seen.await_line(f"{CLIENT} > {SERVER}: ICMP echo request")
    assert re.fullmatch(
        rf"Simulating 4-byte ICMP ping to {SERVER}:\d+\n  from \(if1\) {CLIENT}:8\n"
        r"\(Response is not displayed when '-srciface' is used\)\n"
        rf'SNOOP:  POLICY-1  : {GUIDE_PACKET}: Found reverse route "if1_net" \(ID: 0x[0-9a-f]+\) 10\.1\.0\.0/24 -> if1 '
        r'\(Gateway: none\) in table "Main" \(ID: 0x20\)\.\n'
        rf'SNOOP:  POLICY-1  : {GUIDE_PACKET}: Found forward route "if2_net" \(ID: 0x[0-9a-f]+\) 198\.51\.100\.0/24 -> if2 '
        r'\(Gateway: none\) in table "Main" \(ID: 0x20\)\.\n'
        r'SNOOP:  POLICY-1  : Matched rule "lan_to_wan" with id 0x[0-9a-f]+\n'
        rf"SNOOP:  POLICY-1  : Allow {GUIDE_PACKET}: route via if2\n", said), said
    # Without -verbose only what is sent is told.
    assert "SNOOP" not in ping(cluster, f"{SERVER} -srciface=if1 -srcip={CLIENT}")


@pytest.mark.feature("C02-126")
def test_a_simulated_packet_is_dropped(cluster: Cluster) -> None:
    said = ping(cluster, f"{SERVER} -srciface=if1 -srcip=172.16.0.9 -verbose")
    assert re.search(r'\)\nSNOOP:  POLICY-1  : Drop <ICMP if1;172\.16\.0\.9:2048 -> 198\.51\.100\.10:\d+>: '
                     r'No route to source in table "Main" \(ID: 0x20\)\.\n$', said), said
    said = ping(cluster, f"{CLIENT} -srciface=if2 -srcip={SERVER} -verbose")
    assert re.search(r'Found forward route .*\nSNOOP:  POLICY-1  : Matched default rule "System::DefaultDrop"\n'
                     r'SNOOP:  POLICY-1  : Dropped by default rule "System::DefaultDrop"\n'
                     rf"SNOOP:  POLICY-1  : <ICMP if2;{SERVER}:2048 -> {CLIENT}:\d+>: Dropped by IP rules\n$", said), said
    said = ping(cluster, f"-tcp {SERVER} -port=23 -srciface=if1 -srcip={CLIENT} -verbose")
    assert 'Matched rule "no_telnet"' in said and said.endswith("Dropped by IP rules\n")
    said = ping(cluster, f"10.77.0.1 -srciface=if1 -srcip={CLIENT} -verbose")
    assert "No route to destination" in said


@pytest.mark.feature("C02-126", "C09-005")
def test_a_simulated_packet_is_translated(cluster: Cluster) -> None:
    with Capture(cluster.lab, "peer", "eth0", "udp") as seen:
        said = ping(cluster, f"-udp {PEER} -port=7300 -srciface=if1 -srcip={CLIENT} -vv")
        seen.await_line(f"{OWN}.")
    assert 'Matched rule "natted"' in said
    assert re.search(rf": translated to <UDP if1;{OWN}:\d+ -> {PEER}:7300>\n", said), said
    assert re.search(r"^TRACE:  1   : .*\n    ethernet_input -> ipv4_input -> flow_lookup -> flow_setup -> flow_forward -> ", said, re.M)


@pytest.mark.feature("C02-126")
def test_a_simulated_packet_of_ipv6(cluster: Cluster) -> None:
    with Capture(cluster.lab, "server", "eth0", "icmp6") as seen:
        said = ping(cluster, f"{SERVER6} -srciface=if1 -srcip={CLIENT6} -verbose")
        seen.await_line(f"{CLIENT6} > {SERVER6}: ICMP6, echo request")
    assert f"from (if1) {CLIENT6}:128" in said and 'Matched rule "ip6_out"' in said
    assert re.search(rf"Allow <ICMPv6 if1;{CLIENT6}:32768 -> {SERVER6}:\d+>: route via if2\n", said), said


@pytest.mark.feature("C02-122")
def test_ctrl_c_ends_it(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    console = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "xterm"}, encoding="utf-8", timeout=20)
    try:
        console.expect("System:/> ")
        console.sendline(f"ping {SERVER} -count=1000")
        console.expect("ICMP reply")
        console.send("\003")
        console.expect("System:/> ")
        console.sendline("about")
        console.expect("Hadrian")
    finally:
        console.close(force=True)


@pytest.mark.feature("C02-122")
def test_the_standby_sends_nothing(cluster: Cluster) -> None:
    standby = cluster.standby()
    for words in (SERVER, f"{SERVER} -srciface=if1 -srcip={CLIENT} -verbose"):
        done = run(cluster, words, standby)
        assert done.returncode != 0 and "This node is not active: the standby sends nothing" in done.stdout, done
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert f"ICMP reply from {SERVER}" in ping(cluster, f"{SERVER} -count=2")
