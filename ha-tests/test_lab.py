# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself: labs side by side, and nothing left behind however a lab ends."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import new_lab
from lab import hugepages
from lab.errors import LabError
from lab.laboratory import Lab
from lab.places import LABS, REPOSITORY
from lab.processes import labelled, namespace_inode, process_name, processes_in
from lab.traffic import SERVER
from lab.wait import await_condition


def namespaces(lab: Lab) -> list[str]:
    return [path.name for path in Path("/run/netns").glob(f"{lab.name}-*")]


def holders(lab: Lab) -> list[int]:
    """Processes that keep a mount namespace of this lab."""
    return [pid for node in ("master", "slave") for pid in labelled(f"hadrian-lab {lab.name} {node}")]


def command(lab: Lab, *words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([REPOSITORY / "lab", *words], env={**os.environ, "LAB": lab.name}, text=True,
                          capture_output=True, check=False, **options)


def assert_nothing_left(lab: Lab) -> None:
    assert not namespaces(lab)
    assert not holders(lab)
    assert not lab.folder.exists()
    assert hugepages.held_by(lab.name) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["the network", "the first daemon"])
def test_interrupted_up_leaves_nothing(number: signal.Signals, moment: str) -> None:
    lab = new_lab("interrupted")
    process = subprocess.Popen([REPOSITORY / "lab", "up"], env={**os.environ, "LAB": lab.name}, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def reached() -> bool:
        if moment == "the network":
            return len(namespaces(lab)) > 3
        inode = namespace_inode(f"{lab.name}-master")
        return inode is not None and bool(processes_in({inode}))

    await_condition(reached, moment, timeout=30, interval=0.001)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "nothing was left behind" in said, said
    assert_nothing_left(lab)


def test_lab_of_a_killed_process_is_taken_down() -> None:
    lab = new_lab("killed")
    process = subprocess.Popen([REPOSITORY / "lab", "up"], env={**os.environ, "LAB": lab.name},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await_condition(lambda: len(holders(lab)) == 2, "both nodes' mount namespaces", timeout=30, interval=0.001)
    process.kill()
    process.wait()
    assert command(lab, "down").returncode == 0
    assert_nothing_left(lab)
    again = command(lab, "down")
    assert again.returncode == 0 and "is not up" in again.stdout


def test_failed_up_leaves_nothing(tmp_path: Path) -> None:
    """A configuration that the node refuses."""
    lab = new_lab("failed")
    topology = tmp_path / "topology.json"
    wrong = tmp_path / "wrong.cli"
    wrong.write_text("add Address IPAddress broken Address=300.1.1.1\n", encoding="utf-8")
    text = (REPOSITORY / "ha-tests/lab/topologies/default.json").read_text(encoding="utf-8")
    topology.write_text(text.replace("configs/examples/lab-master.cli", str(wrong)), encoding="utf-8")
    with pytest.raises(LabError, match="300.1.1.1"):
        lab.up(topology_file=topology)
    assert_nothing_left(lab)


def test_two_labs_side_by_side(lab: Lab) -> None:
    """Another whole lab beside this module's: both work, and the end of one does not touch the other."""
    second = new_lab("second")
    second.up()
    try:
        for one in (lab, second):
            one.await_ready()
            done = one.run("client", ["ping", "-n", "-c", "2", "-i", "0.1", "-W", "2", SERVER])
            assert done.returncode == 0, done.stdout
    finally:
        second.down()
    assert_nothing_left(second)
    lab.await_ready()
    assert lab.run("client", ["ping", "-n", "-c", "2", "-i", "0.1", "-W", "2", SERVER]).returncode == 0


def test_only_what_a_node_started_is_left_behind_by_it(lab: Lab) -> None:
    """Not a command that the lab was running there when it stopped."""
    node = lab.node("slave")
    asleep = lab.popen("slave", ["sleep", "600"])
    await_condition(lambda: process_name(asleep.pid) == "sleep", "the command", timeout=10)
    node.stop()
    assert asleep.wait() != 0
    node.start()
    lab.await_ready()
    # One that is nobody's child is what a daemon left.
    lab.run("slave", ["sh", "-c", "exec <&- >&- 2>&-; sleep 600 &"], check=True)
    with pytest.raises(LabError, match="left these processes behind .*sleep"):
        node.stop()
    node.start()
    lab.await_ready()


def test_what_keeps_nodes_apart_is_told(lab: Lab) -> None:
    interfaces = lab.node("slave").node.interfaces
    for interface in interfaces:
        lab.set_link("slave", interface, "down")
    try:
        await_condition(lambda: not lab.node("slave").status().peer_alive, "the slave being alone", timeout=10)
        with pytest.raises(LabError) as told:
            lab.await_ready(0.1)
    finally:
        for interface in interfaces:
            lab.set_link("slave", interface, "up")
    assert re.search(r"heartbeats within a second: .*from master-if3", str(told.value)), told.value
    assert "to slave-if3" not in str(told.value)
    assert re.search(r"slave-if3\b.* state disabled", str(told.value)), told.value
    assert str(told.value).count("heartbeat thread: ") == 2
    lab.await_ready()


@pytest.mark.feature("C22-046")
def test_single_node() -> None:
    lab = new_lab("single")
    lab.up(single=True)
    try:
        done = lab.node("master").cli("ha")
        assert done.stdout.strip() == "This device is a standalone system (HA not configured)"
        assert lab.run("client", ["ping", "-n", "-c", "2", "-i", "0.1", "-W", "5", SERVER]).returncode == 0
    finally:
        lab.down()


@pytest.mark.parametrize("words, said", [
    (["exec", "nobody", "true"], "nobody is not a host of lab"),
    (["cli", "client", "ha"], "client is not a node of lab"),
    (["cut", "master", "if9"], "master has no interface if9"),
    (["start", "master"], "master runs already"),
    (["up"], "is up already"),
])
def test_errors_are_one_line(lab: Lab, words: list[str], said: str) -> None:
    done = command(lab, *words)
    assert done.returncode == 1 and said in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_commands_without_a_lab() -> None:
    lab = new_lab("absent")
    done = command(lab, "status")
    assert done.returncode == 1 and "is not up - build it with: ./lab up" in done.stderr
    assert not (LABS / lab.name).exists()
