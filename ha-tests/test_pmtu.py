# SPDX-License-Identifier: GPL-2.0-or-later
"""Path MTU discovery through the firewall and to it: a route's MTU of 1400, and a router behind with a link of 1300."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Background, Capture
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import REPOSITORY
from lab.wait import await_condition

FAR, FAR6, ROUTER, ROUTER6 = "203.0.113.10", "2001:db8:3::10", "198.51.100.20", "2001:db8:2::20"
FIREWALL, FIREWALL6 = "10.1.0.1", "2001:db8:1::1"
ROUTE, LINK = 1400, 1300
CONFIGURE = f"""
add Address IPAddress if1_ip6_ip Address={FIREWALL6}
add Address IPAddress if2_ip6_ip Address=2001:db8:2::1
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip
set Interface EthernetInterface if2 IPAddress=if2_ip,if2_ip6_ip
add Service ServiceTCPUDP data DestinationPorts=9000 PassICMPReturn=Yes
cc RoutingTable main
add Route Interface=if2 Network=203.0.113.0/24 Gateway={ROUTER} MTU={ROUTE}
add Route Interface=if1 Network=2001:db8:1::/64
add Route Interface=if2 Network=2001:db8:2::/64
add Route Interface=if2 Network=2001:db8:3::/64 Gateway={ROUTER6} MTU={ROUTE}
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services
add IPRule Name=to_node Action=Allow SourceInterface=if2 SourceNetwork=all-nets DestinationInterface=core DestinationNetwork=all-nets Service=data
cc
"""
# What the guide calls RFC compliant, standard and disabled (C28-033).
COMPLIANT = ("IP4PathMTUMin=68 IP4OnPktTooBigAndDFSet=SendICMPNeedFrag StripDFOnSmall=0 "
             "IP6PathMTUMin=0 IP6OnPacketTooBig=SendICMPPktTooBig")
STANDARD = ("IP4PathMTUMin=576 IP4OnPktTooBigAndDFSet=SendICMPNeedFrag StripDFOnSmall=576 "
            "IP6PathMTUMin=1280 IP6OnPacketTooBig=SendICMPPktTooBig")
DISABLED = ("IP4PathMTUMin=65535 IP4OnPktTooBigAndDFSet=StripDFAndFragment StripDFOnSmall=65535 "
            "IP6PathMTUMin=65535 IP6OnPacketTooBig=Fragment")
PASS = ("AlwaysAllow", "AlwaysAllowLog", "ObeyService", "ObeyServiceLog")


LAB = {"single": True, "topology_file": REPOSITORY / "ha-tests/lab/topologies/path-mtu.json"}


@pytest.fixture(scope="module", autouse=True)
def behind_a_router(lab: Lab) -> None:
    """Behind the router `peer` there is a host `far` on a link of a smaller MTU."""
    for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.icmp_ratelimit=0",
                    "net.ipv6.icmp.ratelimit=0"):
        lab.run("peer", ["sysctl", "-q", "-w", setting])
    lab.run("peer", ["ip", "link", "set", "eth1", "mtu", LINK])
    lab.run("client", ["sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0"])


@pytest.fixture(scope="module")
def node(lab: Lab) -> LabNode:
    found = lab.node("master")
    found.commit(CONFIGURE)
    return found


def configure(node: LabNode, settings: str, passing4: str = "AlwaysAllow", passing6: str = "AlwaysAllow",
              service: str = "No", translation: str = "<empty>") -> None:
    node.commit(f"set Settings IPSettings {settings}\n"
                f"set Settings ICMPSettings IP4FragmentationNeeded={passing4} IP6PacketTooBig={passing6}\n"
                f"set Service ServiceIPProto all_ipproto PassICMPReturn={service}\n"
                f"cc RuleSet IPRuleSet main\nset IPRule lan_to_wan SourceTranslation={translation}\ncc")


def forget(lab: Lab) -> None:
    for host in ("client", "far"):
        lab.run(host, ["ip", "route", "flush", "cache"])
        lab.run(host, ["ip", "-6", "route", "flush", "cache"])


def ping(lab: Lab, length: int, address: str = FAR) -> str:
    """One echo request whose IP packet has that length."""
    forget(lab)
    payload = length - (48 if ":" in address else 28)
    return lab.run("client", ["ping", "-n", "-c", 1, "-W", 1, "-M", "do", "-s", payload, address], check=False).stdout


def answered(said: str) -> bool:
    return " 0% packet loss" in said


def path_mtu(lab: Lab, host: str, address: str) -> str:
    return lab.run(host, ["ip", "route", "get", address]).stdout


# Tells how long each datagram was: answers that are long themselves would have a path of their own.
MEASURE = """
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(("::", 9001)); print("ready", flush=True)
while True:
    data, sender = s.recvfrom(65536); s.sendto(str(len(data)).encode(), sender)
"""
# One datagram whose IP packet has that length; discovery 3 sets DF and heeds no path MTU, 0 sets none.
PROBE = """
import socket, sys
address, length, discovery = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
six = ":" in address
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.setsockopt(*((socket.IPPROTO_IPV6, 23) if six else (socket.IPPROTO_IP, 10)), discovery)
size = length - (48 if six else 28)
s.sendto(b"z" * size, (address, 9001))
assert s.recv(100) == str(size).encode()
"""
SEND = f"""
import socket, sys
address, length = sys.argv[1], int(sys.argv[2])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
connection = socket.socket(family); connection.settimeout(20); connection.connect((address, 9000))
connection.sendall(b"x" * length); connection.shutdown(socket.SHUT_WR)
print("received", connection.recv(100).decode())
"""
RECEIVE = """
import socket
server = socket.create_server(("::", 9000), family=socket.AF_INET6, dualstack_ipv6=True); print("ready", flush=True)
while True:
    connection, _ = server.accept(); count = 0
    while data := connection.recv(65536): count += len(data)
    connection.sendall(str(count).encode()); connection.close()
"""
# What a client asks for comes back: the node sends.
SERVE = """
import socket
server = socket.create_server(("::", 9000), family=socket.AF_INET6, dualstack_ipv6=True); print("ready", flush=True)
while True:
    connection, _ = server.accept()
    length = int(connection.recv(100)); connection.sendall(b"y" * length); connection.close()
"""
FETCH = """
import socket, sys
connection = socket.create_connection((sys.argv[1], 9000), timeout=20)
connection.sendall(b"300000"); count = 0
while data := connection.recv(65536): count += len(data)
print("received", count)
"""


@pytest.fixture(scope="module")
def receiver(lab: Lab, node: LabNode) -> Iterator[None]:
    with (Background(lab, "far", ["/usr/bin/python3", "-u", "-c", RECEIVE]) as server,
          Background(lab, "far", ["/usr/bin/python3", "-u", "-c", MEASURE]) as meter):
        server.await_line("ready")
        meter.await_line("ready")
        yield


def arrives(lab: Lab, length: int, address: str = FAR, fragment: bool = False) -> bool:
    forget(lab)
    return lab.run("client", ["/usr/bin/python3", "-c", PROBE, address, length, 0 if fragment else 3], check=False).returncode == 0


def transfer(lab: Lab, address: str) -> str:
    forget(lab)
    return lab.run("client", ["/usr/bin/python3", "-c", SEND, address, 200000], check=False).stdout


@pytest.mark.feature("C28-023", "C28-027", "C28-028", "C28-034")
@pytest.mark.parametrize("translation", ["<empty>", "NAT"])
def test_a_client_learns_both_mtus_on_the_way(lab: Lab, node: LabNode, receiver: None, translation: str) -> None:
    configure(node, COMPLIANT, translation=translation)
    assert f"From {FIREWALL} icmp_seq=1 Frag needed and DF set (mtu = {ROUTE})" in ping(lab, 1500)
    said = ping(lab, ROUTE)
    assert f"From {ROUTER} icmp_seq=1 Frag needed and DF set (mtu = {LINK})" in said
    assert answered(ping(lab, LINK))
    assert "received 200000" in transfer(lab, FAR)
    assert f"mtu {LINK}" in path_mtu(lab, "client", FAR)


@pytest.mark.feature("C28-023", "C28-027", "C28-029", "C28-034")
def test_an_ipv6_client_learns_both_mtus_on_the_way(lab: Lab, node: LabNode, receiver: None) -> None:
    configure(node, COMPLIANT)
    assert f"From {FIREWALL6} icmp_seq=1 Packet too big: mtu={ROUTE}" in ping(lab, 1500, FAR6)
    assert f"Packet too big: mtu={LINK}" in ping(lab, ROUTE, FAR6)
    assert answered(ping(lab, LINK, FAR6))
    assert "received 200000" in transfer(lab, FAR6)
    assert f"mtu {LINK}" in path_mtu(lab, "client", FAR6)


@pytest.mark.feature("C28-028")
def test_without_df_packets_are_fragmented(lab: Lab, node: LabNode, receiver: None) -> None:
    configure(node, COMPLIANT)
    with Capture(lab, "peer", "eth0", f"udp and dst {FAR}") as seen:
        assert arrives(lab, 1500, fragment=True)
    lengths = [int(found[1]) for line in seen.frames if (found := re.search(r"length (\d+): \d", line))]
    assert len(lengths) == 2 and max(lengths) <= ROUTE + 14, seen.frames


@pytest.mark.feature("C28-030", "C28-033")
def test_standard_settings_strip_df_of_small_packets(lab: Lab, node: LabNode, receiver: None) -> None:
    configure(node, STANDARD)
    with Capture(lab, "peer", "eth0", f"icmp and dst {FAR} and ip[6] & 0x40 != 0") as kept:
        with Capture(lab, "peer", "eth0", f"icmp and dst {FAR} and ip[6] & 0x40 == 0") as stripped:
            assert answered(ping(lab, 575))
            assert answered(ping(lab, 576))
            await_condition(lambda: len(kept.frames) == 1 and len(stripped.frames) == 1, "a packet each with and without DF", 10)
    assert f"Frag needed and DF set (mtu = {ROUTE})" in ping(lab, 1500)
    assert f"Frag needed and DF set (mtu = {LINK})" in ping(lab, ROUTE)
    assert "received 200000" in transfer(lab, FAR)


@pytest.mark.feature("C28-028", "C28-029", "C28-030", "C28-033")
@pytest.mark.parametrize("passing", ["Drop", "DropLog"])
def test_disabled_settings_hide_every_mtu(lab: Lab, node: LabNode, receiver: None, passing: str) -> None:
    """IPv4 arrives in fragments whoever makes them; of IPv6 the firewall's fragments pass, but not the router's link."""
    configure(node, DISABLED, passing, passing)
    for length in (1500, ROUTE):
        assert arrives(lab, length)
    assert "received 200000" in transfer(lab, FAR)
    assert "mtu" not in path_mtu(lab, "client", FAR)
    with Capture(lab, "peer", "eth0", f"ip6 dst {FAR6} and ip6 proto 44") as seen:
        assert not arrives(lab, 1500, FAR6)
        await_condition(lambda: len(seen.frames) == 2, "two fragments of an IPv6 packet", 10)
    before = node.counter("drop/icmpv6_too_big")
    assert not answered(ping(lab, ROUTE, FAR6))
    await_condition(lambda: node.counter("drop/icmpv6_too_big") > before, "a packet too big dropped", 10)


def logged(node: LabNode, what: str) -> int:
    log = node.log
    return sum(len(re.findall(what, file.read_text(errors="replace"))) for file in log.glob("hadrian-datapath*"))


@pytest.mark.feature("C28-031", "C28-032", "C28-033")
@pytest.mark.parametrize(("settings", "passing", "service"), [
    *((settings, value, "Yes") for settings in (COMPLIANT, STANDARD) for value in PASS),
    *((COMPLIANT, value, "No") for value in ("ObeyService", "ObeyServiceLog")),
    *((COMPLIANT, value, "Yes") for value in ("Drop", "DropLog"))])
def test_errors_from_beyond_as_the_settings_say(lab: Lab, node: LabNode, settings: str, passing: str, service: str) -> None:
    configure(node, settings, passing, passing, service)
    passes = passing.startswith("Always") or (passing.startswith("Obey") and service == "Yes")
    lines = tuple(rf"event={name} .* mtu={LINK} .* action={'allow' if passes else 'drop'}"
                  for name in ("fragmentation_needed", "packet_too_big"))
    before = [logged(node, line) for line in lines], node.counter("drop/icmp_fragmentation_needed"), node.counter("drop/icmpv6_too_big")
    assert ("Frag needed" in ping(lab, ROUTE)) is passes
    assert ("Packet too big" in ping(lab, ROUTE, FAR6)) is passes
    after = [logged(node, line) for line in lines], node.counter("drop/icmp_fragmentation_needed"), node.counter("drop/icmpv6_too_big")
    more = 1 if passing.endswith("Log") else 0
    assert after[0] == [count + more for count in before[0]]
    assert (after[1] - before[1], after[2] - before[2]) == ((0, 0) if passes else (1, 1))


@pytest.fixture
def endpoint(lab: Lab, node: LabNode) -> Iterator[None]:
    """A server on the node itself; what Linux has learned of paths is forgotten."""
    for version in ("-4", "-6"):
        lab.run("master", ["ip", version, "route", "flush", "cache"])
    with Background(lab, "master", ["/usr/bin/python3", "-u", "-c", SERVE]) as server:
        server.await_line("ready")
        yield


def fetch(lab: Lab) -> str:
    lab.run("master", ["ip", "route", "flush", "cache"])
    assert "received 300000" in lab.run("far", ["/usr/bin/python3", "-c", FETCH, "198.51.100.1"]).stdout
    return path_mtu(lab, "master", FAR)


@pytest.mark.feature("C28-023", "C28-024", "C28-026", "C28-035")
def test_the_firewall_as_endpoint(lab: Lab, node: LabNode, endpoint: None) -> None:
    configure(node, COMPLIANT + " IP4PathMTULifetime=2")
    seen = fetch(lab)
    assert f"mtu {LINK}" in seen and "lock" not in seen
    found = re.search(r"expires (\d+)sec", seen)
    assert found and 60 < int(found[1]) <= 120
    assert f"path MTU {LINK}" in node.cli(f"flow -show -verbose -srcip={FAR}").stdout
    # Less than the minimum is not followed: the minimum it is, without DF.
    configure(node, COMPLIANT.replace("IP4PathMTUMin=68", "IP4PathMTUMin=1350"))
    assert "mtu lock 1350" in fetch(lab)
    configure(node, COMPLIANT + " IP4PathMTULifetime=0")
    found = re.search(r"expires (\d+)sec", fetch(lab))
    assert found and int(found[1]) > 20 * 86400


@pytest.mark.feature("C28-023", "C28-025", "C28-026", "C28-035")
def test_the_firewall_as_ipv6_endpoint(lab: Lab, node: LabNode, endpoint: None) -> None:
    configure(node, COMPLIANT + " IP6PathMTULifetime=2")
    assert "received 300000" in lab.run("far", ["/usr/bin/python3", "-c", FETCH, "2001:db8:2::1"]).stdout
    seen = path_mtu(lab, "master", FAR6)
    found = re.search(r"expires (\d+)sec", seen)
    assert f"mtu {LINK}" in seen and found and 60 < int(found[1]) <= 120
    assert f"path MTU {LINK}" in node.cli(f"flow -show -verbose -srcip={FAR6}").stdout
    # The path does not carry the minimum, and of IPv6 nobody makes fragments on it.
    lab.run("master", ["ip", "-6", "route", "flush", "cache"])
    configure(node, COMPLIANT.replace("IP6PathMTUMin=0", "IP6PathMTUMin=1350"))
    with Background(lab, "far", ["/usr/bin/python3", "-c", FETCH, "2001:db8:2::1"]):
        await_condition(lambda: "mtu 1350" in path_mtu(lab, "master", FAR6), "a path MTU of the minimum", 15)
