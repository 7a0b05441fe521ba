# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test here may ask for: a lab of its module's own, and the cluster in it, well before each test."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab.cluster import Cluster  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.places import REPOSITORY  # noqa: E402
from lab.stale import remove_stale  # noqa: E402

pytest_plugins = ["features", "node_logs"]

RESULTS = REPOSITORY / "build" / "test-results"


@pytest.fixture(scope="session", autouse=True)
def stale_labs_removed() -> None:
    """Labs of test runs that were killed."""
    remove_stale()


def new_lab(suffix: str = "") -> Lab:
    """A lab whose name no other test run uses. The caller takes it up and down."""
    return Lab(f"test{os.getpid()}{'_' + suffix if suffix else ''}")


def assert_no_sanitizer_reports(lab: Lab) -> None:
    reports = [report for node in lab.nodes().values() for report in node.sanitizer_reports()]
    text = "\n".join(f"{report.parent.parent.name}: {report.name}\n{report.read_text(errors='replace')[:4000]}"
                     for report in reports)
    assert not reports, f"a sanitizer found errors in the daemons:\n{text}"


def keep_logs(lab: Lab, name: str) -> None:
    """The daemons' logs of a module, for reading after a failure."""
    destination = RESULTS / "logs" / name
    shutil.rmtree(destination, ignore_errors=True)
    lab.copy_logs(destination)


@contextmanager
def lab_of_module(module: str, **options) -> Iterator[Lab]:
    """
    A lab of a module's own (options are the arguments of Lab.up). At the end the nodes are shut down cleanly, and no sanitizer
    may have complained.
    """
    made = new_lab()
    os.environ["HADRIAN_LAB_LOGS"] = str(RESULTS / "logs" / module)
    made.up(**options)
    try:
        yield made
        for node in made.nodes().values():
            node.resume()
            node.stop()
        assert_no_sanitizer_reports(made)
    finally:
        keep_logs(made, module)
        made.down()


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with two nodes in sync, or as the module's LAB says (the arguments of Lab.up)."""
    with lab_of_module(request.module.__name__, **getattr(request.module, "LAB", {})) as made:
        yield made


@pytest.fixture
def cluster(lab: Lab) -> Cluster:
    """The lab's cluster, mended where the test before left it disturbed."""
    found = Cluster(lab)
    found.mend()
    return found
