# SPDX-License-Identifier: GPL-2.0-or-later
"""One Hadrian node of a lab: its mount namespace and its daemons."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import beats, hugepages, network, status
from lab.errors import LabError
from lab.places import BINARIES, binary, data_environment
from lab.processes import (descends, kill_namespaces, labelled, namespace_inode, process_name, processes_in, send_signal,
                           signal_namespaces, start_time)
from lab.topology import Node
from lab.wait import await_condition

HOLDER = Path(__file__).resolve().parent / "holder.sh"
LEAKS_OF_OTHERS = Path(__file__).resolve().parent / "leak-suppressions.txt"
STATE_DIRECTORY = Path("/var/lib/hadrian")
LOG_DIRECTORY_INSIDE = Path("/run/hadrian-log")  # the node's log folder as its own processes see it
DATAPATH_ARGUMENTS = ["--max-flows", "65536"]
HUGEPAGES = 128  # of 2 MB each: what a datapath of 65,536 flows asks for, two AF_XDP ports and some room
DAEMONS = ["hadrian-mgmtd", "hadrian-clusterd", "hadrian-datapath"]
# clusterd goes first: it hands the active role over while the datapath still forwards.
STOP_ORDER = ["hadrian-clusterd", "hadrian-datapath", "hadrian-mgmtd"]
STOP_TIMEOUT = 15.0


@contextmanager
def larger_datapaths(flows: int) -> Iterator[None]:
    """Nodes that are made within the `with` hold so many flows."""
    global DATAPATH_ARGUMENTS, HUGEPAGES
    before = DATAPATH_ARGUMENTS, HUGEPAGES
    memory = 160 + (280 * flows >> 20)  # MB: packets and rings, and what a full table takes
    DATAPATH_ARGUMENTS, HUGEPAGES = ["--max-flows", str(flows), "--memory", str(memory)], memory // 2 + 32
    try:
        yield
    finally:
        DATAPATH_ARGUMENTS, HUGEPAGES = before


class LabNode:
    """A node's files are in <lab's folder>/<node>/: log/, holder.pid, daemons.json."""

    def __init__(self, lab: str, lab_folder: Path, node: Node, build: Path,
                 huge: bool):
        self.lab = lab
        self.name = node.name
        self.node = node
        self.folder = lab_folder / node.name
        self.build = build
        self.log = self.folder / "log"
        self.huge = huge
        self.started_with: dict[str, str] = {}  # variables for daemons that are started from now on
        self._label = f"hadrian-lab {lab} {node.name}"

    @property
    def state(self) -> Path:
        """The node's /var/lib/hadrian: a file system of its own, which ends with its holder."""
        return Path(f"/proc/{self._living_holder()}/root") / STATE_DIRECTORY.relative_to("/")

    def binary(self, name: str) -> Path:
        """One of our programs, of the build that the lab was made with."""
        return binary(name, self.build)

    # --- the mount namespace ---------------------------------------------------------------------------------------

    def create(self) -> None:
        """Makes the node's folders and its mount namespace."""
        self.remove()
        for folder in (self.log, self.folder / "run"):
            folder.mkdir(parents=True)
        STATE_DIRECTORY.mkdir(exist_ok=True)
        holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "--", HOLDER, self._label, self.folder,
             f"/run/netns/{network.namespace(self.lab, self.name)}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/",
            start_new_session=True)
        assert holder.stdout is not None
        said = holder.stdout.read()
        if said.strip() != "ready":
            raise LabError(f"cannot make the mount namespace of {self.name}: {said.strip() or 'the holder died'}")
        # The holder's last step is to become another program, and while it does its command line reads as empty.
        label = self._label.encode() + b"\0"
        await_condition(lambda: Path(f"/proc/{holder.pid}/cmdline").read_bytes().startswith(label),
                        f"the holder of {self.name}", timeout=10, interval=0.002)

    def _holder(self) -> int | None:
        """The holder's pid, None where there is none. Its label makes sure that the number is not another process by now."""
        try:
            pid = int((self.folder / "holder.pid").read_text(encoding="utf-8"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        ours = command.startswith(self._label.encode() + b"\0") or self._label.encode() in command.split(b"\0")
        return pid if ours else None

    def _living_holder(self) -> int:
        holder = self._holder()
        if holder is None:
            raise LabError(f"{self.name} has no mount namespace (its holder is gone) - take the lab down and up again")
        return holder

    def remove(self) -> None:
        """
        Ends the holder, and with it the mount namespace. The daemons must have been killed before. The label finds a holder
        whose folder somebody removed, too.
        """

        def none_left() -> bool:
            holders = set(labelled(self._label)) | {self._holder()} - {None}
            for pid in holders:
                send_signal(pid, signal.SIGKILL, lambda candidate: candidate in {*labelled(self._label), self._holder()})
            return not holders

        await_condition(none_left, f"the end of the holder of {self.name}", timeout=10, interval=0.002)

    # --- commands ----------------------------------------------------------------------------------------------------

    def enter(self) -> list[str]:
        """The words in front of a command that is to run in the node."""
        holder = self._living_holder()
        # The clock is the machine's, and nobody here may set it.
        return ["nsenter", f"--mount=/proc/{holder}/ns/mnt",
                f"--net=/run/netns/{network.namespace(self.lab, self.name)}", "--", "setpriv", "--bounding-set", "-sys_time"]

    def environment(self) -> dict[str, str]:
        """The variables for the node's processes: reports of the sanitizers go to its log folder, one file a process."""
        environment = dict(os.environ) | data_environment(self.build)
        environment["PATH"] = f"{(self.build / BINARIES['hadrian']).parent}:/usr/sbin:/usr/bin:/sbin:/bin"
        reports = f"log_path={LOG_DIRECTORY_INSIDE}/sanitizer"
        environment["ASAN_OPTIONS"] = f"{reports}:detect_leaks=1:abort_on_error=0"
        environment["LSAN_OPTIONS"] = f"suppressions={LEAKS_OF_OTHERS}:print_suppressions=0"
        environment["UBSAN_OPTIONS"] = f"{reports}:print_stacktrace=1:halt_on_error=1"
        return environment

    def run(self, arguments: list[str | Path], timeout: float = 30) -> subprocess.CompletedProcess:
        """Runs a command in the node and returns what became of it."""
        try:
            return subprocess.run([*self.enter(), *map(str, arguments)], env=self.environment(), cwd="/", text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name}: {' '.join(map(str, arguments))}: no answer within {timeout:g} s") from None

    def cli(self, command: str, timeout: float = 30) -> subprocess.CompletedProcess:
        """Runs one CLI command."""
        return self.run([self.binary("hadrian"), command], timeout)

    def commands(self, text: str) -> subprocess.CompletedProcess:
        """Runs lines of CLI commands in one session; the first that fails ends it."""
        script = self.state / "lab.cli"
        script.write_text(text, encoding="utf-8")
        try:
            return self.run([self.binary("hadrian"), "-f", STATE_DIRECTORY / script.name], timeout=60)
        finally:
            script.unlink()

    def succeed(self, text: str) -> str:
        """commands(), all of which must succeed; returns what they print."""
        done = self.commands(text)
        if done.returncode != 0:
            raise LabError(f"{self.name} refused {text!r}: {done.stdout} {done.stderr}")
        return done.stdout

    def commit(self, text: str = "") -> str:
        """succeed() with what makes all changes permanent behind it."""
        return self.succeed(text.rstrip("\n") + "\nactivate\ncommit\n")

    def counter(self, name: str) -> int:
        """A counter of the datapath by its name below /datapath/; 0 where it has none of it."""
        found = re.search(rf"/datapath/{name} +(\d+)", self.cli(f"statistics /datapath/{name}").stdout)
        return int(found[1]) if found else 0

    def configure(self, file: Path) -> None:
        """Gives the node its configuration, a file of CLI commands."""
        if not file.is_file():
            raise LabError(f"{self.name}: its configuration {file} is missing")
        self.succeed(file.read_text(encoding="utf-8"))

    def status(self) -> status.NodeStatus:
        """What `ha` says; a node that does not run does not answer."""
        if self.daemon_pid("hadrian-mgmtd") is None:
            return status.NodeStatus(answers=False)
        try:
            done = self.cli("ha", timeout=5)
        except LabError:
            return status.NodeStatus(answers=False)
        return status.parse(done.stdout) if done.returncode == 0 else status.NodeStatus(answers=False)

    # --- daemons -----------------------------------------------------------------------------------------------------

    def start_daemon(self, name: str) -> None:
        """Starts one daemon in the background; its output is appended to log/<name>.log."""
        self.start_program(name, self._datapath_arguments() if name == "hadrian-datapath" else [])

    def start_program(self, name: str, arguments: list[str]) -> None:
        with open(self.log_file(name), "ab") as log:
            process = subprocess.Popen([*self.enter(), str(self.binary(name)), *arguments], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=subprocess.STDOUT, env=self.environment() | self.started_with,
                                       cwd="/", start_new_session=True)
        recorded = self._recorded()
        recorded[name] = [process.pid, start_time(process.pid)]
        temporary = self.folder / "daemons.json.new"
        temporary.write_text(json.dumps(recorded), encoding="utf-8")
        temporary.replace(self.folder / "daemons.json")

    def _datapath_arguments(self) -> list[str]:
        huge = self.huge and hugepages.await_free(HUGEPAGES)
        return DATAPATH_ARGUMENTS if huge else [*DATAPATH_ARGUMENTS, "--no-huge"]

    def _recorded(self) -> dict[str, list[int]]:
        try:
            return json.loads((self.folder / "daemons.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def daemon_pid(self, name: str) -> int | None:
        """The pid of a daemon that runs, None where it does not."""
        pid, started = self._recorded().get(name, (0, None))
        return pid if started is not None and start_time(pid) == started else None

    def log_file(self, name: str) -> Path:
        """Where a daemon's output goes."""
        return self.log / f"{name}.log"

    def log_lines(self, name: str) -> list[str]:
        """All that a daemon logged, nothing where it has not run."""
        try:
            return self.log_file(name).read_text(encoding="utf-8", errors="replace").strip().split("\n")
        except FileNotFoundError:
            return []

    def last_words(self, name: str) -> str:
        """The end of a daemon's log, for an error message."""
        return " | ".join(self.log_lines(name)[-3:])

    def cluster_details(self) -> str:
        """All that tells why a node is not in sync with its peer, for an error message."""
        commands = ("ha -status -module", "ha -status", "statistics /datapath/heartbeat/*", "statistics /datapath/drop/heartbeat",
                    "arp", "flow -show")
        said = [line for command in commands if self.daemon_pid("hadrian-mgmtd") is not None
                for line in self.cli(command).stdout.rstrip().split("\n")[:20]]
        pid = self.daemon_pid("hadrian-datapath")
        return "\n".join([*said, beats.of_thread(pid) if pid else "no datapath", *self.log_lines("hadrian-clusterd")[-40:],
                          *self.log_lines("hadrian-datapath")[-20:]])

    def check_daemons(self, names: list[str]) -> None:
        """Raises LabError where one of these daemons has ended."""
        for name in names:
            if self.daemon_pid(name) is None:
                raise LabError(f"{name} of {self.name} ended ({self.log / name}.log): {self.last_words(name)}")

    @staticmethod
    def daemons() -> list[str]:
        return DAEMONS

    def running(self) -> bool:
        return bool(self.processes())

    def _inodes(self) -> set[int]:
        inode = namespace_inode(network.namespace(self.lab, self.name))
        return set() if inode is None else {inode}

    def await_cli(self) -> None:
        """Waits until mgmtd answers commands."""

        def answers() -> bool:
            self.check_daemons(["hadrian-mgmtd"])
            return self.cli("ha").returncode == 0

        await_condition(answers, f"an answer of {self.name}'s CLI", timeout=30)

    def start(self) -> None:
        """Starts every daemon, with the state that the node had."""
        if self.running():
            raise LabError(f"{self.name} runs already")
        for name in DAEMONS:
            self.start_daemon(name)

    def terminate(self, name: str) -> None:
        """Asks one daemon to end (SIGTERM), where it runs."""
        pid = self.daemon_pid(name)
        if pid is not None:
            send_signal(pid, signal.SIGTERM, lambda _: self.daemon_pid(name) == pid)

    def await_end(self, name: str) -> None:
        """Waits for the end of a daemon that was asked to, for as long as it may take."""
        await_condition(lambda: self.daemon_pid(name) is None, f"the end of {name} of {self.name} after SIGTERM", STOP_TIMEOUT)

    def stop(self) -> None:
        """Ends the daemons in order, each with the time to finish its work."""
        for name in STOP_ORDER:
            self.terminate(name)
            self.await_end(name)
        self.end_rest()

    def end_rest(self) -> None:
        """Behind the end of all daemons: kills what still runs in the node, which nothing may but a command that the lab runs there."""
        # What has ended is nobody's child, so that is asked first.
        left = [process_name(pid) for pid in self.processes() if not descends(pid, os.getpid()) and start_time(pid) is not None]
        self.crash()
        if left:
            raise LabError(f"{self.name} was stopped, but left these processes behind (killed now): {', '.join(left)}")

    def kill_daemon(self, name: str) -> None:
        """SIGKILLs one daemon and waits for its end; its children are its own to have taken care of."""
        pid = self.daemon_pid(name)
        if pid is None:
            raise LabError(f"{name} of {self.name} does not run")
        send_signal(pid, signal.SIGKILL, lambda _: self.daemon_pid(name) == pid)
        await_condition(lambda: self.daemon_pid(name) is None, f"the end of {name} of {self.name}", STOP_TIMEOUT)

    def crash(self) -> None:
        """SIGKILLs every process of the node, none of which sees another's end."""
        self.hang()
        kill_namespaces(self._inodes())

    def hang(self) -> None:
        """Stops every process of the node where it stands."""
        signal_namespaces(self._inodes(), signal.SIGSTOP)

    def processes(self) -> list[int]:
        return processes_in(self._inodes())

    def programs(self, name: str) -> set[int]:
        """The node's processes of one name."""
        # The kernel keeps 15 characters of it.
        return {pid for pid in self.processes() if process_name(pid) == name[:15]}

    def _signal_program(self, name: str, number: signal.Signals) -> set[int]:
        inodes, pids = self._inodes(), self.programs(name)
        if not pids:
            raise LabError(f"{name} of {self.name} does not run")
        for pid in pids:
            send_signal(pid, number, lambda candidate: candidate in processes_in(inodes))
        return pids

    def hang_program(self, name: str) -> None:
        """Stops the node's processes of one name where they stand."""
        self._signal_program(name, signal.SIGSTOP)

    def resume_program(self, name: str) -> None:
        self._signal_program(name, signal.SIGCONT)

    def kill_program(self, name: str) -> set[int]:
        """SIGKILLs the node's processes of one name; returns which they were."""
        return self._signal_program(name, signal.SIGKILL)

    def resume(self) -> None:
        signal_namespaces(self._inodes(), signal.SIGCONT)

    def sanitizer_reports(self) -> list[Path]:
        """The reports that a sanitizer wrote about the node's processes."""
        return sorted(self.log.glob("sanitizer.*"))
