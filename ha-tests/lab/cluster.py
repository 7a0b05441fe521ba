# SPDX-License-Identifier: GPL-2.0-or-later
"""The two nodes of a lab seen as one cluster: who is active, taking that one down, making all well again."""

import time

from lab.errors import LabError
from lab.laboratory import Lab
from lab.node import LabNode
from lab.wait import await_condition

TAKEOVER_TIMEOUT = 15.0
RECOVERY_TIMEOUT = 60.0


class Cluster:
    def __init__(self, lab: Lab, name: str = ""):
        """name: where the lab's topology has several, which."""
        self.lab = lab
        self.nodes: dict[str, LabNode] = {node.name: node for node in lab.nodes().values() if node.node.cluster == name}

    def active(self) -> str:
        """The name of the one active node."""
        active = [name for name in self.lab.active_nodes() if name in self.nodes]
        if len(active) != 1:
            raise LabError(f"{len(active)} nodes are active: {', '.join(active) or 'none'}")
        return active[0]

    def other(self, name: str) -> str:
        return next(node for node in self.nodes if node != name)

    def standby(self) -> str:
        return self.other(self.active())

    def await_active(self, name: str, timeout: float = TAKEOVER_TIMEOUT) -> float:
        """Waits until a node says that it is active; returns the moment (time.monotonic)."""
        await_condition(lambda: self.nodes[name].status().active, f"{name} becoming active", timeout)
        return time.monotonic()

    def await_inactive(self, name: str, timeout: float = TAKEOVER_TIMEOUT) -> None:
        def inactive() -> bool:
            seen = self.nodes[name].status()
            return seen.answers and not seen.active

        await_condition(inactive, f"{name} becoming inactive", timeout)

    def await_well(self, timeout: float = RECOVERY_TIMEOUT) -> None:
        """Waits for one active node, both peers alive, everything in sync."""
        self.lab.await_ready(timeout, self.nodes)

    def commit(self, text: str) -> str:
        """Lines of CLI commands for the active node, in force and permanent at both when this returns what was said."""
        said = self.nodes[self.active()].commit(text)
        self.await_well()
        return said

    def counter(self, name: str) -> int:
        """Of the active node's datapath, see LabNode.counter."""
        return self.nodes[self.active()].counter(name)

    def crash_active(self) -> tuple[str, str, float]:
        """Kills the active node; returns its name, the other's, and the moment of the kill."""
        victim = self.active()
        survivor = self.other(victim)
        moment = time.monotonic()
        self.nodes[victim].crash()
        return victim, survivor, moment

    def mend(self) -> None:
        """Whatever was done to the nodes and their links, undoes it and waits until all is well."""
        for name, node in self.nodes.items():
            for interface in node.node.interfaces:
                self.lab.set_link(name, interface, "up")
            node.resume()
            if any(node.daemon_pid(daemon) is None for daemon in node.daemons()):
                node.crash()
                node.start()
        self.await_well()
