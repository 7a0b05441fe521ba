# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every reason for which the datapath drops a packet: who sends just that sees just that counter rise, by that many, and
nothing of it is unaccounted for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from lab.accounting import await_accounted, counters
from lab.errors import LabError
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import REPOSITORY
from lab.wait import await_condition
from lab.wire import Wire, keep_silent

CONFIGURE = """
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1 MTU=1400
add Interface VLAN vlan100 BaseInterface=if1 VLANID=100 IPAddress=10.100.0.1 Network=10.100.0.0/24
add Service ServiceTCPUDP refused Type=TCPUDP DestinationPorts=6200
add Service ServiceTCPUDP relayed DestinationPorts=6210 SYNRelay=Yes
add Service ServiceTCPUDP limited Type=UDP DestinationPorts=6220
cc ThresholdRules
add ThresholdRule SourceInterface=if1 SourceNetwork=all-nets DestinationInterface=any DestinationNetwork=all-nets Service=limited
cc ThresholdRule 1
add ThresholdSet Action=Drop
cc ThresholdSet 1
add ThresholdDefinition Type=ConcurrentFlows Limit=1 Grouping=SourceIP
cc
set Settings FragSettings MinimumFragLength=16 IPv6NopFrags=Drop
set Settings LocalReassSettings LocalReass_MaxSize=3000
set Settings LengthLimSettings MaxGRELen=1000
set Settings ICMPSettings IP4FragmentationNeeded=Drop IP6PacketTooBig=Drop
cc RoutingTable main
add Route Interface=if1 Network=2001:db8:1::/64
add Route Interface=if2 Network=2001:db8:2::/64
add Route Interface=vlan100 Network=2001:db8:100::/64
cc
cc RuleSet IPRuleSet main
add IPRule Index=1 Name=no Action=Deny SourceInterface=if1 SourceNetwork=all-nets DestinationInterface=if2 DestinationNetwork=all-nets Service=refused
add IPRule Index=2 Name=relay Action=Allow SourceInterface=if1 SourceNetwork=all-nets DestinationInterface=if2 DestinationNetwork=all-nets Service=relayed
add IPRule Index=3 Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services
add IPRule Index=4 Name=hidden Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=vlan100 DestinationNetwork=all-nets-ip6 Service=all_services SourceTranslation=NAT
cc
"""


@dataclass(frozen=True)
class Case:
    """What to send (lab/wire_program.py), how often it is dropped for the reason, and what is set for its time."""

    program: str
    count: int = 1
    setting: str = ""
    before: str = ""  # sent first; and
    awaited: str = ""  # the reason that takes one of that
    address: str = ""  # of a device of the node that is down meanwhile
    opens: bool = True  # whether flows may be opened meanwhile


TCP_FLOW = "connect({port})\n"
UDP_FLOW = "lan(out(UDP(sport=6000, dport={port})/(b'd'*40)))\nawait_frame('if2', lambda p: UDP in p and p[UDP].dport == {port})\n"
ERROR = "wan(out(ICMP(type=3, code={code}{more})/out(UDP(sport=6000, dport={port}, len=48), len=68), '198.51.100.20', CLIENT))"
CASES = {
    # Ethernet
    "ethernet_short": Case("frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x9100)/Raw(b'12'))"),
    "ethernet_source": Case("frame('if1', Ether(src='01:00:00:00:00:01', dst=LAN_MAC)/out(UDP()))\n"
                            "frame('if1', Ether(src='00:00:00:00:00:00', dst=LAN_MAC)/out(UDP()))", 2),
    "ethernet_destination": Case("frame('if1', Ether(src=HOST, dst='02:00:00:00:00:99')/out(UDP()))\n"
                                 "frame('if1', Ether(src=HOST, dst='01:00:5e:00:00:01')/out(UDP()))", 2),
    "ethertype": Case("frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x88b5)/Raw(b'x'*46))\n"
                      "frame('if1', Ether(src=HOST, dst=LAN_MAC)/Dot1Q(vlan=100, type=0x8847)/Raw(b'x'*46))", 2),
    "unknown_vlanid": Case("lan(Dot1Q(vlan=77)/out(UDP()), Dot1Q(vlan=100)/Dot1Q(vlan=5)/out(UDP()))", 2),
    "vlan_levels": Case("frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x8100)/Raw(bytes.fromhex('00008100')*17))"),
    "ip_version": Case("lan(out6(UDP(sport=6000, dport=6001)))", setting="Settings IPSettings AllowIPVersion=IPv4"),
    # IPv4
    "ipv4_header": Case("lan(out(UDP(), version=5), out(UDP(), ihl=4))", 2),
    "ipv4_length": Case("lan(out(UDP(), len=900), out(UDP(), len=19), out(Raw(b''), ihl=15))\n"
                        "for n in (0, 1, 19):\n    frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x0800)/Raw(b'E'*n))", 6),
    "ipv4_checksum": Case("lan(out(UDP(), chksum=0x1234), out(UDP(), chksum=0x1234, options=[IPOption_NOP()]))", 2),
    "ipv4_source": Case("lan(*[out(UDP(), source=s) for s in (SERVER, '127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0')])", 5),
    "ipv4_destination": Case("lan(*[out(UDP(), destination=d) for d in ('127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0')])", 4),
    "ipv4_options": Case("lan(*[out(UDP(), options=IPOption(bytes.fromhex(o))) for o in ('94050000', '01010194', '94010000', '94ff0000')])",
                         4),
    "ipv4_source_route": Case("lan(*[out(UDP(), options=o(routers=[SERVER])) for o in (IPOption_LSRR, IPOption_SSRR)])", 2),
    "ipv4_record_route": Case("lan(out(UDP(), options=IPOption_RR(routers=['0.0.0.0'])))"),
    "ipv4_timestamp": Case("lan(out(UDP(), options=IPOption_Timestamp(timestamp=[1])))"),
    "ipv4_option_other": Case("lan(*[out(UDP(), options=IPOption(bytes([o, 4, 0, 0]))) for o in (130, 136, 82, 11, 30, 94, 255)])", 7),
    # IPv6
    "ipv6_disabled": Case("lan(Dot1Q(vlan=100)/out6(UDP()))"),
    "ipv6_header": Case("frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x86dd)/out6(UDP(), version=4))"),
    "ipv6_length": Case("lan(out6(UDP(), plen=900))\nframe('if1', Ether(src=HOST, dst=LAN_MAC, type=0x86dd)/Raw(b'\\x60'*39))", 2),
    "ipv6_source": Case("lan(*[out6(UDP(), source=s) for s in ('ff02::1', '::1', '::', SERVER6)])", 4),
    "ipv6_destination": Case("lan(*[out6(UDP(), destination=d) for d in ('ff0e::1', '::1', '::')])", 3),
    "ipv6_extension": Case("lan(out6(IPv6ExtHdrDestOpt()/IPv6ExtHdrHopByHop()/UDP()),\n"
                           "    out6(IPv6ExtHdrDestOpt(len=9)/UDP()), out6(IPv6ExtHdrFragment()/IPv6ExtHdrFragment()/UDP()),\n"
                           "    out6(Raw(b'\\x3c\\0\\0\\0\\0\\0\\0\\0'*40), nh=60))", 4),
    "ipv6_routing_header": Case("lan(out6(IPv6ExtHdrRouting(type=0)/UDP()), out6(IPv6ExtHdrRouting(type=2, segleft=1)/UDP()))", 2),
    # fragments
    "fragment_disabled": Case("lan(fragment(1, 0, 64))", setting="Settings FragSettings PseudoReass_MaxConcurrent=0"),
    "fragment_size": Case("lan(fragment(2, 0, 63), fragment(3, 8 * 8191, 0, more=False))", 2),
    "fragment_short": Case("lan(fragment(4, 0, 8))"),
    "fragment_overlap": Case("lan(fragment(5, 0, 64), fragment(5, 56, 64))"),
    "fragment_duplicate": Case("lan(fragment(6, 0, 64), fragment(6, 0, 64))"),
    "fragment_duplicate_data": Case("lan(fragment(7, 0, 64), fragment(7, 64, 64), fragment(7, 64, 64, data=b'z'))"),
    "fragment_limit": Case("lan(*[fragment(8, 16 * n, 16) for n in range(257)])"),
    "fragment_held": Case("lan(*[fragment(9, 64 * n, 64) for n in range(1, 66)], fragment(9, 0, 64))"),
    "fragment_timeout": Case("lan(fragment(10, 64, 64))", setting="Settings FragSettings ReassTimeout=1"),
    "fragment_done_packet": Case("lan(fragment(11, 0, 64, size=128), fragment(11, 64, 64, False, size=128), fragment(11, 64, 64, False, size=128))"),
    "fragment_illegal_packet": Case("lan(fragment(12, 0, 64), fragment(12, 56, 64), fragment(12, 64, 64), fragment(12, 128, 64))", 2,
                                    setting="Settings FragSettings IllegalFrags=DropPacket"),
    "fragment_refused_packet": Case("lan(fragment(13, 0, 64, port=6200), fragment(13, 64, 64))"),
    "fragment_failed_packet": Case("lan(fragment(14, 128, 64))", setting="Settings FragSettings ReassTimeout=1",
                                   before="lan(fragment(14, 64, 64))", awaited="fragment_timeout"),
    "fragment_icmp": Case("lan(out(ICMP(type=13)/Raw(b'x'*12), flags='MF', id=15))"),
    "fragment_atomic": Case("lan(out6(IPv6ExtHdrFragment()/UDP(sport=6000, dport=6051)))"),
    "local_reassembly_size": Case("lan(*[out(Raw((bytes(ICMP(id=1)) + b'p'*3992)[at:at + 1000]), CLIENT, FIREWALL, proto=1, id=16,\n"
                                  "    frag=at // 8, flags='MF' if at < 3000 else 0) for at in range(0, 4000, 1000)])", 2),
    "local_reassembly_limit": Case("lan(*[out(Raw((bytes(ICMP(id=2)) + b'p'*3992)[at:at + 1400]), CLIENT, FIREWALL, proto=1, id=17,\n"
                                   "    frag=at // 8, flags='MF') for at in (0, 1400)])",
                                   setting="Settings LocalReassSettings LocalReass_NumLarge=0"),
    "oversized": Case("lan(out(Raw(b'g'*1001), proto=47), out6(Raw(b'g'*1001), nh=47))", 2),
    # transport
    "transport_header": Case("lan(out(Raw(b'1234567'), proto=17), out(UDP(len=7)), out(UDP(len=900)), out(UDP(dport=0)), out(TCP(dataofs=4)),\n"
                             "    out(TCP(dataofs=15)), out(TCP(sport=0)), out(TCP(dport=0)), out(Raw(b'1234567'), proto=1),\n"
                             "    out(Raw(b'1234567'), proto=132), out6(UDP(len=7)), out6(TCP(dataofs=4)))", 12),
    "tcp_flags": Case("lan(*[out(TCP(sport=6000, dport=6100, flags=f)) for f in ('', 'SF', 'SR', 'F', 'FPU', 'P', 'FSRPAU', 'SFA', 'FR', 'FRA')],\n"
                      "    out6(TCP(sport=6000, dport=6100, flags='FPU')))", 11),
    "tcp_options": Case("lan(*[out(TCP(sport=6001 + n, dport=6100, flags='S', dataofs=6)/Raw(bytes.fromhex(o))) for n, o in enumerate(\n"
                        "    ('020805b4', '01010102', '02000000', '0303ff03'))])", 4, opens=False),
    "tcp_mss": Case("lan(out(TCP(sport=6010, dport=6100, flags='S', options=[('MSS', 99)])))", opens=False),
    # A node that became active knows for two minutes of cookies that its peer may have given.
    "tcp_no_flow": Case("lan(*[out(TCP(sport=6011, dport=6100, flags=f)) for f in ('A', 'R', 'FA', 'SA', 'RA')],\n"
                        "    out6(TCP(sport=6011, dport=6100, flags='A')))", 6, setting="Settings TCPSettings TCPHalfOpenMax=0"),
    "tcp_cookie": Case("lan(out(TCP(sport=6012, dport=6210, flags='A', seq=1, ack=77)), out6(TCP(sport=6012, dport=6210, flags='A', ack=7)))", 2),
    "tcp_relay": Case("for n, ip in ((6013, out), (6014, out6)):\n"
                      "    lan(ip(TCP(sport=n, dport=6210, flags='S', seq=1000)))\n"
                      "    answer = await_frame('if1', lambda p: TCP in p and p[TCP].dport == n)[TCP]\n"
                      "    lan(ip(TCP(sport=n, dport=6210, flags='A', seq=1001, ack=answer.seq + 1)))\n"
                      "    await_frame('if2', of(n, 'S'))\n"
                      "    lan(ip(TCP(sport=n, dport=6210, flags='A', seq=1001, ack=answer.seq + 2)))", 2),
    "tcp_state": Case("lan(*[out(TCP(sport=6015, dport=6100, flags=f, seq=1)) for f in ('S', 'A', 'SA', 'PA', 'FA')])", 4),
    "tcp_sequence": Case(TCP_FLOW.format(port=6016) + "lan(out(TCP(sport=6016, dport=6100, flags='PA', seq=90000, ack=5001)/b'far'))"),
    "tcp_acknowledgement": Case(TCP_FLOW.format(port=6017) + "lan(out(TCP(sport=6017, dport=6100, flags='PA', seq=1001, ack=90000)/b'far'))"),
    "tcp_reset": Case(TCP_FLOW.format(port=6018) + "wan(back(TCP(sport=6100, dport=6018, flags='R', seq=90000)))"),
    # ICMP
    "icmp_type": Case("lan(out(ICMP(code=1)), out(ICMP(type=0)), out(ICMP(type=14)), out6(ICMPv6EchoReply()), out6(IPv6ExtHdrDestOpt()/ICMPv6ND_NS()),\n"
                      "    out6(ICMP(), nh=1))", 6),
    "icmp_checksum": Case(UDP_FLOW.format(port=6060) + ERROR.format(code=1, port=6060, more=", chksum=1")),
    "icmp_embedded": Case("wan(back(ICMP(type=3, code=1)/out(UDP(), source='10.1.0.11')),\n"
                          "    back(ICMP(type=3, code=1)/out(Raw(b'12345678'), frag=4)))", 2),
    "icmp_window": Case(TCP_FLOW.format(port=6019) + "wan(back(ICMP(type=3, code=1)/out(TCP(sport=6019, dport=6100, seq=1 << 30))))"),
    "icmp_no_flow": Case("wan(back(ICMP(type=3, code=1)/out(UDP(sport=1, dport=2))), back(ICMP(type=5, code=1)/out(UDP(sport=1, dport=2))))", 2),
    "icmp_fragmentation_needed": Case(UDP_FLOW.format(port=6061) + ERROR.format(code=4, port=6061, more=", nexthopmtu=600")),
    "icmpv6_too_big": Case("lan(out6(UDP(sport=6000, dport=6062)/(b'd'*40)))\n"
                           "await_frame('if2', lambda p: UDP in p and p[UDP].dport == 6062)\n"
                           "wan(out6(ICMPv6PacketTooBig(mtu=1280)/out6(UDP(sport=6000, dport=6062)/(b'd'*40)), '2001:db8:2::20', CLIENT6))"),
    # forwarding
    "ttl": Case("lan(out(UDP(sport=6000, dport=6063), ttl=1), out(UDP(sport=6000, dport=6063), ttl=0), out6(UDP(sport=6000, dport=6063), hlim=1))",
                3),
    "no_reverse_route": Case("lan(out(UDP(), source='198.51.100.77'), out(UDP(), source='203.0.113.1'), out6(UDP(), source='2001:db8:2::77'))", 3),
    "no_route": Case("lan(out(UDP(), destination='203.0.113.1'), out6(UDP(), destination='2001:db8:9::1'))", 2),
    "threshold": Case("lan(*[out(UDP(sport=6000 + n, dport=6220)) for n in range(3)])", 2),
    "blacklist": Case("lan(out(UDP(sport=6000, dport=6067), source='10.1.0.77'), out6(UDP(sport=6000, dport=6067), source='2001:db8:1::77'))", 2),
    "rule": Case("lan(out(UDP(sport=6000, dport=6200)), out6(TCP(sport=6000, dport=6200)))", 2),
    "default_rule": Case("wan(back(UDP(sport=1, dport=2)), out6(UDP(sport=1, dport=2), SERVER6, CLIENT6))", 2),
    "nat_address": Case("lan(out6(UDP(sport=6000, dport=6064), destination='2001:db8:100::10'))"),
    "mtu": Case("lan(out(UDP(sport=6000, dport=6065)/(b'm'*1373), flags='DF'), out6(UDP(sport=6000, dport=6065)/(b'm'*1353)))", 2),
    "unresolved": Case("lan(out(UDP(sport=6000, dport=6066), destination='198.51.100.99'), out6(UDP(sport=6000, dport=6066),\n"
                       "    destination='2001:db8:2::99'))", 2),
    "host": Case("lan(Dot1Q(vlan=100)/out(ICMP(id=3), '10.100.0.10', '10.100.0.1'))", address="10.100.0.1"),
    # neighbours and the peer
    "arp_malformed": Case("lan(*[ARP(hwsrc=HOST, psrc=CLIENT, pdst=FIREWALL, **f) for f in ({'hwlen': 5}, {'plen': 6}, {'hwtype': 6},\n"
                          "    {'ptype': 0x86dd}, {'op': 9})])\n"
                          "for n in (0, 1, 27):\n    frame('if1', Ether(src=HOST, dst=LAN_MAC, type=0x806)/Raw(b'\\1'*n))",
                          8),
    "discovery_malformed": Case("lan(*[out6(n, CLIENT6, FIREWALL6, hlim=h) for n, h in ((ICMPv6ND_NS(tgt=FIREWALL6), 64), (ICMPv6ND_NA(tgt=CLIENT6,\n"
                                "    code=1), 255), (ICMPv6ND_NS(tgt='ff02::1'), 255), (ICMPv6ND_RS(), 1))])", 4),
    "spare_link": Case("frame('if1', Ether(src=HOST, dst='10:00:00:01:ff:00', type=0x88b6)/out6(UDP(sport=5406, dport=5406)))"),
}

# No frame alone makes these; the file that shows each.
ELSEWHERE = {
    "heartbeat": "ha-tests/test_hostile.py",
    "inactive": "ha-tests/test_hostile.py",
    "interface_disabled": "datapath/vlan/test_vlan.c",
    "suspended": "datapath/worker/test_worker.c",
    "dhcp_malformed": "ha-tests/test_dhcp_client.py",
    "no_policy": "datapath/worker/test_worker.c",
    "local_reassembly_overlap": "datapath/host/test_local_reassembly.c",
    "interface_changed": "datapath/flow/test_flow.c",
    "translation_changed": "datapath/nat/test_nat.c",
    "nat_ports": "datapath/nat/test_nat.c",
    "flow_addresses": "datapath/ipv6/test_ipv6.c",
    "flow_table_full": "datapath/flow/test_flow.c",
    "control_queue": "datapath/worker/test_shortage.c",
    "handover": "datapath/worker/test_handover.c",
    "tx": "datapath/worker/test_shortage.c",
    "memory": "datapath/worker/test_shortage.c",
}


def drops(node: LabNode) -> dict[str, int]:
    return {name.removeprefix("drop/"): value for name, value in counters(node).items() if name.startswith("drop/")}


LAB = {"single": True}


@pytest.fixture(scope="module")
def node(lab: Lab) -> LabNode:
    found = lab.node("master")
    found.commit(CONFIGURE)
    for barred in ("10.1.0.77", "2001:db8:1::77"):
        found.succeed(f"blacklist -add -srciface=if1 -srcip={barred}")
    for host in ("client", "server"):
        keep_silent(lab, host, "6000-6299")
    return found


@pytest.fixture(scope="module")
def wire(lab: Lab, node: LabNode) -> Iterator[Wire]:
    made = Wire(lab, node)
    # Both neighbours are known before a packet has to wait for them.
    for address in ("198.51.100.10", "2001:db8:2::10"):
        assert lab.run("client", ["ping", "-c", "1", "-W", "5", address]).returncode == 0
    yield made
    made.stop()


@pytest.fixture
def setting(node: LabNode, request: pytest.FixtureRequest) -> Iterator[None]:
    """What the case wants set, for its time."""
    wanted = CASES[request.node.callspec.params["reason"]].setting
    if wanted:
        node.commit(f"set {wanted}")
    yield
    if wanted:
        words = wanted.split()
        # The others of CONFIGURE stay.
        node.commit(f"reset-to-default {words[0]} {words[1]} {words[2].partition('=')[0]}")


@pytest.fixture
def device(node: LabNode, request: pytest.FixtureRequest) -> Iterator[None]:
    """The device of the case's address is down for its time."""
    address = CASES[request.node.callspec.params["reason"]].address
    name = ""
    if address:
        found = re.search(rf"^\d+: (\S+) +inet {re.escape(address)}", node.run(["ip", "-o", "-4", "address"]).stdout, re.MULTILINE)
        assert found
        name = found[1]
        assert node.run(["ip", "link", "set", name, "down"]).returncode == 0
    yield
    if name:
        assert node.run(["ip", "link", "set", name, "up"]).returncode == 0


def await_drops(node: LabNode, reason: str, wanted: int) -> None:
    try:
        await_condition(lambda: drops(node)[reason] >= wanted, f"{reason} {wanted}", timeout=15)
    except LabError:
        pass  # the comparison behind says what is there instead


@pytest.mark.feature("C01-011", "C01-012", "C05-010", "C28-010", "C28-011", "C28-017", "C28-018", "C28-019", "C28-021", "C28-022")
@pytest.mark.parametrize("reason", CASES)
def test_each_reason_is_counted_by_its_name(node: LabNode, wire: Wire, setting: None, device: None, reason: str) -> None:
    case = CASES[reason]
    before, opened = drops(node), node.counter("flow/created")
    if case.before:
        wire.run(case.before)
        await_drops(node, case.awaited, before[case.awaited] + 1)
        before = drops(node)
    wire.run(f"{case.program}")
    await_drops(node, reason, before[reason] + case.count)
    after = drops(node)
    risen = {name: after[name] - count for name, count in before.items() if after[name] != count}
    assert risen.get(reason) == case.count, f"{reason}: {case.count} expected, seen {risen}"
    assert case.opens or node.counter("flow/created") == opened
    await_accounted(node)


def test_no_reason_is_without_a_test(node: LabNode) -> None:
    """A new line in datapath/core/counters.h needs an entry here, and one in ELSEWHERE the test that it names."""
    reasons = set(re.findall(r'"drop/([a-z0-9_]+)"', (REPOSITORY / "datapath/core/counters.h").read_text(encoding="utf-8")))
    assert reasons == set(CASES) | set(ELSEWHERE)
    assert not set(CASES) & set(ELSEWHERE)
    assert set(drops(node)) == reasons, "the command line shows every one"
    for reason, file in ELSEWHERE.items():
        named = f"COUNTER_DROP_{reason.upper()}" if file.endswith(".c") else f"drop/{reason}"
        assert named in (REPOSITORY / file).read_text(encoding="utf-8"), f"{file} does not speak of {named}"
