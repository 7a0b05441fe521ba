# SPDX-License-Identifier: GPL-2.0-or-later
"""ICMP and other protocols through the firewall: queries, errors real and forged, services that select them, options."""

from collections.abc import Iterator

import pytest
from lab.background import Background, Capture
from lab.laboratory import Lab
from lab.node import LabNode
from lab.wait import await_condition

CLIENT, SERVER = "10.1.0.10", "198.51.100.10"
CONFIGURE = """
add Address IPAddress if1_ip6_ip Address=2001:db8:1::1
add Address IPAddress if2_ip6_ip Address=2001:db8:2::1
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip
set Interface EthernetInterface if2 IPAddress=if2_ip,if2_ip6_ip
set Settings ICMPSettings IP4FragmentationNeeded=AlwaysAllow IP6PacketTooBig=AlwaysAllow
cc RoutingTable main
add Route Interface=if1 Network=2001:db8:1::/64
add Route Interface=if2 Network=2001:db8:2::/64
cc
add Service ServiceICMP errors MessageTypes=DestinationUnreachable:0-3,Redirect:Host
add Service ServiceICMPv6 pings MessageTypes=EchoRequest
add Service ServiceIPProto early IPProto=2-4,7
add Service ServiceIPProto VRRP IPProto=112
add Service ServiceGroup inner Members=early,VRRP
add Service ServiceGroup outer Members=inner,errors
cc RuleSet IPRuleSet main
add IPRule Name=from_wan Action=Allow SourceInterface=if2 SourceNetwork=all-nets-ip4 DestinationInterface=if1 DestinationNetwork=if1_net Service=outer
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=pings
cc
activate
commit
"""


LAB = {"single": True}


@pytest.fixture(scope="module")
def node(lab: Lab) -> LabNode:
    found = lab.node("master")
    done = found.commands(CONFIGURE)
    assert done.returncode == 0, done.stdout + done.stderr
    return found


# Sends what it is told, line by line, as a packet that its host routes.
SENDER = """
import sys
from scapy.all import *
conf.verb = 0
print("ready", flush=True)
for line in sys.stdin:
    packet = eval(line)
    send(packet)
    print("sent", flush=True)
"""


class Sender:
    """A host that sends any packet: a scapy expression."""

    def __init__(self, lab: Lab, host: str):
        self._program = Background(lab, host, ["/usr/bin/python3", "-u", "-c", SENDER])
        self._program.await_line("ready", timeout=30)

    def send(self, packet: str) -> None:
        self._program.tell(packet)
        self._program.await_line("sent")

    def stop(self) -> None:
        self._program.stop()


@pytest.fixture(scope="module")
def client(lab: Lab, node: LabNode) -> Iterator[Sender]:
    sender = Sender(lab, "client")
    yield sender
    sender.stop()


@pytest.fixture(scope="module")
def server(lab: Lab, node: LabNode) -> Iterator[Sender]:
    sender = Sender(lab, "server")
    yield sender
    sender.stop()


def arrives(lab: Lab, sender: Sender, packet: str, host: str, expression: str) -> None:
    with Capture(lab, host, "eth0", expression) as seen:
        sender.send(packet)
        await_condition(lambda: len(seen.frames) == 1, f"{packet} at {host}", 10)


def is_dropped(node: LabNode, sender: Sender, packet: str, name: str) -> None:
    before = node.counter(f"drop/{name}")
    sender.send(packet)
    await_condition(lambda: node.counter(f"drop/{name}") == before + 1, f"{packet} counted as drop/{name}", 10)


@pytest.mark.feature("C08-023")
@pytest.mark.parametrize(("query", "answer"), [(13, 14), (15, 16), (17, 18)])
def test_queries_and_their_answers_are_flows(lab: Lab, node: LabNode, client: Sender, server: Sender, query: int,
                                             answer: int) -> None:
    reply = f"IP(dst='{CLIENT}')/ICMP(type={answer}, id=77)"
    is_dropped(node, server, reply, "icmp_type")
    arrives(lab, client, f"IP(dst='{SERVER}')/ICMP(type={query}, id=77)", "server", f"icmp[0] == {query}")
    arrives(lab, server, reply, "client", f"icmp[0] == {answer} and src {SERVER} and icmp[4:2] == 77 and icmp[6:2] == 0")
    is_dropped(node, server, reply.replace("77", "78"), "icmp_type")


@pytest.mark.feature("C08-025", "C07-012")
@pytest.mark.parametrize("protocol", [2, 47, 50, 51, 89, 132, 253])
def test_every_protocol_is_forwarded_and_answered(lab: Lab, node: LabNode, client: Sender, server: Sender, protocol: int) -> None:
    packet = "IP(dst='{}', proto={})/bytes.fromhex('{}'*6)"
    arrives(lab, client, packet.format(SERVER, protocol, "0b0b0c0c"), "server", f"ip proto {protocol}")
    arrives(lab, server, packet.format(CLIENT, protocol, "0c0c0b0b"), "client", f"ip proto {protocol}")
    # ESP too: its two SPIs are of one flow.
    assert node.cli(f"flow -count -protocol={protocol} -srcip={CLIENT}").stdout == "1 flow.\n"


@pytest.mark.feature("C08-025", "C08-026")
def test_protocols_of_a_service_in_nested_groups(lab: Lab, node: LabNode, server: Sender) -> None:
    for protocol in (3, 4, 7, 112):
        arrives(lab, server, f"IP(dst='{CLIENT}', proto={protocol})/(b'z'*24)", "client", f"ip proto {protocol}")
    for protocol in (5, 8, 111):
        is_dropped(node, server, f"IP(dst='{CLIENT}', proto={protocol})/(b'z'*24)", "default_rule")


@pytest.mark.feature("C08-023", "C08-024")
def test_errors_without_a_flow_by_type_and_code(lab: Lab, node: LabNode, client: Sender, server: Sender) -> None:
    inner = f"IP(src='{CLIENT}', dst='{SERVER}')/UDP(sport=1, dport=2)"
    for code in range(4):
        arrives(lab, server, f"IP(dst='{CLIENT}')/ICMP(type=3, code={code})/{inner}", "client",
                f"icmp[0] == 3 and icmp[1] == {code}")
    for code in (4, 5):
        is_dropped(node, server, f"IP(dst='{CLIENT}')/ICMP(type=3, code={code})/{inner}", "icmp_no_flow")
    arrives(lab, server, f"IP(dst='{CLIENT}')/ICMP(type=5, code=1, gw='198.51.100.20')/{inner}", "client", "icmp[0] == 5")
    is_dropped(node, server, f"IP(dst='{CLIENT}')/ICMP(type=5, code=0, gw='198.51.100.20')/{inner}", "icmp_no_flow")
    # A rule about every protocol does not mean them.
    is_dropped(node, client, f"IP(dst='{SERVER}')/ICMP(type=3, code=1)/IP(src='{SERVER}', dst='{CLIENT}')/UDP(sport=8, dport=9)",
               "icmp_no_flow")


@pytest.mark.feature("C08-023")
def test_icmpv6_services(lab: Lab, node: LabNode, client: Sender) -> None:
    arrives(lab, client, "IPv6(dst='2001:db8:2::10')/ICMPv6EchoRequest(id=5)", "server", "icmp6 and ip6[40] == 128")
    is_dropped(node, client, "IPv6(dst='2001:db8:2::10')/ICMPv6Unknown(type=200, msgbody=b'12345678')", "default_rule")
    is_dropped(node, client, "IPv6(dst='2001:db8:2::10')/ICMPv6EchoReply(id=5)", "icmp_type")


@pytest.mark.feature("C28-031")
def test_forged_errors_are_dropped(lab: Lab, node: LabNode, client: Sender, server: Sender) -> None:
    arrives(lab, client, f"IP(dst='{SERVER}')/UDP(sport=4000, dport=4001)/(b'd'*400)", "server", "udp port 4001")
    about = f"IP(src='{CLIENT}', dst='{SERVER}', len=428)/UDP(sport=4000, dport=4001, len=408, chksum=1)"
    error = "IP(src='198.51.100.20', dst='" + CLIENT + "')/ICMP(type=3, code=4, nexthopmtu=576{})/{}"
    is_dropped(node, server, error.format("", about.replace("dport=4001", "dport=4002")), "icmp_no_flow")
    is_dropped(node, server, error.format("", about.replace(CLIENT, "10.1.0.11")), "icmp_embedded")
    is_dropped(node, server, error.format(", chksum=1", about), "icmp_checksum")
    is_dropped(node, server, error.format("", "(b'E'*12)"), "transport_header")
    arrives(lab, server, error.format("", about), "client", "icmp[0] == 3 and icmp[1] == 4")


@pytest.mark.feature("C01-012")
def test_options(lab: Lab, node: LabNode, client: Sender) -> None:
    packet = "IP(dst='" + SERVER + "', options=[{}])/UDP(sport=4000, dport=4003)"
    for option, name in (("IPOption_LSRR(routers=['198.51.100.20'])", "ipv4_source_route"),
                         ("IPOption_SSRR(routers=['198.51.100.20'])", "ipv4_source_route"),
                         ("IPOption_RR(routers=['0.0.0.0'])", "ipv4_record_route"),
                         ("IPOption_Timestamp(timestamp=[1])", "ipv4_timestamp"),
                         ("IPOption_Security()", "ipv4_option_other")):
        is_dropped(node, client, packet.format(option), name)
    arrives(lab, client, packet.format("IPOption_Router_Alert()"), "server", "udp dst port 4003 and ip[0] == 0x46")
    # Translated behind its options, it is still good.
    done = node.commands("cc RuleSet IPRuleSet main\nset IPRule lan_to_wan SourceTranslation=NAT\ncc\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    with Capture(lab, "server", "eth0", "udp dst port 4004 and ip[0] == 0x46") as seen:
        client.send(packet.format("IPOption_Router_Alert()").replace("4003", "4004"))
        await_condition(lambda: len(seen.frames) == 1, "a translated packet with router alert", 10)
    assert " 198.51.100.1." in seen.frames[0]
