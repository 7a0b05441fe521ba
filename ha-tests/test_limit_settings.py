# SPDX-License-Identifier: GPL-2.0-or-later
"""Every setting of the guide's chapter 28: the same packets, and what becomes of them with the setting and without it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from lab.accounting import counters
from lab.errors import LabError
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import REPOSITORY
from lab.wait import await_condition
from lab.wire import Wire, keep_silent

CONFIGURE = """
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1 MTU=1400
add Service ServiceTCPUDP refused Type=UDP DestinationPorts=6200
add Service ServiceTCPUDP stateless DestinationPorts=6220
cc RoutingTable main
add Route Interface=if1 Network=2001:db8:1::/64
add Route Interface=if2 Network=2001:db8:2::/64
cc
cc RuleSet IPRuleSet main
add IPRule Index=1 Name=no Action=Deny SourceInterface=if1 SourceNetwork=all-nets-ip4 DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=refused
add IPRule Index=2 Name=stateless Action=Allow Stateless=Yes SourceInterface=if1 SourceNetwork=all-nets-ip4 DestinationInterface=if2 DestinationNetwork=198.51.100.20 Service=all_services
add IPRule Index=3 Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services
cc
"""
OBJECTS = ("FragSettings", "LocalReassSettings", "LengthLimSettings", "FlowTimeoutSettings", "TCPSettings")
FRAGMENTS, TCP = "FragSettings", "TCPSettings"


@dataclass(frozen=True)
class Row:
    """A program of lab/wire_program.py, and how far counters and kinds of log lines rise by it, with these properties set."""

    setting: str  # object and properties; "" for the defaults
    program: str
    rises: dict[str, int] = field(default_factory=dict)
    logs: dict[str, int] = field(default_factory=dict)
    rows: tuple[str, ...] = ()


PARTS = "lan(fragment({0}, 64, 64), fragment({0}, 0, 64))"
OVERLAP = "lan(fragment({0}, 0, 64), fragment({0}, 56, 64), fragment({0}, 64, 64))"
TWICE = "lan(fragment({0}, 0, 64), fragment({0}, 0, 64))"
SUSPECT_TWICE = "lan(fragment({0}, 0, 64), fragment({0}, 56, 64), fragment({0}, 0, 64))"
REFUSED = "lan(fragment({0}, 0, 64, port=6200), fragment({0}, 64, 64))"
# The last four bytes of each of 40 fragments differ from the first time.
NEARLY = ("for n in range(40):\n    lan(fragment({0} + n, 0, 1368), fragment({0} + n, 1368, 1368), out(Raw(b'f'*1364 + b'zzzz'), proto=17,\n"
          "        id={0} + n, frag=171, flags='MF'))")
WHOLE_TWICE = "for n in range(2):\n    lan(fragment({0}, 0, 64, size=128), fragment({0}, 64, 64, False, size=128))"
ICMP_PART = "lan(out(ICMP(type=13)/Raw(b'x'*12), flags='MF', id={0}))"
ATOMIC = "lan(out6(IPv6ExtHdrFragment(id={0})/UDP(sport=6000, dport=6051)))"
SHORT6 = "lan(out6(IPv6ExtHdrFragment(id={0}, m=1)/UDP(sport=6000, dport=6051, len=2000)/Raw(b'x'*592)))"
LARGE_PING = ("lan(*[out(Raw((bytes(ICMP(id=1)) + b'p'*2992)[at:at + 1000]), CLIENT, FIREWALL, proto=1, id={0},\n"
              "    frag=at // 8, flags='MF' if at < 2000 else 0) for at in range(0, 3000, 1000)])")
# In its place later fragments of IPv6 may name any protocol.
LONG6 = ("whole = bytes(UDP(sport=6000, dport=6054, len=1408, chksum=1)) + b'f'*1400\n"
         "lan(*[out6(IPv6ExtHdrFragment(id={0}, nh=60 if at else 17, offset=at // 8, m=at < 1280)/Raw(whole[at:at + 640]))\n"
         "    for at in (0, 640, 1280)])")
FAR = "connect({0})\nlan(out(TCP(sport={0}, dport=6100, flags='PA', seq=90000, ack=5001)/b'far'))"
SYN = "lan(out(TCP(sport={0}, dport=6100, flags='S', options=[('MSS', {1})])))"
ARRIVES_WITH = SYN + "\nassert ('MSS', {2}) in await_frame('if2', of({0}, 'S'))[TCP].options"
UNUSUAL = (("Ignore", 0, 0, 0), ("Log", 0, 1, 0), ("Drop", 1, 0, 0), ("DropLog", 1, 0, 1))

ROWS = [
    # First: nothing else waits that would time out too.
    Row(f"{FRAGMENTS} ReassTimeout=1", "lan(fragment(117, 0, 64))", {"reassembly/failed": 1}, {"reassembly_timeout": 0}, rows=("C28-018",)),
    Row(f"{FRAGMENTS} ReassTimeLimit=1", "lan(fragment(118, 0, 64))", {"reassembly/failed": 1}, rows=("C28-018",)),
    Row(f"{FRAGMENTS} ReassTimeout=1", "lan(fragment(119, 0, 64), fragment(119, 56, 64))", {"reassembly/failed": 1}, {"reassembly_timeout": 1},
        rows=("C28-013",)),
    Row(f"{FRAGMENTS} ReassTimeout=1 FragReassemblyFail=NoLog", "lan(fragment(120, 0, 64), fragment(120, 56, 64))", {"reassembly/failed": 1},
        {"reassembly_timeout": 0}, rows=("C28-013",)),
    Row(f"{FRAGMENTS} ReassTimeout=1 FragReassemblyFail=LogAll", "lan(fragment(121, 0, 64))", {"reassembly/failed": 1},
        {"reassembly_timeout": 1}, rows=("C28-013",)),
    # What comes later of those that failed.
    Row(f"{FRAGMENTS} FragReassemblyFail=LogAll", "lan(fragment(121, 64, 64))", {"drop/fragment_failed_packet": 1},
        {"fragment_of_failed_packet": 0}, rows=("C28-013",)),
    Row(f"{FRAGMENTS} FragReassemblyFail=LogAllSubseq", "lan(fragment(121, 64, 64))", {"drop/fragment_failed_packet": 1},
        {"fragment_of_failed_packet": 1}, rows=("C28-013",)),
    Row("", "lan(fragment(121, 64, 64), fragment(120, 64, 64))", {"drop/fragment_failed_packet": 2}, {"fragment_of_failed_packet": 1},
        rows=("C28-013",)),
    Row(f"{FRAGMENTS} FragReassemblyFail=LogSuspect", "lan(fragment(120, 64, 64))", {"drop/fragment_failed_packet": 1},
        {"fragment_of_failed_packet": 0}, rows=("C28-013",)),
    Row("", PARTS.format(100), {"drop/fragment_disabled": 0}),
    Row(f"{FRAGMENTS} PseudoReass_MaxConcurrent=0", PARTS.format(101), {"drop/fragment_disabled": 2}, rows=("C28-010",)),
    Row("", OVERLAP.format(102), {"drop/fragment_overlap": 1, "drop/fragment_illegal_packet": 0}, {"overlapping_fragment": 1}),
    Row(f"{FRAGMENTS} IllegalFrags=Drop", OVERLAP.format(103), {"drop/fragment_overlap": 1, "drop/fragment_illegal_packet": 0},
        {"overlapping_fragment": 0}, rows=("C28-011",)),
    Row(f"{FRAGMENTS} IllegalFrags=DropPacket", OVERLAP.format(104), {"drop/fragment_overlap": 1, "drop/fragment_illegal_packet": 1},
        {"overlapping_fragment": 0, "fragment_of_illegal_packet": 0}, rows=("C28-011",)),
    Row(f"{FRAGMENTS} IllegalFrags=DropLogPacket", OVERLAP.format(105), {"drop/fragment_illegal_packet": 1},
        {"overlapping_fragment": 1, "fragment_of_illegal_packet": 0}, rows=("C28-011",)),
    Row(f"{FRAGMENTS} IllegalFrags=DropLogAll", OVERLAP.format(106), {"drop/fragment_illegal_packet": 1},
        {"overlapping_fragment": 1, "fragment_of_illegal_packet": 1}, rows=("C28-011",)),
    Row(f"{FRAGMENTS} IllegalFrags=DropPacket ReassIllegalLinger=0", OVERLAP.format(107) + "\nlan(fragment(107, 0, 64))",
        {"drop/fragment_overlap": 1, "drop/fragment_illegal_packet": 0}, rows=("C28-019",)),
    Row("", WHOLE_TWICE.format(108), {"reassembly/done": 1, "drop/fragment_done_packet": 2}),
    Row(f"{FRAGMENTS} ReassDoneLinger=0", WHOLE_TWICE.format(109), {"reassembly/done": 2, "drop/fragment_done_packet": 0}, rows=("C28-019",)),
    Row("", TWICE.format(110), {"drop/fragment_duplicate": 1}, {"duplicate_fragment": 0}),
    Row("", SUSPECT_TWICE.format(111), {"drop/fragment_duplicate": 1}, {"duplicate_fragment": 1}),
    Row(f"{FRAGMENTS} DuplicateFrags=LogAll", TWICE.format(112), {"drop/fragment_duplicate": 1}, {"duplicate_fragment": 1}, rows=("C28-015",)),
    Row(f"{FRAGMENTS} DuplicateFrags=NoLog", SUSPECT_TWICE.format(113), {"drop/fragment_duplicate": 1}, {"duplicate_fragment": 0},
        rows=("C28-015",)),
    Row("", REFUSED.format(114), {"drop/rule": 1, "drop/fragment_refused_packet": 1}, {"fragment_of_refused_packet": 0}),
    Row(f"{FRAGMENTS} DroppedFrags=LogAll", REFUSED.format(115), {"drop/rule": 1, "drop/fragment_refused_packet": 1},
        {"fragment_of_refused_packet": 2}, rows=("C28-014",)),
    Row(f"{FRAGMENTS} DroppedFrags=NoLog", REFUSED.format(116), {"drop/rule": 1, "drop/fragment_refused_packet": 1},
        {"fragment_of_refused_packet": 0}, rows=("C28-014",)),
    *(Row(f"{FRAGMENTS} FragmentedICMP={value}", ICMP_PART.format(130 + n), {"drop/fragment_icmp": drop},
          {"fragmented_icmp .*action=allow": passed, "fragmented_icmp .*action=drop": dropped}, rows=("C28-016",))
      for n, (value, drop, passed, dropped) in enumerate(UNUSUAL)),
    *(Row(f"{FRAGMENTS} IPv6NopFrags={value}", ATOMIC.format(140 + n), {"drop/fragment_atomic": drop},
          {"ipv6_atomic_fragment .*action=allow": passed, "ipv6_atomic_fragment .*action=drop": dropped}, rows=("C28-021",))
      for n, (value, drop, passed, dropped) in enumerate(UNUSUAL)),
    Row("", "lan(fragment(150, 0, 64))", {"drop/fragment_short": 0}),
    Row(f"{FRAGMENTS} MinimumFragLength=72", "lan(fragment(151, 0, 64), fragment(152, 0, 72))", {"drop/fragment_short": 1}, rows=("C28-017",)),
    Row("", SHORT6.format(153), {"drop/fragment_short": 1}),
    Row(f"{FRAGMENTS} IPv6MinNonFinalFragment=600", SHORT6.format(154), {"drop/fragment_short": 0}, rows=("C28-020",)),
    Row("", SHORT6.format(155) + "\nlan(out6(ICMPv6EchoRequest(), hlim=1))\nassert ICMPv6TimeExceeded in await_frame('if1', lambda p: IPv6 in p\n"
        "    and p[IPv6].nh == 58 and ICMPv6ND_NS not in p)", {"drop/fragment_short": 1}),
    Row(f"{FRAGMENTS} RejectMinimalFrag=Yes", SHORT6.format(156) + "\nassert ICMPv6ParamProblem in await_frame('if1', lambda p: IPv6 in p\n"
        "    and p[IPv6].nh == 58 and ICMPv6ND_NS not in p)", {"drop/fragment_short": 1}, rows=("C28-020",)),
    Row("", LARGE_PING.format(160), {"reassembly/local_done": 1}),
    Row("LocalReassSettings LocalReass_MaxConcurrent=0", LARGE_PING.format(161), {"reassembly/local_done": 0,
                                                                                  "drop/local_reassembly_limit": 3}, rows=("C28-022",)),
    Row("LocalReassSettings LocalReass_MaxSize=2000", LARGE_PING.format(162), {"reassembly/local_done": 0, "drop/local_reassembly_size": 2},
        rows=("C28-022",)),
    Row("LocalReassSettings LocalReass_NumLarge=0", LARGE_PING.format(163), {"reassembly/local_done": 0, "drop/local_reassembly_limit": 1},
        rows=("C28-022",)),
    Row("LengthLimSettings MaxUDPLen=1408", LONG6.format(170), {"drop/oversized": 0, "reassembly/done": 1}, rows=("C28-005", "C28-006")),
    Row("LengthLimSettings MaxUDPLen=1407", LONG6.format(171), {"drop/oversized": 1, "reassembly/done": 0}, rows=("C28-005", "C28-006")),
    Row("", FAR.format(6101), {"drop/tcp_sequence": 1, "tcp/out_of_window": 0}),
    Row(f"{TCP} TCPSequenceNumbers=Count", FAR.format(6102), {"drop/tcp_sequence": 0, "tcp/out_of_window": 1}, rows=("C07-017",)),
    Row(f"{TCP} TCPSequenceNumbers=Ignore", FAR.format(6103), {"drop/tcp_sequence": 0, "tcp/out_of_window": 0}, rows=("C07-017",)),
    Row("", SYN.format(6104, 99), {"drop/tcp_mss": 1}),
    Row(f"{TCP} TCPMSSMin=90", ARRIVES_WITH.format(6105, 99, 99), {"drop/tcp_mss": 0}),
    Row(f"{TCP} TCPMSSOnLow=Adjust", ARRIVES_WITH.format(6106, 99, 100), {"drop/tcp_mss": 0}),
    Row(f"{TCP} TCPMSSOnLow=Ignore", ARRIVES_WITH.format(6117, 99, 99), {"drop/tcp_mss": 0}),
    Row("", ARRIVES_WITH.format(6107, 1460, 1360)),
    Row(f"{TCP} TCPAutoClamping=No", ARRIVES_WITH.format(6108, 1500, 1460)),
    Row(f"{TCP} TCPAutoClamping=No TCPMSSMax=1200", ARRIVES_WITH.format(6109, 1500, 1200)),
    Row(f"{TCP} TCPMSSOnHigh=Ignore TCPAutoClamping=No", ARRIVES_WITH.format(6118, 1500, 1500), {"drop/tcp_mss": 0}),
    Row(f"{TCP} TCPMSSOnHigh=Drop", SYN.format(6110, 1461), {"drop/tcp_mss": 1}),
    Row("", "connect(6111)", {"tcp/cookies": 0}),
    Row(f"{TCP} TCPHalfOpenMax=1", "for n in range(6112, 6116):\n    lan(out(TCP(sport=n, dport=6100, flags='S', seq=1000)))\n"
        "await_frame('if1', of(6100, 'SA'))"),
]
# Shown by tests of their own.
ELSEWHERE = {
    "DuplicateFragData": "test_limit_settings.py",
    "LogOversizedPackets": "test_fragments.py",
    **{name: "test_pmtu.py" for name in (
        "IP4PathMTUMin", "IP6PathMTUMin", "IP4PathMTULifetime", "IP6PathMTULifetime", "IP4OnPktTooBigAndDFSet", "IP6OnPacketTooBig",
        "StripDFOnSmall", "IP4FragmentationNeeded", "IP6PacketTooBig")},
}
# Property, value and the protocols of its packets, the same for both versions but for ICMP, which has room for errors about the others.
ICMP_OF = {"out": 1, "out6": 58}
LENGTHS = {"MaxTCPLen": (301, [6]), "MaxUDPLen": (302, [17, 136]), "MaxICMPLen": (700, ["icmp"]), "MaxGRELen": (304, [47]),
           "MaxESPLen": (305, [50]), "MaxAHLen": (306, [51]), "MaxSKIPLen": (307, [57]), "MaxOSPFLen": (308, [89]),
           "MaxIPIPLen": (309, [4, 41, 94]), "MaxIPCompLen": (310, [108]), "MaxL2TPLen": (311, [115]), "MaxOtherSubIPLen": (312, [97, 253])}
# What stands behind the IP header in so many bytes.
PAYLOADS = {6: "TCP(sport=6000, dport=6100, flags='S', seq=1)/Raw(b'l'*({0}-20))", 17: "UDP(sport=6000, dport=6100)/Raw(b'l'*({0}-8))",
            1: "ICMP(id=9)/Raw(b'l'*({0}-8))", 58: "ICMPv6EchoRequest(id=9, data=b'l'*({0}-8))"}
# Property, what opens a flow in that state, and how the flow is found.
SCTP = "Raw(bytes.fromhex('{:04x}17d400000000000000000100000c0000000000000000'))"
LIFETIMES = {
    "FlowLifetimeTCPInit": ("lan(out(TCP(sport=6120, dport=6100, flags='S', seq=1000)))", "-srcport=6120"),
    "FlowLifetimeTCPNoData": ("connect(6121)", "-srcport=6121"),
    "FlowLifetimeTCPOpen": ("connect(6122)\nlan(out(TCP(sport=6122, dport=6100, flags='PA', seq=1001, ack=5001)/b'data'))", "-srcport=6122"),
    "FlowLifetimeTCPClosing": ("connect(6123)\nlan(out(TCP(sport=6123, dport=6100, flags='FA', seq=1001, ack=5001)))", "-srcport=6123"),
    "FlowLifetimeTCPStateless": ("lan(out(TCP(sport=6124, dport=6220, flags='S'), destination='198.51.100.20'))", "-srcport=6124"),
    "FlowLifetimeUDP": ("lan(out(UDP(sport=6125, dport=6100)))", "-srcport=6125"),
    "FlowLifetimeICMP": ("lan(out(ICMP(type=13, id=6126)))", "-protocol=ICMP"),
    "FlowLifetimeSCTPStateful": (f"lan(out({SCTP.format(6127)}, proto=132))", "-srcport=6127"),
    "FlowLifetimeSCTPStateless": (f"lan(out({SCTP.format(6128)}, proto=132, destination='198.51.100.20'))", "-srcport=6128"),
    "FlowLifetimeOther": ("lan(out(Raw(b'o'*20), proto=253))", "-protocol=253"),
}


LAB = {"single": True}


def set_only(node: LabNode, setting: str) -> None:
    """These properties, and everything else of chapter 28 as it is by default."""
    defaults = "\n".join(f"reset-to-default Settings {name}" for name in OBJECTS)
    node.commit(f"{defaults}\n" + (f"set Settings {setting}" if setting else ""))


@pytest.fixture(scope="module")
def node(lab: Lab) -> LabNode:
    found = lab.node("master")
    found.commit(CONFIGURE)
    for host in ("client", "server", "peer"):
        keep_silent(lab, host, "6000-6299")
    return found


@pytest.fixture(scope="module")
def wire(lab: Lab, node: LabNode) -> Iterator[Wire]:
    made = Wire(lab, node)
    for address in ("198.51.100.10", "198.51.100.20", "2001:db8:2::10"):
        assert lab.run("client", ["ping", "-c", "1", "-W", "5", address]).returncode == 0
    yield made
    made.stop()


def logged(node: LabNode, kind: str) -> int:
    text = (node.log / "hadrian-datapath.log").read_text(encoding="utf-8", errors="replace")
    return len(re.findall(rf"event={kind}\b" if "action" not in kind else rf"event={kind}", text))


@pytest.mark.feature(*sorted({name for row in ROWS for name in row.rows}))
@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row.setting or 'default'}".replace(" ", "-") for n, row in enumerate(ROWS)])
def test_the_setting_changes_what_happens(node: LabNode, wire: Wire, row: Row) -> None:
    set_only(node, row.setting)
    before = counters(node), {kind: logged(node, kind) for kind in row.logs}

    def risen() -> tuple[dict[str, int], dict[str, int]]:
        now = counters(node)
        return ({name: now[name] - before[0][name] for name in row.rises},
                {kind: logged(node, kind) - count for kind, count in before[1].items()})

    # What is sent last shows that all before it was looked at.
    received = before[0]["drop/ethertype"]
    wire.run(f"{row.program}\nframe('if1', Ether(src=HOST, dst=LAN_MAC, type=0x88b5)/Raw(b'x'*46))")
    await_condition(lambda: counters(node)["drop/ethertype"] > received, "the last frame", timeout=10)
    try:
        await_condition(lambda: risen() == (row.rises, row.logs), "what the setting says", timeout=10)
    except LabError:
        assert risen() == (row.rises, row.logs)


@pytest.mark.feature("C28-012")
def test_more_places_of_a_duplicate_see_more(node: LabNode, wire: Wire) -> None:
    found = []
    for value, identification in (("Check2", 1000), ("Check512", 2000)):
        set_only(node, f"{FRAGMENTS} DuplicateFragData={value}")
        before = counters(node)
        wire.run(NEARLY.format(identification))

        def judged(before: dict[str, int] = before) -> int:
            now = counters(node)
            return sum(now[name] - before[name] for name in ("drop/fragment_duplicate", "drop/fragment_duplicate_data"))

        await_condition(lambda judged=judged: judged() == 40, "the duplicates", timeout=20)
        found.append(counters(node)["drop/fragment_duplicate_data"] - before["drop/fragment_duplicate_data"])
    # Two places of 1368 bytes meet the four that differ once in a hundred times, 512 nearly always.
    assert found[0] < 10 < 20 < found[1], found


@pytest.mark.feature("C28-005", "C28-006", "C28-007", "C28-008")
@pytest.mark.parametrize("ip, number", [("out", "proto"), ("out6", "nh")], ids=["IPv4", "IPv6"])
def test_every_protocol_has_its_length(node: LabNode, wire: Wire, ip: str, number: str) -> None:
    packets = [(name, length, ICMP_OF[ip] if protocol == "icmp" else protocol)
               for name, (length, protocols) in LENGTHS.items() for protocol in protocols]

    def oversized(more: int, behind: str = "") -> int:
        """How many of them are too long where each has so much more than its limit, with these headers behind the first."""
        before = counters(node)
        made = [f"{ip}({behind}{PAYLOADS.get(protocol, 'Raw(b' + repr('l') + '*{0})').format(length + more)}"
                + ("" if behind else f", {number}={protocol}") + ")" for _, length, protocol in packets if not behind or protocol == 17]
        wire.run(f"lan({', '.join(made)})\nframe('if1', Ether(src=HOST, dst=LAN_MAC, type=0x88b5)/Raw(b'x'*46))")
        await_condition(lambda: counters(node)["drop/ethertype"] > before["drop/ethertype"], "the last frame", timeout=10)
        return counters(node)["drop/oversized"] - before["drop/oversized"]

    set_only(node, "")
    assert oversized(1) == 0
    set_only(node, "LengthLimSettings " + " ".join(f"{name}={length}" for name, (length, _) in LENGTHS.items()))
    assert oversized(0) == 0
    assert oversized(1) == len(packets)
    # Extension headers are none of a protocol's bytes.
    if ip == "out6":
        for headers in ("IPv6ExtHdrDestOpt()/", "IPv6ExtHdrHopByHop()/IPv6ExtHdrDestOpt()/", "IPv6ExtHdrFragment(id=190)/"):
            assert (oversized(0, headers), oversized(1, headers)) == (0, 1), headers


@pytest.mark.feature("C28-002", "C28-003", "C28-004")
def test_every_lifetime_is_that_of_its_flows(node: LabNode, wire: Wire) -> None:
    values = {name: 1000 * (n + 1) for n, name in enumerate(LIFETIMES)}
    set_only(node, "FlowTimeoutSettings " + " ".join(f"{name}={value}" for name, value in values.items()))
    node.cli("flow -close -all")
    for name, (program, found_by) in LIFETIMES.items():
        wire.run(program)

        def timeouts(found_by: str = found_by) -> list[int]:
            shown = node.cli(f"flow -show -srcip=10.1.0.10 {found_by}").stdout
            return [int(found) for found in re.findall(r"^\S+ .* (\d+)\s*$", shown, re.MULTILINE)]

        await_condition(lambda name=name, timeouts=timeouts: len(timeouts()) == 1 and values[name] - 300 < timeouts()[0] <= values[name],
                        f"a flow with {name}", timeout=10)


def test_no_setting_is_without_a_test() -> None:
    """A new property of these objects needs a row here, or the test that shows it."""
    text = "".join((REPOSITORY / f"mgmt/schema/hadrian-{name}.yang").read_text(encoding="utf-8") for name in (
        "fragment-settings", "length-limit-settings", "path-mtu-settings", "icmp-settings", "tcp-settings"))
    system = (REPOSITORY / "mgmt/schema/hadrian-system.yang").read_text(encoding="utf-8")
    wanted = set(re.findall(r"leaf ([A-Z]\w+)", text)) | set(re.findall(r"leaf (FlowLifetime\w+)", system))
    shown = set(LENGTHS) | set(LIFETIMES) | set(ELSEWHERE) | {name for row in ROWS for name in re.findall(r"(\w+)=", row.setting)}
    assert wanted == shown
    for name, file in ELSEWHERE.items():
        assert f"{name}=" in (REPOSITORY / "ha-tests" / file).read_text(encoding="utf-8"), (name, file)


def test_no_row_of_the_chapter_is_without_a_test() -> None:
    """Each row of chapter 28 is named by a test that sends packets through a node."""
    features = "".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "docs/features").glob("*.md"))
    rows = set(re.findall(r"^\| (C28-\d+) \|", features, re.MULTILINE))
    tests = "".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "ha-tests").glob("test_*.py"))
    assert rows and rows == set(re.findall(r'"(C28-\d+)"', tests))
