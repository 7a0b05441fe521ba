# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics, memory and top on the nodes of a cluster that forwards."""

import os
import re
from collections.abc import Iterator

import pexpect
import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.wait import await_condition

HEADING = r"Name \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d +Value +Unit"


def values(node: LabNode, path: str) -> dict[str, tuple[int, str]]:
    """What `statistics PATH` shows: value and unit by path."""
    done = node.cli(f"statistics {path}")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert re.fullmatch(HEADING, lines[0]), done.stdout
    rows = [line.split() for line in lines[2:]]
    return {path: (int(value), unit) for path, value, unit in rows}


@pytest.fixture
def console(cluster: Cluster) -> Iterator[pexpect.spawn]:
    """The command line on a terminal of the active node."""
    node = cluster.nodes[cluster.active()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    spawned = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "dumb"}, encoding="utf-8", timeout=15,
                            dimensions=(50, 200), cwd="/")
    spawned.expect(r"System:/> ")
    yield spawned
    spawned.close(force=True)


@pytest.mark.feature("C02-050", "C02-118")
def test_processor_use(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        shown = values(node, "/system/cpu/*")
        assert list(shown) == ["/system/cpu/control_plane_usage", "/system/cpu/cpus/ControlPlane_01/usage",
                               "/system/cpu/cpus/FastPath_01/usage", "/system/cpu/cpus/SlowPath_01/usage",
                               "/system/cpu/fast_path_usage", "/system/cpu/slow_path_usage"]
        assert {unit for _, unit in shown.values()} == {"%"}


@pytest.mark.feature("C02-050")
def test_forwarding_uses_the_processor(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    words, environment = cluster.lab.enter("client")
    load = pexpect.spawn(words[0], [*words[1:], "ping", "-f", "-s", "1000", "198.51.100.10"], env=environment)
    try:
        await_condition(lambda: values(node, "/system/cpu/fast_path_usage")["/system/cpu/fast_path_usage"][0] > 0,
                        "forwarding to use some of the processor", timeout=20)
    finally:
        load.close(force=True)


@pytest.mark.feature("C02-118")
def test_values_follow_the_traffic(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    path = "/interfaces/common/if1/bytes_recv"
    before = values(node, path)[path]
    assert before[1] == "bytes"
    assert cluster.lab.run("client", ["ping", "-c", "3", "-i", "0.1", "-s", "1000", "198.51.100.10"]).returncode == 0
    after = values(node, "/interfaces/common/*/bytes_*")
    assert after[path][0] >= before[0] + 3 * 1000
    assert after["/interfaces/common/if2/bytes_sent"][0] >= 3 * 1000
    assert values(node, "/datapath/flow/created")["/datapath/flow/created"][0] > 0
    # The node that does not forward has values of its own.
    standby = next(node for name, node in cluster.nodes.items() if name != cluster.active())
    assert values(standby, "/interfaces/common/if2/bytes_sent")["/interfaces/common/if2/bytes_sent"][0] < \
        after["/interfaces/common/if2/bytes_sent"][0]


@pytest.mark.feature("C02-119", "C02-121")
def test_list_of_polled_values(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("statistics\n"
                         "statistics -add /authentication/system/active_users\n"
                         "statistics -add /interfaces/common/*/bytes_recv\n"
                         "statistics -remove /interfaces/common/if1/*\n"
                         "statistics\n"
                         "statistics -remove *\n"
                         "statistics\n")
    assert done.returncode == 0, done.stdout
    empty = "The list of polled values is empty\n"
    assert done.stdout.startswith(empty) and done.stdout.endswith(empty)
    tables = re.split(HEADING, done.stdout.removeprefix(empty).removesuffix(empty))[1:]
    paths = [re.findall(r"^(/\S+) +\d+ +(\w+)$", table, re.MULTILINE) for table in tables]
    assert paths == [[("/authentication/system/active_users", "users")],
                     [(f"/interfaces/common/if{number}/bytes_recv", "bytes") for number in (1, 2, 3)],
                     [("/authentication/system/active_users", "users"), ("/interfaces/common/if2/bytes_recv", "bytes"),
                      ("/interfaces/common/if3/bytes_recv", "bytes")]]


@pytest.mark.feature("C02-119")
def test_all_paths_are_listed(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    listed = dict(line.split() for line in node.cli("statistics -listall").stdout.splitlines()[2:])
    assert listed["/datapath/drop/ttl"] == "packets"
    assert listed["/datapath/flow/active"] == "flows"
    assert listed["/system/memory/free"] == "KB"
    assert set(values(node, "*")) == set(listed)
    done = node.cli("statistics -add /interfaces/common/if9/bytes_recv")
    assert done.returncode == 1
    assert "There is no statistic '/interfaces/common/if9/bytes_recv'" in done.stdout


@pytest.mark.feature("C02-120")
def test_polling_goes_on_beside_the_prompt(console: pexpect.spawn) -> None:
    console.sendline("statistics -add /authentication/system/active_users")
    console.expect(r"active_users +1 +users(.|\n)*System:/> ")
    console.sendline("statistics -poll -interval=1")
    console.expect(HEADING)
    console.send("statis")
    for _ in range(2):
        console.expect(HEADING)
        console.expect(r"active_users +1 +users\s+System:/> statis")
    console.sendline("tics -stop")
    console.expect(r"System:/> ")
    console.sendline("statistics -stop")
    console.expect("No polling is under way")
    console.expect(r"System:/> ")


@pytest.mark.feature("C02-120")
def test_a_session_ends_while_it_polls(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("statistics -add *\nstatistics -poll -interval=1\n")
    assert done.returncode == 0
    assert node.cli("statistics").stdout == "The list of polled values is empty\n"


@pytest.mark.feature("C02-051")
def test_memory(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        lines = node.cli("memory").stdout.splitlines()
        sizes = [int(re.fullmatch(r"  .+: +(\d+) KB", line).group(1)) for line in lines]  # type: ignore[union-attr]
        names = [line.split(":")[0].strip() for line in lines]
        assert names[-2:] == ["Free", "Total (In listing + free)"]
        assert {"hadrian-mgmtd", "hadrian-clusterd", "hadrian-datapath"} <= set(names)
        assert sum(sizes[:-1]) == sizes[-1]


@pytest.mark.feature("C02-052")
def test_top(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        lines = node.cli("top").stdout.splitlines()
        assert re.fullmatch(r"Load avg: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d", lines[0])
        assert re.fullmatch(rf"CPU usage: \d+\.\d%  CPUs: {os.cpu_count()}", lines[1])
        assert lines[2].split() == ["Name", "Time", "CPU(%)"]
        rows = [line.split() for line in lines[4:]]
        assert {"hadrian-mgmtd", "hadrian-clusterd", "corosync", "hadrian-datapath"} <= {row[0] for row in rows}
        assert len([row for row in rows if row[0] == "hadrian-mgmtd"]) == 1  # of this node alone
        used = [float(row[2]) for row in rows]
        assert used == sorted(used, reverse=True)
