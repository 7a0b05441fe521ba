# SPDX-License-Identifier: GPL-2.0-or-later
"""
pytest plugin: where a test fails, its report ends with what the nodes of its lab logged last. A test that fails once on a
machine far away leaves nothing else to read: a takeover that nobody asked for would look like a packet that was lost.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.laboratory import Lab

DAEMONS = ("hadrian-clusterd", "hadrian-datapath")
TOLD = re.compile(r" \[(notice|warning|error)\] ")
LINES = 12
WIDTH = 200


def last_told(log: Path) -> list[str]:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return [str(error)]
    return [line[:WIDTH] for line in lines if TOLD.search(line)][-LINES:]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("lab")
    if not report.failed or not isinstance(lab, Lab):
        return
    for name, node in lab.nodes().items():
        for daemon in DAEMONS:
            report.sections.append((f"{name}: {daemon}", "\n".join(last_told(node.log_file(daemon)))))
