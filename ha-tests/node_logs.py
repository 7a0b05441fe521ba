# SPDX-License-Identifier: GPL-2.0-or-later
"""
pytest plugin: where a test fails, its report ends with what the nodes of its lab logged last. A test that fails once on a
machine far away leaves nothing else to read: a takeover that nobody asked for would look like a packet that was lost.
"""

import re
from collections.abc import Iterator

import pytest
from lab.laboratory import Lab
from lab.node import LabNode

DAEMONS = ("hadrian-clusterd", "hadrian-datapath")
TOLD = re.compile(r" \[(?!info|debug|trace)[a-z]+\] ")
LINES = 12
WIDTH = 200


def last_told(node: LabNode, daemon: str) -> str:
    return "\n".join([line[:WIDTH] for line in node.log_lines(daemon) if TOLD.search(line)][-LINES:])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("lab")
    if not report.failed or not isinstance(lab, Lab):
        return
    for name, node in lab.nodes().items():
        for daemon in DAEMONS:
            report.sections.append((f"{name}: {daemon}", last_told(node, daemon)))
