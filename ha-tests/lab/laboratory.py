# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole lab: built, looked at, disturbed and removed."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab import beats, hugepages, network, node as lab_node, status
from lab.errors import LabError
from lab.node import DAEMONS, STATE_DIRECTORY, LabNode
from lab.places import DEFAULT_TOPOLOGY, LABS, REPOSITORY, binary, build_directory, require_root
from lab.processes import kill_namespaces, namespace_inode
from lab.supervised import DELIVERED, SUPERVISED, SupervisedNode, install, installed
from lab.topology import Node, Topology, load as load_topology
from lab.wait import await_condition

CLUSTER_KEY = "cluster.key"
READY_TIMEOUT = 60.0


class Lab:
    """The lab of one name. Making the object touches nothing: it may be up, down or half built."""

    def __init__(self, name: str):
        require_root()
        self.name = name
        self.folder = LABS / name
        self._description = self.folder / "lab.json"

    # --- what is there -----------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        return self.folder.is_dir()

    def _described(self) -> dict:
        try:
            return json.loads(self._description.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise LabError(f"lab {self.name} is not up - build it with: ./lab up") from None

    def topology(self) -> Topology:
        described = self._described()
        loaded = load_topology(Path(described["topology"]), REPOSITORY)
        return loaded.alone() if described["single"] else loaded

    def nodes(self) -> dict[str, LabNode]:
        described = self._described()
        return {node.name: self._node(node, described) for node in self.topology().nodes.values()}

    def _node(self, node: Node, described: dict) -> LabNode:
        kind = SupervisedNode if described.get(SUPERVISED) else LabNode
        build = described.get("builds", {}).get(node.name, described["build"])
        return kind(self.name, self.folder, node, Path(build), described["huge"])

    def set_build(self, node: str, build: Path) -> None:
        """The build whose daemons a node runs from its next start on."""
        described = self._described()
        described.setdefault("builds", {})[node] = str(build)
        self._description.write_text(json.dumps(described), encoding="utf-8")

    def build(self) -> Path:
        """The build that the lab was made with."""
        return Path(self._described()["build"])

    def node(self, name: str) -> LabNode:
        nodes = self.nodes()
        if name not in nodes:
            raise LabError(f"{name} is not a node of lab {self.name} - its nodes are: {', '.join(nodes)}")
        return nodes[name]

    def status(self) -> dict[str, status.NodeStatus]:
        return {name: node.status() for name, node in self.nodes().items()}

    def active_nodes(self) -> list[str]:
        return [name for name, seen in self.status().items() if seen.active]

    # --- up and down -------------------------------------------------------------------------------------------------

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One up or down of a lab at a time. The kernel releases the lock of a process that was killed."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise LabError(f"lab {self.name} is being built or removed by another process just now") from None
        finally:
            os.close(descriptor)

    def up(self, *, single: bool = False, topology_file: Path = DEFAULT_TOPOLOGY, start_nodes: bool = True,
           supervised: bool = False, builds: dict[str, Path] | None = None) -> None:
        """
        Builds the network, starts the nodes and waits until the cluster is ready. Whatever goes wrong on the way, an
        interrupt included, nothing stays behind. With start_nodes=False the nodes are made, but no daemon runs. With
        supervised=True the nodes run an installed build under hadrian-supervisor, as an appliance does. builds: other builds than
        the one under test, by node.
        """
        wanted = load_topology(topology_file, REPOSITORY)
        wanted = wanted.alone() if single else wanted
        if start_nodes:
            for name in [*DAEMONS, "hadrian", "hadrian-keygen"]:
                binary(name, build_directory())
        try:
            self.folder.mkdir(parents=True)
        except FileExistsError:
            raise LabError(f"lab {self.name} is up already, or was left behind - remove it with: ./lab down") from None
        with self._lock(), interrupts_raise():
            try:
                self._build(wanted, topology_file, single, supervised, builds or {})
                if start_nodes:
                    self._start_nodes(list(self.nodes().values()))
            except BaseException:
                with _interrupts_ignored():
                    self._save_logs()
                    self._remove()
                raise

    def _build(self, wanted: Topology, topology_file: Path, single: bool, supervised: bool, builds: dict[str, Path]) -> None:
        huge = hugepages.reserve(self.name, lab_node.HUGEPAGES * len(wanted.nodes))
        # Written before anything is made, so that `lab down` knows what to look for whenever this is cut short.
        described = {"topology": str(topology_file.resolve()), "single": single, "names": wanted.names(), "huge": huge,
                     "build": str(build_directory()), SUPERVISED: supervised, "builds": {name: str(build) for name, build in builds.items()}}
        self._description.write_text(json.dumps(described), encoding="utf-8")
        if supervised:
            install(build_directory(), installed(self.name, DELIVERED))
        network.build(self.name, wanted)
        for node in wanted.nodes.values():
            self._node(node, described).create()

    def _start_nodes(self, nodes: list[LabNode]) -> None:
        for pair in clusters_of(nodes):
            done = pair[0].run([pair[0].binary("hadrian-keygen")])
            if done.returncode != 0:
                raise LabError(f"hadrian-keygen: {done.stderr.strip() or done.stdout.strip()}")
            for other in pair[1:]:
                shutil.copy2(pair[0].state / CLUSTER_KEY, other.state / CLUSTER_KEY)
        for node in nodes:
            node.start_daemon("hadrian-mgmtd")
        for node in nodes:
            node.await_cli()
            node.configure(node.node.configuration)
        for node in nodes:
            node.start_daemon("hadrian-clusterd")
            node.start_daemon("hadrian-datapath")
        self.await_ready()

    def await_ready(self, timeout: float = READY_TIMEOUT, nodes: dict[str, LabNode] | None = None) -> None:
        """
        Waits until exactly one node of each cluster is active, SSH is served and, where there are two, all state is in sync.
        nodes: of whom, where not of all.
        """
        nodes = self.nodes() if nodes is None else nodes
        without_ssh: list[str] = []

        def ready() -> bool:
            for node in nodes.values():
                node.check_daemons(DAEMONS)
            # A new node makes its keys first, which takes seconds on a loaded machine; till then SSH is refused.
            without_ssh[:] = [name for name, node in nodes.items() if "hadrian-sshd is starting" in node.cli("sshserver").stdout]
            return not without_ssh and all(_cluster_ready(pair) for pair in clusters_of(list(nodes.values())))

        try:
            await_condition(ready, "one active node with all state in sync and SSH", timeout, interval=0.1)
        except LabError as error:
            states = "; ".join(f"{name}: {status.describe(node.status())}{', SSH is starting' if name in without_ssh else ''}"
                               for name, node in nodes.items())
            details = "".join(f"\n--- {name}\n{node.cluster_details()}" for name, node in nodes.items())
            raise LabError(f"{error} ({' '.join(states.split())})\n{beats.on_the_wire(self.name)}{details}") from None

    def down(self) -> bool:
        """Removes everything of this lab, whole or half built. False where there was nothing."""
        if not self.exists():
            return False
        with self._lock(), _interrupts_ignored():
            self._remove()
        return True

    @contextmanager
    def running(self, *, single: bool = False) -> Iterator["Lab"]:
        """A lab for the length of a `with`. What went wrong inside is never hidden by what then goes wrong in down()."""
        with interrupts_raise():
            self.up(single=single)
            try:
                yield self
            except BaseException:
                with suppress(LabError):
                    self.down()
                raise
            self.down()

    def _remove(self) -> None:
        try:
            names = json.loads(self._description.read_text(encoding="utf-8"))["names"]
        except (FileNotFoundError, ValueError):
            names = []  # cut short before anything else was made
        spaces = {namespace_inode(network.namespace(self.name, name)) for name in names} - {None}
        kill_namespaces({inode for inode in spaces if inode is not None})
        for folder in self.folder.iterdir():
            if folder.is_dir():
                LabNode(self.name, self.folder, Node(folder.name, {}, Path()), Path(), huge=False).remove()
        network.remove(self.name, names)
        hugepages.release(self.name)
        shutil.rmtree(installed(self.name), ignore_errors=True)
        shutil.rmtree(self.folder)
        with suppress(OSError):  # other labs are there
            LABS.rmdir()
        if STATE_DIRECTORY.is_dir() and not LABS.exists() and not any(STATE_DIRECTORY.iterdir()):
            STATE_DIRECTORY.rmdir()

    def _save_logs(self) -> None:
        """Keeps the logs of a lab that failed to come up, where HADRIAN_LAB_LOGS names a folder for them."""
        destination = os.environ.get("HADRIAN_LAB_LOGS")
        if destination:
            self.copy_logs(Path(destination) / self.name)

    def copy_logs(self, destination: Path) -> None:
        """Copies every node's log folder."""
        for log in self.folder.glob("*/log"):
            shutil.copytree(log, destination / log.parent.name, dirs_exist_ok=True)

    # --- commands and disturbances -----------------------------------------------------------------------------------

    def enter(self, host: str) -> tuple[list[str], dict[str, str]]:
        """The words in front of a command in any host or node, and its environment."""
        known = self.topology()
        if host in known.nodes:
            node = self.node(host)
            return node.enter(), node.environment()
        if host in known.hosts or host == "switch":
            return network.enter(self.name, host), dict(os.environ)
        raise LabError(f"{host} is not a host of lab {self.name} - its hosts are: {', '.join(known.names())}")

    def popen(self, host: str, arguments: list, **options) -> subprocess.Popen:
        """subprocess.Popen in a host."""
        words, environment = self.enter(host)
        return subprocess.Popen([*words, *map(str, arguments)], env=environment, **options)

    def run(self, host: str, arguments: list, timeout: float = 30, check: bool = False) -> subprocess.CompletedProcess:
        """Runs a command in a host and returns what became of it."""
        words, environment = self.enter(host)
        try:
            return subprocess.run([*words, *map(str, arguments)], env=environment, text=True, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=timeout, check=check)
        except subprocess.TimeoutExpired:
            raise LabError(f"{host}: {' '.join(map(str, arguments))}: no answer within {timeout:g} s") from None

    def set_link(self, node: str, interface: str, state: str) -> None:
        """Takes one link of a node down or up, at the switch's side."""
        interfaces = self.node(node).node.interfaces
        if interface not in interfaces:
            raise LabError(f"{node} has no interface {interface} - it has: {', '.join(interfaces)}")
        network.set_port(self.name, node, interface, state)


def clusters_of(nodes: list[LabNode]) -> list[list[LabNode]]:
    """The nodes of each cluster."""
    names = dict.fromkeys(node.node.cluster for node in nodes)
    return [[node for node in nodes if node.node.cluster == name] for name in names]


def _cluster_ready(nodes: list[LabNode]) -> bool:
    seen = [node.status() for node in nodes]
    if len(seen) == 1:
        # A standalone node is active from the start; its routes are there once its datapath forwards.
        return seen[0].active and any(f" {name} " in nodes[0].cli("routes").stdout for name in nodes[0].node.interfaces)
    return (all(one.answers and one.peer_alive and one.sync_percent == 100 and not one.resyncing for one in seen)
            and sum(one.active for one in seen) == 1)


@contextmanager
def interrupts_raise() -> Iterator[None]:
    """
    Makes SIGTERM and SIGHUP unwind as Ctrl-C does, so that a lab is taken down again; and SIGINT, which a process started in the
    background ignores. Main thread.
    """

    def interrupted(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    with _handlers(interrupted, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]):
        yield


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    with _handlers(signal.SIG_IGN, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]):
        yield


@contextmanager
def _handlers(handler: object, numbers: list[signal.Signals]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
