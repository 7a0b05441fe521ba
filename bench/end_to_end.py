# SPDX-License-Identifier: GPL-2.0-or-later
"""
Traffic from client to server through one node of the lab, as a user would see it: Hadrian on veth devices by AF_PACKET
and by AF_XDP sockets, and the kernel with nftables and conntrack in the node's place. The same hosts, links and programs
for all of them; nothing is offloaded.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from lab.background import Background
from lab.errors import LabError
from lab.laboratory import Lab
from lab.node import LabNode
from lab.traffic import SERVER, UdpProbe
from lab.wait import await_condition

DRIVERS = {"af_packet": "AFPacket", "af_xdp": "AFXDP"}
DEVICES = {"if1": "10.1.0.1/24", "if2": "198.51.100.1/24"}
# What the lab's policy for one node says: the LAN opens flows to the WAN, answers belong to them, all else is dropped.
NFTABLES = """
table ip bench {
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        iifname "if1" oifname "if2" ip saddr 10.1.0.0/24 ct state new accept
    }
}
"""
PROBE_RATE = 1000


def percentiles(name: str, values: list[float]) -> dict[str, float]:
    ranked = sorted(values)
    return {f"{name}.{rank}": ranked[min(len(ranked) - 1, int(share * len(ranked)))]
            for rank, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0))}


def iperf(lab: Lab, seconds: int, *options: str) -> dict:
    """What iperf3 says at the end of a run from client to server."""
    done = lab.run("client", ["iperf3", "--client", SERVER, "--time", str(seconds), "--json", *options],
                   timeout=seconds + 30)
    report = json.loads(done.stdout or "{}")
    if done.returncode or "error" in report or "end" not in report:
        raise LabError(f"iperf3: {report.get('error') or done.stderr.strip()}")
    return report["end"]


def received(end: dict) -> float:
    """Datagrams a second that came, out of a report about UDP."""
    return (end["sum"]["packets"] - end["sum"]["lost_packets"]) / end["sum"]["seconds"]


def round_trips(lab: Lab, seconds: int) -> list[float]:
    """Microseconds that each echo of a probe took."""
    with UdpProbe(lab, rate=PROBE_RATE, seconds=seconds) as probe:
        result = probe.wait()
    return [(back - sent) * 1e6 for sent, back in result.samples if back is not None]


def measure(lab: Lab, name: str, seconds: int) -> dict[str, float]:
    """All that is measured of one kind of node, with its units at the names' ends."""
    values = {}
    with Background(lab, "server", ["iperf3", "--server", "--forceflush"], errors_too=True) as server:
        server.await_line("Server listening")
        tcp = iperf(lab, seconds)
        values[f"lab.{name}.tcp.mbit_s"] = tcp["sum_received"]["bits_per_second"] / 1e6
        large = iperf(lab, seconds, "--udp", "--bitrate", "0", "--length", "1400")
        values[f"lab.{name}.udp_1400.mbit_s"] = received(large) * 1400 * 8 / 1e6
        small = received(iperf(lab, seconds, "--udp", "--bitrate", "0", "--length", "64"))
        values[f"lab.{name}.udp_64.packets_s"] = small
        values |= percentiles(f"lab.{name}.rtt_us.idle", round_trips(lab, seconds))
        half = ["iperf3", "--client", SERVER, "--forceflush", "--time", seconds + 5, "--udp", "--length", 64, "--bitrate",
                int(small / 2 * 64 * 8)]
        with Background(lab, "client", half, errors_too=True) as load:
            load.await_line("connected to")
            values |= percentiles(f"lab.{name}.rtt_us.half", round_trips(lab, seconds))
    return values


def set_driver(node: LabNode, driver: str) -> None:
    log = node.log / "hadrian-datapath.log"
    before = log.stat().st_size
    lines = [f"set EthernetDevice {device} Driver={DRIVERS[driver]}" for device in DEVICES]
    done = node.commands("\n".join([*lines, "activate", "commit"]) + "\n")
    if done.returncode:
        raise LabError(f"Driver={DRIVERS[driver]}: {done.stdout}{done.stderr}")

    def opened() -> bool:
        with open(log, "rb") as file:
            file.seek(before)
            text = file.read().decode()
        return all(f"device {device} by {driver}" in text for device in DEVICES)

    await_condition(opened, f"{node.name} with Driver={DRIVERS[driver]}", timeout=20)


def with_hadrian(lab: Lab, seconds: int) -> Iterator[dict[str, float]]:
    lab.up(single=True)
    try:
        (node,) = lab.nodes().values()
        # AF_PACKET is what the lab starts with.
        yield measure(lab, "af_packet", seconds)
        if node.huge:
            set_driver(node, "af_xdp")
            yield measure(lab, "af_xdp", seconds)
    finally:
        lab.down()


@contextmanager
def kernel_node(lab: Lab) -> Iterator[None]:
    """The lab with no daemon: its node forwards as Linux does."""
    lab.up(single=True, start_nodes=False)
    try:
        (node,) = lab.nodes()
        for device, address in DEVICES.items():
            lab.run(node, ["ip", "address", "add", address, "dev", device], check=True)
        lab.run(node, ["sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"], check=True)
        lab.run(node, ["nft", NFTABLES], check=True)
        yield
    finally:
        lab.down()


def compare(lab: Lab, seconds: int) -> Iterator[dict[str, float]]:
    """The values of one side after the other, as they come."""
    with kernel_node(lab):
        yield measure(lab, "kernel", seconds)
    yield from with_hadrian(lab, seconds)


def unit(name: str) -> str:
    if ".rtt_us." in name:
        return "us"
    return "Mbit/s" if name.endswith(".mbit_s") else "packets/s"
