# SPDX-License-Identifier: GPL-2.0-or-later
"""
pytest plugin: @pytest.mark.feature("C22-035", ...) names the rows of docs/features that a test proves. Which tests passed
is written to build/test-results/features.json, for coverage.py. Where pytest-xdist runs modules side by side, its workers send
the rows along with their reports, and the process that gathers them writes.
"""

import json
from pathlib import Path

import pytest

RESULT = Path(__file__).resolve().parents[1] / "build" / "test-results" / "features.json"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(row, ...): rows of docs/features that this test proves")
    config.pluginmanager.register(_Recorder(), "hadrian-features")


class _Recorder:
    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}
        self._is_worker = False

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._is_worker = hasattr(session.config, "workerinput")
        self._outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            item.user_properties += [("feature", row) for mark in item.iter_markers("feature") for row in mark.args]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._rows[report.nodeid] = [value for name, value in report.user_properties if name == "feature"]
        if report.when == "call" or report.outcome != "passed":
            # A test whose set-up or clean-up failed did not pass.
            before = self._outcomes.get(report.nodeid)
            self._outcomes[report.nodeid] = report.outcome if before in (None, "passed") else before

    def pytest_sessionfinish(self) -> None:
        if self._is_worker:
            return
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        tests = [{"test": test, "rows": self._rows.get(test, []), "outcome": outcome}
                 for test, outcome in self._outcomes.items()]
        RESULT.write_text(json.dumps(tests, indent=1), encoding="utf-8")
