# SPDX-License-Identifier: GPL-2.0-or-later
"""
The rows of the fault matrix. A fault is a function that disturbs the cluster, yields while the disturbance lasts, and then
lets go of it; how long it lasts is up to the cell. What a fault draws, it draws from the scene's random numbers, so that a
seed makes it again.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab.background import meanwhile
from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import CLUSTER_KEY
from lab.mangle import Harm, MangledLink
from lab.node import LOG_DIRECTORY_INSIDE, STATE_DIRECTORY, LabNode
from lab.previous import previous_build, previous_commit
from lab.supervised import DELIVERED, PREVIOUS, SUPERVISOR, SupervisedNode, install, installed
from lab.wait import await_condition
from matrix.stage import SECOND

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")
MEMORY_LEFT = 1 << 20
SLOW_STOPPED_MS, SLOW_RUNNING_MS = 20, 10
LONG = 30.0


@dataclass
class Scene:
    """Where a fault happens."""

    cluster: Cluster
    victim: str
    was_active: bool  # the victim, before anything went on
    random: random.Random
    mended: tuple[str, float, float] = ("", 0, 0)  # the victim's cable that was put in again, and between which moments (time.time())
    met: bool = True  # the activity was going on when the fault came

    @property
    def node(self) -> LabNode:
        return self.cluster.nodes[self.victim]

    @property
    def other(self) -> LabNode:
        return self.cluster.nodes[self.cluster.other(self.victim)]


@dataclass(frozen=True)
class Fault:
    """One row. `victims` are those whom it may hit, of "active" and "standby"."""

    name: str
    happen: Callable[[Scene], AbstractContextManager[None]]
    victims: tuple[str, ...] = ("active", "standby")
    moves: bool = False  # activity leaves an active victim
    forgets: bool = False  # whose flows are lost then, where the standby has not been told of them yet
    may_move: bool = False  # or may, as it happens
    stays: bool = False  # or must not: what forwards goes on
    alone: bool = False  # the nodes cannot see each other, and both are active by the guide's own word
    breaks_flows: bool = False  # nobody is left who knows them


@contextmanager
def crash(scene: Scene) -> Iterator[None]:
    scene.node.crash()
    yield
    scene.node.start()


@contextmanager
def hang(scene: Scene) -> Iterator[None]:
    scene.node.hang()
    yield
    scene.node.resume()


@contextmanager
def slow(scene: Scene) -> Iterator[None]:
    """The node runs a third of the time only, in pieces."""

    def hold_back(over: threading.Event) -> None:
        while not over.is_set():
            scene.node.hang()
            over.wait(SLOW_STOPPED_MS / 1000)
            scene.node.resume()
            over.wait(SLOW_RUNNING_MS / 1000)

    with meanwhile(hold_back):
        yield


@contextmanager
def kill_program(name: str, scene: Scene) -> Iterator[None]:
    """One program is killed; what started it starts it again."""
    killed = scene.node.kill_program(name)
    yield
    await_condition(lambda: scene.node.programs(name) - killed, f"{name} of {scene.victim} being started again", LONG)


@contextmanager
def cut(interface: str, scene: Scene) -> Iterator[None]:
    scene.cluster.lab.set_link(scene.victim, interface, "down")
    yield
    before = time.time()
    scene.cluster.lab.set_link(scene.victim, interface, "up")
    scene.mended = interface, before, time.time()


@contextmanager
def mangle(interface: str, from_node: Harm, to_node: Harm, scene: Scene) -> Iterator[None]:
    with MangledLink(scene.cluster.lab, scene.victim, interface, scene.random.randrange(1 << 31), from_node, to_node):
        yield


@contextmanager
def both_started(scene: Scene) -> Iterator[None]:
    """The power fails and comes back for both at once."""
    for node in scene.cluster.nodes.values():
        node.crash()
    for node in scene.cluster.nodes.values():
        node.start()
    yield


@contextmanager
def other_key(scene: Scene) -> Iterator[None]:
    """The standby comes back with the key of another cluster."""
    key = scene.node.state / CLUSTER_KEY
    true_key = key.read_bytes()
    scene.node.stop()
    try:
        key.write_bytes(os.urandom(len(true_key)))
        scene.node.start()
        scene.node.await_cli()
        yield
        scene.node.crash()
    finally:
        key.write_bytes(true_key)
    scene.node.start()


@contextmanager
def other_cluster(scene: Scene) -> Iterator[None]:
    """The ClusterID of one node is changed while it runs (C22-064), and set right again."""
    scene.node.commit("set HighAvailability AutoSyncCfg=No ClusterID=2")
    yield
    scene.node.commit("set HighAvailability ClusterID=1")
    await_condition(lambda: scene.node.status().peer_alive, f"{scene.victim} seeing its peer again", LONG)
    scene.node.commit("set HighAvailability AutoSyncCfg=Yes")


@contextmanager
def full_disk(scene: Scene) -> Iterator[None]:
    """Nothing more can be written to the node's disk."""
    disk = os.statvfs(scene.node.state)
    _resize(scene.node, str((disk.f_blocks - disk.f_bfree) * disk.f_frsize))
    yield
    _resize(scene.node, "50%")


def _resize(node: LabNode, size: str) -> None:
    done = node.run(["mount", "--no-mtab", "-o", f"remount,size={size}", STATE_DIRECTORY])
    if done.returncode:
        raise LabError(f"{node.name}: its disk cannot have a size of {size}: {done.stderr}")


@contextmanager
def no_memory(scene: Scene) -> Iterator[None]:
    """Of the daemons that run, the kernel kills whichever asks for more memory than a little."""
    group = MEMORY_GROUPS / f"hadrian-{scene.cluster.lab.name}-{scene.victim}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(MEMORY_LEFT))
        _move(scene.node, group)
        yield
    finally:
        _move(scene.node, MEMORY_GROUPS)
        await_condition(lambda: not (group / "cgroup.procs").read_text(), "an empty memory group", LONG)
        group.rmdir()


def _move(node: LabNode, group: Path) -> None:
    """All processes of a node but the one that starts them again, for which there is nobody else to do that here."""
    for pid in set(node.processes()) - {node.daemon_pid(SUPERVISOR)}:
        with suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid))


@contextmanager
def clock_jumps(scene: Scene) -> Iterator[None]:
    """The time of day of the node leaps to and fro, by seconds, hours and years."""
    clock = scene.node.log / "clock"
    clock.write_text("+0")
    # The sanitizers insist on being the first library of a process.
    sanitizer = scene.node.environment()["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    scene.node.started_with = {"LD_PRELOAD": FAKETIME, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1",
                               "FAKETIME_TIMESTAMP_FILE": str(LOG_DIRECTORY_INSIDE / clock.name), "ASAN_OPTIONS": sanitizer}
    _restart(scene, active=scene.was_active)
    for jump in scene.random.sample(["+1h", "-2d", "+20y", "-3", "+0.5"], 3):
        clock.write_text(jump)
        time.sleep(scene.random.uniform(0.2, 1.0))
    yield
    scene.node.started_with = {}
    _restart(scene, active=False)


@contextmanager
def other_version(scene: Scene) -> Iterator[None]:
    """The node runs the release before, beside a peer of this one."""
    commit, folder = previous_commit(), installed(scene.cluster.lab.name, PREVIOUS)
    if not commit:
        raise LabError("this clone holds no commit before the one under test")
    if not folder.exists():
        install(previous_build(commit), folder)
    assert isinstance(scene.node, SupervisedNode)
    try:
        scene.node.delivered = PREVIOUS
        _restart(scene, active=scene.was_active)
        yield
    finally:
        scene.node.delivered = DELIVERED
        _restart(scene, active=False)


@contextmanager
def second_cluster(scene: Scene) -> Iterator[None]:
    """Another cluster comes up on the same segments, and its active node crashes there."""
    second = Cluster(scene.cluster.lab, SECOND)
    try:
        for node in second.nodes.values():
            node.start()
        second.await_well()
        _, survivor, _ = second.crash_active()
        second.await_active(survivor)
        yield
        if second.active() != survivor:
            raise LabError(f"{survivor} of the second cluster is active no more")
    finally:
        for node in second.nodes.values():
            node.crash()


def _restart(scene: Scene, active: bool) -> None:
    """Cleanly, so that no fault is added to the row's: a peer that takes over must have been told everything."""
    scene.cluster.await_well()
    scene.node.stop()
    scene.node.start()
    scene.cluster.await_well()
    # On a busy machine the peer may have stood still and lost activity again.
    if active and scene.cluster.active() != scene.victim:
        scene.node.succeed("ha -activate\n")
        scene.cluster.await_active(scene.victim)
        scene.cluster.await_well()


def _programs() -> list[Fault]:
    return [Fault(f"kill-{name.removeprefix('hadrian-')}", partial(kill_program, name), moves=name == "hadrian-datapath",
                  forgets=name == "hadrian-datapath", stays=name != "hadrian-datapath") for name in ("hadrian-datapath", "hadrian-clusterd", "hadrian-mgmtd", "corosync")]


def _cables() -> list[Fault]:
    gone, fine = Harm(loss=100), Harm()
    cut_cables = [Fault(f"cut-{interface}", partial(cut, interface), moves=interface != "if3", stays=interface == "if3")
                  for interface in ("if1", "if2", "if3")]
    one_way = [Fault(f"one-way-{way}-{interface}", partial(mangle, interface, *harms), moves=interface == "if1", stays=interface == "if3")
               for interface in ("if1", "if3") for way, harms in (("from", (gone, fine)), ("to", (fine, gone)))]
    lossy = [Fault(f"sync-loss-{loss}", partial(mangle, "if3", Harm(loss=loss), Harm(loss=loss)), stays=True) for loss in (1, 10, 30)]
    strange = Harm(duplication=10, reordering=10)
    return [*cut_cables, *one_way, *lossy,
            Fault("sync-doubled-reordered", partial(mangle, "if3", strange, strange), stays=True),
            Fault("lan-doubled-reordered", partial(mangle, "if1", strange, strange))]


FAULTS = {fault.name: fault for fault in [
    Fault("crash", crash, moves=True, forgets=True),
    Fault("hang", hang, moves=True, forgets=True),
    Fault("slow", slow),
    *_programs(),
    *_cables(),
    Fault("both-started", both_started, victims=("active",), breaks_flows=True),
    Fault("full-disk", full_disk, stays=True),
    Fault("no-memory", no_memory, may_move=True, forgets=True),
    Fault("clock-jumps", clock_jumps),
    Fault("other-key", other_key, victims=("standby",), alone=True),
    Fault("other-cluster", other_cluster, victims=("standby",), alone=True),
    Fault("second-cluster", second_cluster, victims=("active",), stays=True),
    Fault("other-version", other_version),
]}
