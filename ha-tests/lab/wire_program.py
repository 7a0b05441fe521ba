# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs in the switch's namespace for lab/wire.py: puts frames on a node's links and waits for those that come out."""

import ast
import select
import sys
import time

from scapy.all import *  # noqa: F403 - programs name any layer

CLIENT, SERVER, FIREWALL = "10.1.0.10", "198.51.100.10", "10.1.0.1"
CLIENT6, SERVER6, FIREWALL6 = "2001:db8:1::10", "2001:db8:2::10", "2001:db8:1::1"
NODE, LAN_MAC, WAN_MAC = sys.argv[1:4]
HOST = "02:00:00:00:00:77"
AWAIT_SECONDS = 10
conf.verb = 0
links = {name: conf.L2socket(iface=f"{NODE}-{name}") for name in ("if1", "if2")}


def lan(*packets):
    """Packets to the node's own address on if1."""
    for packet in packets:
        links["if1"].send(Ether(src=HOST, dst=LAN_MAC) / packet)


def wan(*packets):
    for packet in packets:
        links["if2"].send(Ether(src=HOST, dst=WAN_MAC) / packet)


def frame(link, data):
    """A frame as it is."""
    links[link].send(data)


def replay(link, file):
    """All frames of a capture into a link."""
    mac = LAN_MAC if link == "if1" else WAN_MAC
    head = b"".join(bytes.fromhex(address.replace(":", "")) for address in (mac, HOST))
    for packet in rdpcap(file):
        links[link].outs.send(head + bytes(packet)[12:])


def out(payload, source=CLIENT, destination=SERVER, **fields):
    """A packet of the client to the server."""
    return IP(src=source, dst=destination, **fields) / payload


def out6(payload, source=CLIENT6, destination=SERVER6, **fields):
    return IPv6(src=source, dst=destination, **fields) / payload


def back(payload, **fields):
    """A packet of the server to the client."""
    return out(payload, SERVER, CLIENT, **fields)


def fragment(number, offset, length, more=True, data=b"f", port=6050, size=6000):
    """A fragment of a UDP datagram of that size."""
    whole = bytes(UDP(sport=6000, dport=port, len=size, chksum=0)) + data * (size - 8)
    return out(Raw(whole[offset:offset + length]), proto=17, id=number, frag=offset // 8, flags="MF" if more else 0)


def await_frame(link, wanted):
    """The next packet out of a link that is wanted."""
    end = time.monotonic() + AWAIT_SECONDS
    while (left := end - time.monotonic()) > 0:
        if select.select([links[link].ins], [], [], left)[0]:
            packet = links[link].recv()
            if packet is not None and wanted(packet):
                return packet
    raise TimeoutError(f"nothing came out of {link}")


def forget_frames():
    """What came out before a program is not what it awaits."""
    for link in links.values():
        while select.select([link.ins], [], [], 0)[0]:
            link.recv()


def of(source_port, flags):
    return lambda packet: TCP in packet and packet[TCP].sport == source_port and packet[TCP].flags == flags


def connect(port, there=6100, ip=out, back=back):
    """Opens a connection of the client through the node: both ends' first numbers are 1000 and 5000."""
    lan(ip(TCP(sport=port, dport=there, flags="S", seq=1000, window=8000)))
    await_frame("if2", of(port, "S"))
    wan(back(TCP(sport=there, dport=port, flags="SA", seq=5000, ack=1001, window=8000)))
    await_frame("if1", of(there, "SA"))
    lan(ip(TCP(sport=port, dport=there, flags="A", seq=1001, ack=5001, window=8000)))
    await_frame("if2", of(port, "A"))


print("ready", flush=True)
for line in sys.stdin:
    try:
        forget_frames()
        exec(ast.literal_eval(line))  # pylint: disable=exec-used
        print("done", flush=True)
    except Exception as error:  # pylint: disable=broad-exception-caught
        print(f"not done: {error!r}", flush=True)
