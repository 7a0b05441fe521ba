#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Writes the captures in this folder: attacks of old and packets that no honest host sends, each from the client to the server
and the other way round. The same every time. test_replay.py puts them on both links of a node.
"""

import random
from collections.abc import Callable
from pathlib import Path

from scapy.all import (ICMP, IP, TCP, UDP, Dot1AD, Dot1Q, Ether, ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6PacketTooBig,
                       ICMPv6ParamProblem, ICMPv6TimeExceeded, IPOption_NOP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN, Raw, fragment, wrpcap)

CLIENT, SERVER = "10.1.0.10", "198.51.100.10"
CLIENT6, SERVER6 = "2001:db8:1::10", "2001:db8:2::10"
PORT = 6300  # nobody listens
DATA = bytes(n % 251 for n in range(1400))


def part(source: str, destination: str, number: int, offset: int, length: int, more: bool, protocol: int = 17) -> IP:
    return IP(src=source, dst=destination, proto=protocol, id=number, frag=offset // 8, flags="MF" if more else 0) / Raw(DATA[:length])


def land(source: str, destination: str) -> list:
    return [IP(src=destination, dst=destination) / TCP(sport=PORT, dport=PORT, flags="S"),
            IP(src=destination, dst=destination) / UDP(sport=PORT, dport=PORT),
            IP(src=destination, dst=destination) / ICMP()]


def teardrop(source: str, destination: str) -> list:
    """The second fragment lies within the first (teardrop), or begins before its end (bonk, newtear, syndrop, nestea)."""
    return [part(source, destination, 1, 0, 36, True), part(source, destination, 1, 24, 4, False),
            part(source, destination, 2, 0, 64, True), part(source, destination, 2, 32, 64, False),
            part(source, destination, 3, 0, 40, True, 6), part(source, destination, 3, 16, 400, True, 6),
            part(source, destination, 4, 0, 40, True), part(source, destination, 4, 48, 224, True), part(source, destination, 4, 40, 16, False),
            part(source, destination, 5, 800, 400, True), part(source, destination, 5, 0, 1200, False)]


def jolt(source: str, destination: str) -> list:
    """Fragments of an echo request whose last one ends beyond every packet, and one of the same again and again (jolt2)."""
    return [*(part(source, destination, 6, n * 1400, 1400, True, 1) for n in range(3)), part(source, destination, 6, 65120, 1000, False, 1),
            *(part(source, destination, 7, 65520, 9, False, 1) for _ in range(20))]


def ping_of_death(source: str, destination: str) -> list:
    whole = fragment(IP(src=source, dst=destination, id=8) / ICMP() / Raw(DATA * 46), fragsize=1400)
    return whole[:3] + whole[-3:] + [part(source, destination, 8, 65512, 1400, False, 1)]


def flags(source: str, destination: str) -> list:
    """Every combination of TCP flags there is: xmas, null, SYN with FIN, ..."""
    return [IP(src=source, dst=destination) / TCP(sport=PORT, dport=PORT + 1, flags=value, seq=1, ack=1) for value in range(256)]


def segments(source: str, destination: str) -> list:
    """Overlapping segments, a window that shrinks, urgent data beyond everything, data with a SYN and behind a FIN."""
    head = {"sport": PORT + 2, "dport": PORT + 2}
    ip = IP(src=source, dst=destination)
    return [ip / TCP(**head, flags="S", seq=1000) / Raw(b"early"), ip / TCP(**head, flags="A", seq=1001, ack=1),
            ip / TCP(**head, flags="PA", seq=1001, ack=1) / Raw(b"A" * 100), ip / TCP(**head, flags="PA", seq=1050, ack=1) / Raw(b"B" * 100),
            ip / TCP(**head, flags="PA", seq=950, ack=1) / Raw(b"C" * 100), ip / TCP(**head, flags="PAU", seq=1001, ack=1, urgptr=65535),
            ip / TCP(**head, flags="FA", seq=1151, ack=1), ip / TCP(**head, flags="PA", seq=1152, ack=1) / Raw(b"late"),
            ip / TCP(**head, flags="R", seq=0), ip / TCP(**head, flags="R", seq=2**32 - 1),
            ip / TCP(sport=PORT + 2, dport=139, flags="PAU", urgptr=3) / Raw(b"winnuke"),
            ip / TCP(**head, flags="S", dataofs=15, window=0), ip / TCP(**head, flags="S", options=[("MSS", 0), ("WScale", 255)]),
            ip / TCP(**head, flags="S", dataofs=6) / Raw(bytes.fromhex("0202ffff"))]


def checksums(source: str, destination: str) -> list:
    ip = IP(src=source, dst=destination)
    return [IP(src=source, dst=destination, chksum=1) / UDP(sport=PORT, dport=PORT), ip / UDP(sport=PORT, dport=PORT, chksum=1) / b"x",
            ip / TCP(sport=PORT, dport=PORT, flags="S", chksum=1), ip / ICMP(chksum=1),
            IP(src=source, dst=destination, len=20000) / UDP(sport=PORT, dport=PORT), IP(src=source, dst=destination, len=1) / UDP(),
            IP(src=source, dst=destination, version=15) / UDP(), IP(src=source, dst=destination, ihl=1) / UDP()]


def options(source: str, destination: str) -> list:
    """An IP option of every kind, right and cut short."""
    made = []
    for kind in range(2, 256):
        for length in (2, 4, 3, 0, 1, 200):
            option = bytes([kind, length]) + bytes(max(0, min(length, 8) - 2))
            made.append(IP(src=source, dst=destination, options=[Raw(option)]) / UDP(sport=PORT, dport=PORT))
    return made[:: 3] + [IP(src=source, dst=destination, options=[IPOption_NOP()] * 40) / UDP(sport=PORT, dport=PORT)]


def extension_headers(source: str, destination: str) -> list:
    ip = IPv6(src=CLIENT6 if source == CLIENT else SERVER6, dst=SERVER6 if source == CLIENT else CLIENT6)
    udp = UDP(sport=PORT, dport=PORT)
    padded = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)])
    chain = ip
    for _ in range(30):
        chain = chain / IPv6ExtHdrDestOpt()
    return [chain / udp, ip / IPv6ExtHdrHopByHop() / IPv6ExtHdrHopByHop() / udp, ip / padded / IPv6ExtHdrHopByHop() / udp,
            ip / IPv6ExtHdrHopByHop() / padded / udp, ip / IPv6ExtHdrDestOpt(len=255) / udp,
            *(ip / IPv6ExtHdrRouting(type=kind, segleft=left, addresses=[SERVER6]) / udp for kind in (0, 2, 3, 4, 253) for left in (0, 1, 255)),
            ip / IPv6ExtHdrFragment(m=1, offset=0, id=1) / IPv6ExtHdrDestOpt(), ip / IPv6ExtHdrFragment(m=0, offset=8191, id=1) / Raw(DATA),
            ip / IPv6ExtHdrFragment(m=1, offset=0, id=2) / IPv6ExtHdrFragment(m=1, offset=0, id=3) / udp,
            ip / IPv6ExtHdrFragment(m=1, offset=0, id=4) / udp / Raw(DATA[:1232]), ip / IPv6ExtHdrFragment(m=0, offset=100, id=4) / Raw(DATA[:900]),
            *(IPv6(src=ip.src, dst=ip.dst, nh=kind) / Raw(bytes(40)) for kind in range(256)),
            IPv6(src=ip.src, dst=ip.dst, plen=0) / udp, IPv6(src=ip.src, dst=ip.dst, plen=65535) / udp, IPv6(src=ip.dst, dst=ip.dst) / udp]


def vlans(source: str, destination: str) -> list:
    udp = IP(src=source, dst=destination) / UDP(sport=PORT, dport=PORT)
    nested = udp
    for level in range(20):
        nested = Dot1Q(vlan=level) / nested
    zeroes = udp
    for _ in range(20):
        zeroes = Dot1Q(vlan=0) / zeroes
    return [Dot1Q(vlan=1) / udp, Dot1Q(vlan=4095) / udp, Dot1Q(vlan=0, prio=7) / udp, Dot1AD(vlan=1) / Dot1Q(vlan=1) / udp, nested, zeroes,
            Dot1Q(vlan=0, type=0x8100), Dot1Q(vlan=0, type=0x800)]


def datagrams(source: str, destination: str) -> list:
    """Zero-length UDP and others whose length is not theirs; echo to chargen; source and destination port 0."""
    ip = IP(src=source, dst=destination)
    return [ip / UDP(sport=PORT, dport=PORT), ip / UDP(sport=PORT, dport=PORT, len=0), ip / UDP(sport=PORT, dport=PORT, len=7),
            ip / UDP(sport=PORT, dport=PORT, len=65535), ip / UDP(sport=PORT, dport=PORT, len=8) / Raw(DATA), ip / UDP(sport=7, dport=19),
            ip / UDP(sport=0, dport=PORT), ip / UDP(sport=PORT, dport=0), ip / Raw(b""), IP(src=source, dst=destination, proto=17) / Raw(b"1234"),
            IP(src=source, dst="255.255.255.255") / UDP(sport=PORT, dport=7), IP(src="255.255.255.255", dst=destination) / UDP(sport=PORT, dport=7),
            IP(src=source, dst="224.0.0.1") / UDP(sport=PORT, dport=PORT), IP(src="127.0.0.1", dst=destination) / UDP(sport=PORT, dport=PORT),
            IP(src=source, dst="198.51.100.255") / ICMP(), IP(src=source, dst="10.1.0.255") / ICMP(),
            *(IP(src=source, dst=destination, proto=kind) / Raw(bytes(24)) for kind in range(256))]


def errors(source: str, destination: str) -> list:
    """ICMP errors that cite nothing, themselves, others' packets, fragments and bytes of any kind."""
    random.seed(28)
    ip = IP(src=source, dst=destination)
    cited = [Raw(b""), Raw(random.randbytes(7)), Raw(random.randbytes(60)), IP(src=destination, dst=source) / UDP(sport=1, dport=2),
             IP(src="10.9.9.9", dst="10.8.8.8") / TCP(), IP(src=destination, dst=source, frag=100) / Raw(bytes(8)),
             IP(src=destination, dst=source) / ICMP(type=3, code=4) / IP(src=source, dst=destination) / ICMP(type=3),
             IP(src=destination, dst=source, ihl=15) / Raw(bytes(8)), IP(src=destination, dst=source, version=6) / UDP(),
             IPv6(src=SERVER6, dst=CLIENT6) / UDP()]
    made = [ip / ICMP(type=kind, code=code, nexthopmtu=mtu) / what for kind, code, mtu in ((3, 1, 0), (3, 4, 0), (3, 4, 1), (3, 4, 65535), (11, 0, 0),
            (12, 0, 0), (5, 1, 0), (4, 0, 0)) for what in cited]
    ip6 = IPv6(src=CLIENT6 if source == CLIENT else SERVER6, dst=SERVER6 if source == CLIENT else CLIENT6)
    made += [ip6 / head / what for head in (ICMPv6DestUnreach(), ICMPv6PacketTooBig(mtu=0), ICMPv6PacketTooBig(mtu=2**32 - 1), ICMPv6TimeExceeded(),
             ICMPv6ParamProblem(code=1, ptr=2**32 - 1)) for what in cited]
    # Of timestamps the clock would be in it.
    made += [ip / ICMP(type=kind, code=code, **({"ts_ori": 0, "ts_rx": 0, "ts_tx": 0} if kind in (13, 14) else {}))
             for kind in range(44) for code in (0, 1, 255)]
    return made + [ip6 / ICMPv6EchoRequest(code=9)]


CAPTURES: list[Callable[[str, str], list]] = [land, teardrop, jolt, ping_of_death, flags, segments, checksums, options, extension_headers, vlans,
                                              datagrams, errors]


def main() -> None:
    folder = Path(__file__).resolve().parent
    for made in CAPTURES:
        packets = made(CLIENT, SERVER) + made(SERVER, CLIENT)
        frames = [Ether(src="02:00:00:00:00:77", dst="02:00:00:00:00:01") / packet for packet in packets]
        for frame in frames:
            frame.time = 0
        wrpcap(str(folder / f"{made.__name__}.pcap"), frames)


if __name__ == "__main__":
    main()
