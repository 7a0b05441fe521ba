# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node has, the documents beside the guide tell of: every command, property, statistic and log event."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.places import REPOSITORY, build_directory

DOCUMENTS = REPOSITORY / "docs"


def read(name: str) -> str:
    return (DOCUMENTS / name).read_text(encoding="utf-8")


@pytest.fixture
def node(cluster: Cluster) -> LabNode:
    return cluster.nodes[cluster.active()]


def commands_of(node: LabNode) -> list[str]:
    """As `help` lists them."""
    shown = node.commands("cmdview debug\nhelp\n").stdout
    return re.findall(r"^ {3}([a-z]+) {2,}", shown, re.M)


@pytest.mark.feature("C01-005")
def test_every_command_is_in_a_document(node: LabNode) -> None:
    commands = commands_of(node)
    assert len(commands) > 40, commands
    text = "\n".join(file.read_text(encoding="utf-8") for file in DOCUMENTS.glob("*.md"))
    missing = [name for name in commands if not re.search(rf"(`|^ {{4,}}|'|System:/> |; ){name}\b", text, re.M)]
    assert not missing


def properties_of(node: LabNode) -> Iterator[tuple[str, str]]:
    """Type and property, as `helpconfig` lists them."""
    types = re.findall(r"^ {3}(?:\S+ +| +)([A-Z]\w+)/? ", node.cli("helpconfig").stdout.partition("\n   --")[2], re.M)
    shown = node.commands("".join(f"helpconfig {name}\n" for name in types)).stdout
    for name, table in re.findall(r"^(\w+)\. .*\n\n(?: {3}Property .*\n.*\n)((?:(?:\*| ) .*\n)+)", shown, re.M):
        yield from ((name, each) for each in re.findall(r"^[* ] {2}(\w+)", table, re.M))


@pytest.mark.feature("C01-005")
def test_every_property_is_in_the_reference(node: LabNode) -> None:
    pages = {page.stem.rpartition("-")[2]: page.read_text(encoding="utf-8")
             for page in (build_directory() / "docs" / "reference").glob("*.md")}
    properties = list(properties_of(node))
    assert len(properties) > 200 and len({name for name, _ in properties}) > 30
    assert not [f"{name} {each}" for name, each in properties if f"### {each}\n" not in pages[name]]


def spelt_out(text: str) -> Iterator[str]:
    """The paths of a row of docs/statistics.md, as patterns: NAME and NN stand for anything, `...` for what follows."""
    for path in re.findall(r"`(/[^`]+)`", text):
        yield re.escape(path).replace("NAME", "[^/]+").replace("NN", "[0-9]+").replace(r"\.\.\.", ".*").replace(r"\*", ".*")


@pytest.mark.feature("C01-005")
def test_every_statistic_is_in_a_document(node: LabNode) -> None:
    paths = re.findall(r"^(/\S+)", node.cli("statistics -listall").stdout, re.M)
    assert len(paths) > 100
    patterns = [re.compile(pattern) for name in DOCUMENTS.glob("*.md") for pattern in spelt_out(name.read_text(encoding="utf-8"))]
    assert not [path for path in paths if not any(pattern.match(path) for pattern in patterns)]


def events() -> list[tuple[int, str]]:
    """Numbers and names of lib/log_event.h."""
    text = (REPOSITORY / "lib" / "log_event.h").read_text(encoding="utf-8").replace("\\\n", " ")
    return [(int(number), name) for number, name in re.findall(r'X\(\w+,\s*(\d+),\s*"\w+",\s*\w+,\s*"([^"]+)"\)', text)]


@pytest.mark.feature("C01-005")
def test_every_log_event_is_in_a_document() -> None:
    found = events()
    assert len(found) > 20
    logging = read("logging.md") + read("fragments.md")
    assert not [name for _, name in found if f"`{name}`" not in logging]
    single = {name: int(number) for number, name in re.findall(r"^\| (\d{8}) \| \w+ \| `([^`]+)` \|", logging, re.M)}
    assert not [name for number, name in found if single.get(name, number) != number]


@pytest.mark.feature("C01-005")
def test_the_way_in_is_two_commands() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert text.index("sudo ./demo") < 1000 and text.index("sudo ./test") < 1000
    linked = re.findall(r"\]\(([^)#]+)\)", text)
    assert not [name for name in linked if not name.startswith("http") and not (REPOSITORY / name).exists()]


@pytest.mark.feature("C22-071")
def test_the_manual_says_what_a_cluster_does_not_replace() -> None:
    assert re.search(r"single point of failure, and nothing else\. Routers, switches, cables and lines", read("high-availability.md"))


@pytest.mark.feature("C01-005")
def test_links_between_documents_lead_somewhere() -> None:
    wrong = [(page.name, name) for page in [*DOCUMENTS.glob("*.md"), *DOCUMENTS.glob("decisions/*.md")]
             for name in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
             if not name.startswith("http") and not (page.parent / Path(name)).exists()]
    assert not wrong
