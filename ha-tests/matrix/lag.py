# SPDX-License-Identifier: GPL-2.0-or-later
"""How far the standby is behind, as the active node says it (`ha -status`), beside whatever happens."""

import re
import threading

from lab.cluster import Cluster
from lab.errors import LabError
from lab.node import LabNode

INTERVAL = 0.5  # the nodes measure it once a second
DELAY = re.compile(r"HA objects are at the peer within ([0-9.]+) ms")


def delay_ms(node: LabNode) -> float:
    """0 where it says nothing: it is not active, has nobody to tell, or runs no more."""
    if node.daemon_pid("hadrian-mgmtd") is None:
        return 0.0
    try:
        found = DELAY.search(node.cli("ha -status", timeout=5).stdout)
    except LabError:
        return 0.0
    return float(found[1]) if found else 0.0


class Lag:
    """Its largest value (worst, milliseconds) while the context lasts."""

    def __init__(self, cluster: Cluster):
        self.worst = 0.0
        self._cluster = cluster
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def _sample(self) -> None:
        while not self._end.wait(INTERVAL):
            self.worst = max(self.worst, *map(delay_ms, self._cluster.nodes.values()))

    def __enter__(self) -> "Lag":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
