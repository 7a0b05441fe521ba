# SPDX-License-Identifier: GPL-2.0-or-later
"""
Date and time. The servers are chronyds whose clock is faked; the nodes' hadrian-clock runs under strace, which writes down
what it asks of the kernel and keeps it from the kernel: the clock is the machine's.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import binary, build_directory
from lab.wait import await_condition

OFFSETS = {"behind30": ("198.51.100.31", 30.0), "behind50": ("198.51.100.32", 50.0), "wrong": ("198.51.100.33", 5000.0),
           "near": ("198.51.100.34", 0.2)}
NOBODY = "198.51.100.99"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
CALLS = "capset,clock_settime,clock_adjtime,adjtimex,settimeofday"
CAP_SYS_TIME = 25


@pytest.fixture(scope="module", autouse=True)
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stands in for hadrian-clock in the nodes of this module, whose lab is made after this."""
    script = tmp_path_factory.mktemp("clock") / "hadrian-clock"
    script.write_text(f"""#!/bin/sh
ASAN_OPTIONS=detect_leaks=0 exec strace -A -qq -o /run/hadrian-log/clock.trace -e trace={CALLS} -e inject={CALLS}:retval=0 \
    {binary("hadrian-clock", build_directory())} "$@"
""", encoding="utf-8")
    script.chmod(0o755)
    os.environ["HADRIAN_CLOCK"] = str(script)
    yield
    del os.environ["HADRIAN_CLOCK"]


@pytest.fixture(scope="module")
def servers(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("chronyd")
    started: list[subprocess.Popen] = []
    try:
        for name, (address, offset) in OFFSETS.items():
            lab.run("server", ["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
            environment = [f"LD_PRELOAD={FAKETIME}", f"FAKETIME={offset:+}", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
            directives = ["local stratum 3", "allow", f"bindaddress {address}", "cmdport 0", "bindcmdaddress /",
                          f"pidfile {folder / name}"]
            started.append(lab.popen("server", ["env", *environment, "chronyd", "-U", "-u", "root", "-x", "-d", "-f", "/dev/null",
                                                *directives], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for name in OFFSETS:
            await_condition((folder / name).exists, f"the time server {name}", timeout=10)
        yield
    finally:
        for process in started:
            process.terminate()
            process.wait(10)


def configure(cluster: Cluster, *commands: str) -> None:
    """Puts commands into force on both nodes."""
    node = cluster.nodes[cluster.active()]
    done = node.commands("\n".join([*commands, "activate", "commit", ""]))
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()


@pytest.fixture
def clock(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, whose clock is left to itself at the end."""
    yield cluster
    node = cluster.nodes[cluster.active()]
    names = re.findall(r"^(\S+) +198\.51\.100\.\d+ ", node.cli("time").stdout, re.MULTILINE)
    configure(cluster, "cc DateTime", *[f"delete TimeServer {name}" for name in names], "cc",
              "set DateTime TimeSyncEnable=<empty> TimeSyncInterval=<empty> TimeSyncMaxAdjust=<empty> Timezone=<empty>")


def trace(node: LabNode) -> list[str]:
    """The kernel calls that hadrian-clock wanted to make, for the clock."""
    try:
        lines = Path(node.log / "clock.trace").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if "capset" not in line]


def adjusted(node: LabNode) -> float | None:
    found = re.search(r"Last adjusted  : .*, by ([+-]\d+\.\d+) s", node.cli("time").stdout)
    return float(found.group(1)) if found else None


def add_servers(*names: str) -> list[str]:
    return ["cc DateTime", *[f"add TimeServer IP={OFFSETS[name][0]} Name={name}" for name in names], "cc"]


def test_nobody_in_a_lab_can_set_the_clock(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        for name in node.daemons():
            status = Path(f"/proc/{node.daemon_pid(name)}/status").read_text(encoding="utf-8")
            bounding = re.search(r"^CapBnd:\s*([0-9a-f]+)", status, re.MULTILINE)
            assert bounding and not int(bounding.group(1), 16) & 1 << CAP_SYS_TIME


@pytest.mark.feature("C02-089", "C02-088")
def test_local_time(clock: Cluster) -> None:
    for zone, offset in (("UTC+05:45", timedelta(hours=5, minutes=45)), ("UTC-03:30", timedelta(hours=-3, minutes=-30))):
        configure(clock, f"set DateTime Timezone={zone}")
        for node in clock.nodes.values():
            expected = datetime.now(UTC).replace(tzinfo=None) + offset
            for command in ("time", "t"):
                shown, said_zone = re.match(r"(\S+ \S+) (\S+)\n", node.cli(command).stdout).groups()  # type: ignore[union-attr]
                assert said_zone == zone
                assert abs(datetime.strptime(shown, "%Y-%m-%d %H:%M:%S") - expected) < timedelta(seconds=60)
            stamps = re.findall(r"mgmtd/Configure  (\S+ \S+)", node.cli("cfglog").stdout)
            assert abs(datetime.strptime(stamps[-1], "%Y-%m-%d %H:%M:%S") - expected) < timedelta(seconds=60)


@pytest.mark.feature("C02-088")
def test_setting_the_clock(clock: Cluster) -> None:
    configure(clock, "set DateTime Timezone=UTC+01:00-EU")
    node = clock.nodes[clock.active()]
    before = len(trace(node))
    done = node.cli("time -set 2015-04-27 09:25:00")
    assert done.returncode == 0, done.stdout
    moment = int(datetime(2015, 4, 27, 7, 25, tzinfo=UTC).timestamp())
    assert len(trace(node)) == before + 1
    assert f"clock_settime(CLOCK_REALTIME, {{tv_sec={moment}, tv_nsec=0}}) = 0 (INJECTED)" in trace(node)[-1]
    assert "capset" in (node.log / "clock.trace").read_text(encoding="utf-8")
    refused = node.cli("time -set 2015-04-27 25:00:00")
    assert refused.returncode == 1
    assert len(trace(node)) == before + 1
    assert clock.nodes[clock.active()].cli("ha").returncode == 0


@pytest.mark.feature("C02-091", "C02-093")
def test_servers_are_judged_and_averaged_on_both_nodes(clock: Cluster, servers: None) -> None:
    before = {name: len(trace(node)) for name, node in clock.nodes.items()}
    configure(clock, *add_servers("behind30", "behind50", "wrong"), "cc DateTime", f"add TimeServer gone IP={NOBODY}", "cc",
              "set DateTime TimeSyncEnable=Yes")
    for name, node in clock.nodes.items():
        await_condition(lambda node=node: adjusted(node) is not None, f"the synchronization of {name}", timeout=30)
        assert adjusted(node) == pytest.approx(40, abs=2)
        shown = node.cli("time").stdout
        assert re.search(r"^behind30 +198\.51\.100\.31 +\+(29|30)\.\d+ s$", shown, re.MULTILINE), shown
        assert re.search(r"^wrong +198\.51\.100\.33 +\+\d+\.\d+ s, not used \(more than 600 s\)$", shown, re.MULTILINE), shown
        assert re.search(r"^gone +198\.51\.100\.99 +no answer$", shown, re.MULTILINE), shown
        assert len(trace(node)) == before[name] + 1
        assert re.search(r"adjtime.*ADJ_SETOFFSET.*tv_sec=(39|40)", trace(node)[-1]), trace(node)[-1]


@pytest.mark.feature("C02-092", "C02-093", "C02-094")
def test_synchronization_on_request(clock: Cluster, servers: None) -> None:
    node = clock.nodes[clock.active()]
    none = node.cli("time -sync")
    assert none.returncode == 1
    assert "there is no TimeServer" in none.stdout
    configure(clock, *add_servers("wrong"))
    done = node.cli("time -sync")
    assert (done.returncode, done.stdout) == (0, "Time synchronization requested\n")
    await_condition(lambda: "every answer differs by more than TimeSyncMaxAdjust" in node.cli("time").stdout,
                    "the judgement", timeout=20)
    before = len(trace(node))
    assert node.cli("time -sync -force").stdout == "Time synchronization requested\n"
    await_condition(lambda: adjusted(node) is not None, "the forced synchronization", timeout=20)
    assert adjusted(node) == pytest.approx(5000, abs=2)
    assert len(trace(node)) == before + 1
    configure(clock, "set DateTime TimeSyncMaxAdjust=6000")
    node.cli("time -sync")
    await_condition(lambda: len(trace(node)) == before + 2, "a synchronization within the limit", timeout=20)


@pytest.mark.feature("C02-095")
def test_interval(clock: Cluster, servers: None) -> None:
    configure(clock, *add_servers("near"), "set DateTime TimeSyncEnable=Yes TimeSyncInterval=16 TimeSyncMaxAdjust=1")
    node = clock.nodes[clock.active()]
    await_condition(lambda: adjusted(node) is not None, "the first synchronization", timeout=20)
    assert adjusted(node) == pytest.approx(0.2, abs=0.15)
    # So little is made up for bit by bit.
    assert "ADJ_OFFSET_SINGLESHOT" in trace(node)[-1]
    before = len(trace(node))
    await_condition(lambda: len(trace(node)) > before, "the next synchronization", timeout=40)


@pytest.mark.feature("C02-091")
def test_auditors_do_not_set_the_clock(cluster: Cluster) -> None:
    configure(cluster, "cc LocalUserDatabase AdminUsers", "add User audit Password=audit Groups=Auditors", "cc")
    node = cluster.nodes[cluster.active()]
    before = len(trace(node))
    for command in ("time -sync", "time -sync -force", "time -set 2015-04-27 09:25:00"):
        done = node.run([node.binary("hadrian"), "-u", "audit", command])
        assert done.returncode == 1 and "group Auditors" in done.stdout, done.stdout
    assert node.run([node.binary("hadrian"), "-u", "audit", "time"]).returncode == 0
    assert len(trace(node)) == before


@pytest.mark.feature("C02-089")
def test_every_daemon_logs_in_the_configured_zone(cluster: Cluster) -> None:
    """Of both nodes, also where a daemon starts later."""
    node = cluster.nodes[cluster.active()]

    def zones(daemon: str) -> set[int]:
        """How many minutes the last line of each node's log is ahead of UTC, to the nearest half hour."""
        found = set()
        for one in cluster.nodes.values():
            lines = re.findall(r"^([A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d)", (one.log / f"{daemon}.log").read_text(encoding="utf-8", errors="replace"), re.M)
            now = datetime.now(UTC).replace(tzinfo=None)
            said = datetime.strptime(f"{now.year} {lines[-1]}", "%Y %b %d %H:%M:%S")
            found.add(round((said - now).total_seconds() / 1800) * 30)
        return found

    def toggle() -> None:
        """Both nodes' daemons have something to say."""
        before = cluster.active()
        assert cluster.nodes[before].cli("ha -deactivate").returncode == 0
        cluster.await_active(cluster.other(before))
        cluster.await_well()

    try:
        assert node.commands("set DateTime Timezone=UTC+05:30\nactivate\ncommit\n").returncode == 0
        cluster.await_well()
        toggle()
        for daemon in ("hadrian-mgmtd", "hadrian-clusterd", "hadrian-datapath"):
            await_condition(lambda daemon=daemon: zones(daemon) == {330}, f"{daemon} telling the time of the zone", 20)
        victim = cluster.nodes[cluster.standby()]
        victim.crash()
        victim.start()
        cluster.await_well()
        toggle()
        for daemon in ("hadrian-clusterd", "hadrian-datapath"):
            await_condition(lambda daemon=daemon: zones(daemon) == {330}, f"{daemon} telling the time of the zone", 20)
    finally:
        cluster.nodes[cluster.active()].commands("set DateTime Timezone=<empty>\nactivate\ncommit\n")
        cluster.await_well()
