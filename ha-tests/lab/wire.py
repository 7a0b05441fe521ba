# SPDX-License-Identifier: GPL-2.0-or-later
"""Any frame on a link of a node, as the switch would put it there: what no kernel sends, and no bridge passes on."""

from pathlib import Path

from lab.background import Background
from lab.laboratory import Lab
from lab.node import LabNode

PROGRAM = Path(__file__).with_name("wire_program.py")


def mac_of(node: LabNode, interface: str) -> str:
    """The hardware address of a node's own."""
    return node.run(["cat", f"/sys/class/net/{interface}/address"]).stdout.strip()


def keep_silent(lab: Lab, host: str, ports: str) -> None:
    """A host's kernel leaves TCP and UDP of these ports to the test: it answers neither them nor what comes from them."""
    rules = ["add table inet silent", "add chain inet silent input { type filter hook prerouting priority -300; }",
             *(f"add rule inet silent input {protocol} {side} {ports} drop" for protocol in ("tcp", "udp")
               for side in ("sport", "dport"))]
    lab.run(host, ["nft", "; ".join(rules)], check=True)


class Wire:
    """
    The links if1 and if2 of a node, seen from the switch. Programs are lines of Python with scapy's names and those of
    wire_program.py; each returns when all of its frames are on their way.
    """

    def __init__(self, lab: Lab, node: LabNode, lan_mac: str = "", wan_mac: str = ""):
        self._program = Background(lab, "switch", [
            "/usr/bin/python3", "-u", PROGRAM, node.name, lan_mac or mac_of(node, "if1"), wan_mac or mac_of(node, "if2")],
            errors_too=True)
        self._program.await_line("ready", timeout=60)

    def run(self, program: str, timeout: float = 20) -> None:
        self._program.tell(repr(program))
        answer = self._program.await_line("done", timeout)
        assert answer == "done", f"{program}: {answer}"

    def stop(self) -> None:
        self._program.stop()
