# SPDX-License-Identifier: GPL-2.0-or-later
"""What `ha -status -module` says of the objects that are mirrored. Nodes count them once a second, so a count is awaited."""

import re

from lab.node import LabNode
from lab.wait import await_condition


def await_modules(node: LabNode, line: str, timeout: float = 10) -> str:
    """All that is said, once a line of it begins like this (a regular expression)."""
    def shown() -> str:
        text = node.cli("ha -status -module").stdout
        return text if re.search(f"^{line}", text, re.MULTILINE) else ""

    return await_condition(shown, f"'{line}' of {node.name}'s modules", timeout)
