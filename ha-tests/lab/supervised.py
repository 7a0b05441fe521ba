# SPDX-License-Identifier: GPL-2.0-or-later
"""A node of a lab that starts as an appliance does: hadrian-supervisor runs the daemons of an installed build."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from lab.errors import LabError
from lab.node import DAEMONS, LabNode
from lab.processes import process_name, send_signal, start_time
from lab.wait import await_condition

SUPERVISOR = "hadrian-supervisor"
RELEASE = Path("/run/hadrian/release")  # as the node sees it
STOP_TIMEOUT = 60.0
# A daemon with sanitizers on a busy machine; a release that cannot come up is found out earlier, by its daemons' end.
TRIAL_SECONDS = 40
SUPERVISED = "supervised"  # of lab.json
DELIVERED, PREVIOUS = "delivered", "previous"  # installed builds


def installed(lab: str, which: str = "") -> Path:
    """Where a lab's installed builds are, or one of them. Not in /run, of which a node has its own."""
    return Path(f"/var/tmp/hadrian-lab-{lab}") / which


def install(build: Path, folder: Path) -> None:
    """Installs a build as an appliance has it."""
    done = subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet"], text=True, check=False,
                          env=os.environ | {"DESTDIR": str(folder)}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise LabError(f"{build} cannot be installed: {done.stdout[-600:]}")


class SupervisedNode(LabNode):
    """Its daemons are children of its supervisor, and come back by themselves."""

    delivered = DELIVERED  # which of the lab's installed builds it runs from its next start on

    def base(self) -> Path:
        """The installed build that the node was delivered with."""
        return next(installed(self.lab, self.delivered).glob("**/sbin/hadrian-supervisor")).parents[1]

    def binary(self, name: str) -> Path:
        folder = "bin" if name == "hadrian" else "sbin"
        installed = self.base() / folder / name
        return installed if installed.is_file() else super().binary(name)

    def environment(self) -> dict[str, str]:
        """As on an appliance: the supervisor says where the daemons' data is."""
        environment = super().environment()
        for name in ("HADRIAN_SCHEMA_DIR", "HADRIAN_CGI_DIR", "HADRIAN_MIB_DIR", "HADRIAN_LOG", "HADRIAN_RADIUS", "HADRIAN_SSHD", "HADRIAN_CLI", "HADRIAN_SCP"):
            environment.pop(name, None)
        return environment

    def start_supervisor(self, *options: str) -> None:
        self.start_program(SUPERVISOR, ["--base", str(self.base()), "--trial-seconds", str(TRIAL_SECONDS), *options,
                                        "--", *self._datapath_arguments()])

    def start(self) -> None:
        if self.running():
            raise LabError(f"{self.name} runs already")
        self.start_supervisor()

    def start_daemon(self, name: str) -> None:
        """The supervisor starts all of them, with the first that is asked for."""
        if name not in DAEMONS:
            super().start_daemon(name)
        elif super().daemon_pid(SUPERVISOR) is None:
            self.start_supervisor()

    def daemon_pid(self, name: str) -> int | None:
        supervisor = super().daemon_pid(SUPERVISOR)
        if name == SUPERVISOR or supervisor is None:
            return supervisor if name == SUPERVISOR else None
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
        try:
            pids = [int(pid) for pid in children.read_text(encoding="utf-8").split()]
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The kernel keeps 15 characters of a name.
        return next((pid for pid in pids if process_name(pid) == name[:15] and start_time(pid) is not None), None)

    def check_daemons(self, names: list[str]) -> None:
        """A daemon that ended is on its way back; only the supervisor must be there."""
        super().check_daemons([SUPERVISOR])

    def log_file(self, name: str) -> Path:
        return super().log_file(SUPERVISOR)

    def stop(self) -> None:
        """SIGTERM for the supervisor, and nothing is left."""
        pid = self.daemon_pid(SUPERVISOR)
        if pid is not None:
            send_signal(pid, signal.SIGTERM, lambda _: self.daemon_pid(SUPERVISOR) == pid)
            await_condition(lambda: self.daemon_pid(SUPERVISOR) is None, f"the end of the supervisor of {self.name}",
                            STOP_TIMEOUT)
        self.end_rest()

    def release(self) -> str:
        """The version that runs, as the mount of the release says."""
        return self.run(["cat", RELEASE / "share/hadrian/version"]).stdout.strip()

    def put_file(self, source: Path, name: str) -> None:
        """An upload: a file of the administrator's root folder."""
        shutil.copyfile(source, self.state / "upload")
        done = self.run(["sh", "-c", f"umask 077 && mkdir -p /run/hadrian/files && mv /var/lib/hadrian/upload '/run/hadrian/files/{name}'"])
        if done.returncode != 0:
            raise LabError(f"{self.name}: {name} cannot be put into the root folder: {done.stderr}")
