# SPDX-License-Identifier: GPL-2.0-or-later
"""The datapath's counters, and that they add up (datapath/core/counters.h)."""

import re

from lab.errors import LabError
from lab.node import LabNode
from lab.wait import await_condition


def counters(node: LabNode) -> dict[str, int]:
    shown = node.cli("statistics /datapath/*").stdout
    return {name: int(value) for name, value in re.findall(r"^/datapath/(\S+) +(\d+)", shown, re.MULTILINE)}


def unaccounted(node: LabNode) -> int:
    """Packets that came in or were made, less those that left, were taken or dropped by name."""
    seen = counters(node)
    into = seen["rx/packets"] + seen["sync/received"] + seen["host/from"] + seen["own/sent"]
    out = seen["tx/packets"] + seen["host/to"] + seen["own/taken"]
    return into - out - sum(value for name, value in seen.items() if name.startswith("drop/"))


def await_accounted(node: LabNode) -> None:
    """A queue may hold some for a moment, and what waits for a neighbour does for seconds: in the end nothing is left."""
    try:
        await_condition(lambda: unaccounted(node) == 0, "every packet being accounted for", timeout=20)
    except LabError as error:
        seen = {name: value for name, value in counters(node).items() if value}
        raise AssertionError(f"{error}: {unaccounted(node)} are missing of {seen}") from None
