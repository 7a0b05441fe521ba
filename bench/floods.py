# SPDX-License-Identifier: GPL-2.0-or-later
"""SYN floods through one node of the lab, and how those fare meanwhile who are no part of them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from end_to_end import DRIVERS, percentiles, set_driver
from lab.accounting import counters
from lab.background import Background
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import binary
from lab.traffic import SERVER, UdpProbe
from lab.wire import mac_of

PORT = 7200
RATE = 100000  # the goal
# The senders are behind a router, the client: there is somebody whom the firewall's answers reach.
SOURCES = ("10.9.0.1", "10.9.255.254")
CONFIGURE = f"""
set TCPSettings TCPHalfOpenMax=1000
cc RoutingTable main
add Route Interface=if1 Network=10.9.0.0/16 Gateway=10.1.0.10
cc
cc RuleSet IPRuleSet main
add IPRule Name=flood Action=Allow SourceInterface=if1 SourceNetwork=10.9.0.0/16 DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=all_services
cc
activate
commit
"""
# Connections one after the other, and the microseconds until each was there.
CONNECT = f"""
import socket, sys, time
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    start = time.monotonic()
    with socket.create_connection(("{SERVER}", {PORT}), 30):
        print((time.monotonic() - start) * 1e6)
    time.sleep(0.02)
"""
ACCEPT = f"""
import socket
s = socket.create_server(("", {PORT}), backlog=1000); print("ready", flush=True)
while True: s.accept()[0].close()
"""


def cpu_seconds(node: LabNode) -> float:
    """What the node's datapath has used of processors so far."""
    pid = node.daemon_pid("hadrian-datapath")
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flood(lab: Lab, node: LabNode, seconds: int, rate: int) -> tuple[dict[str, float], list[float]]:
    """SYNs for so many seconds, at most `rate` of them a second (0: as many as go). What came of it, and what connecting took."""
    words = [binary("flood", lab.build()), "eth0", mac_of(node, "if1"), *SOURCES, SERVER, PORT, seconds + 2, rate]
    with UdpProbe(lab, seconds=seconds + 60) as probe, Background(lab, "client", words) as sender:
        sender.await_line("ready")
        start, before, busy = time.monotonic(), counters(node), cpu_seconds(node)
        connected = lab.run("client", ["/usr/bin/python3", "-c", CONNECT, str(seconds)], timeout=seconds + 60, check=True)
        spent, after, busy = time.monotonic() - start, counters(node), cpu_seconds(node) - busy
        said = sender.await_line("sent", timeout=60).split()
        result = probe.finish()
    received, answered = (after[name] - before[name] for name in ("rx/packets", "tcp/cookies"))
    # A second of processor time is what a busy machine does not change.
    values = {"sent_s": float(said[3]), "sent_cpu_s": float(said[5]), "received_s": received / spent, "received_cpu_s": received / busy,
              "answered_s": answered / spent, "probe_lost.per_cent": 100 * result.lost / result.sent}
    return values, [float(line) for line in connected.stdout.split()]


def compare(lab: Lab, seconds: int) -> Iterator[dict[str, float]]:
    """By each driver at the rate that is the goal, and at the most that the sender can."""
    lab.up(single=True)
    try:
        (node,) = lab.nodes().values()
        node.succeed(CONFIGURE)
        with Background(lab, "server", ["/usr/bin/python3", "-u", "-c", ACCEPT]) as server:
            server.await_line("ready")
            for driver in DRIVERS if node.huge else ["af_packet"]:
                if driver != "af_packet":  # what the lab starts with
                    set_driver(node, driver)
                for kind, rate in (("synflood", RATE), ("synflood_most", 0)):
                    came, connected = flood(lab, node, seconds, rate)
                    name = f"{kind}.{driver}"
                    yield {f"{name}.{key}": value for key, value in came.items()} | percentiles(f"{name}.connect_us", connected)
    finally:
        lab.down()


def unit(name: str) -> str:
    if ".connect_us." in name:
        return "us"
    return "%" if name.endswith(".per_cent") else "packets/s"
