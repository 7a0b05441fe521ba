# SPDX-License-Identifier: GPL-2.0-or-later
"""A cable of the lab that loses, doubles or reorders frames, each way as it is told."""

from dataclasses import dataclass

from lab import network
from lab.background import Background
from lab.laboratory import Lab
from lab.places import binary

OUTER, INNER = "mangle-cable", "mangle-switch"


@dataclass(frozen=True)
class Harm:
    """Per cent of the frames of one direction."""

    loss: int = 0
    duplication: int = 0
    reordering: int = 0

    def words(self) -> str:
        return f"{self.loss},{self.duplication},{self.reordering}"


class MangledLink:
    """
    For the length of a `with`, frames between a node's interface and its switch go through probe/mangle.c. One at a time in a
    lab. The same seed harms the same frames.
    """

    def __init__(self, lab: Lab, node: str, interface: str, seed: int, from_node: Harm, to_node: Harm):
        self._lab = lab
        self._port = network.switch_port(node, interface)
        self._switch = lab.topology().nodes[node].interfaces[interface]
        self._program = [binary("mangle", lab.build()), self._port, OUTER, seed, from_node.words(), to_node.words()]

    def _ip(self, *lines: str) -> None:
        for line in lines:
            self._lab.run("switch", ["ip", "link", *line.split()], check=True)

    def __enter__(self) -> "MangledLink":
        self._ip(f"add {OUTER} type veth peer name {INNER}", f"set {INNER} master {self._switch}")
        try:
            network.without_offloads(self._lab.name, "switch", [OUTER, INNER])
            self._ip(f"set {INNER} up", f"set {OUTER} up", f"set {self._port} nomaster")
            self._mangling = Background(self._lab, "switch", self._program, errors_too=True)
            self._mangling.await_line("ready")
        except BaseException:
            self._straighten()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._mangling.stop()
        self._straighten()

    def _straighten(self) -> None:
        self._ip(f"delete {OUTER}", f"set {self._port} master {self._switch}")
