# SPDX-License-Identifier: GPL-2.0-or-later
"""The columns of the fault matrix: what goes on while a fault happens. Flows stand open in all of them."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from lab.background import Background, meanwhile
from lab.errors import LabError
from lab.ssh import login_words
from lab.traffic import SERVER
from lab.wait import await_condition
from matrix.faults import Scene

IPERF_PORT = 5201
IMPATIENT = ("-T", "-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=3")


@dataclass(frozen=True)
class Activity:
    """One column."""

    name: str
    go_on: Callable[[Scene], AbstractContextManager[None]]
    unmirrored: bool = False  # the standby has not got everything yet, so that a loss of the active loses flows
    moving: bool = False  # activity is on its way from one node to the other


@contextmanager
def idle(_: Scene) -> Iterator[None]:
    yield


@contextmanager
def traffic(scene: Scene) -> Iterator[None]:
    """A TCP transfer as quick as it goes, and packets at a rate."""
    lab = scene.cluster.lab
    with Background(lab, "server", ["iperf3", "--server", "--forceflush", "--port", IPERF_PORT], errors_too=True) as server:
        server.await_line("Server listening")
        client = ["iperf3", "--client", SERVER, "--port", IPERF_PORT, "--time", 600, "--bitrate", "50M", "--forceflush"]
        with Background(lab, "client", client, errors_too=True) as load:
            load.await_line("connected to")
            yield
            if load.process.poll() is not None:
                raise LabError(f"the transfer broke: {' '.join(load.lines[-3:])}")


@contextmanager
def bulk_sync(scene: Scene) -> Iterator[None]:
    """The standby has just started and is being told everything."""
    standby = scene.cluster.nodes[scene.cluster.standby()]
    standby.crash()
    standby.start()
    await_condition(lambda: standby.status().peer_alive, "the start of the standby", timeout=60, interval=0.02)
    yield


@contextmanager
def commit(scene: Scene) -> Iterator[None]:
    """An administrator at a client commits one change after the other, at whichever node answers for the shared address."""

    def change(over: threading.Event) -> None:
        number = 0
        while not over.is_set():
            number += 1
            lines = f"set Address IPAddress if1_ip Comments=change{number}\nactivate\ncommit\nexit\n"
            # The node may go meanwhile: what becomes of a change is seen in the end, when both must have the same.
            with scene.cluster.lab.popen("client", login_words(options=IMPATIENT), stdin=subprocess.PIPE, text=True,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
                client.communicate(lines)

    with meanwhile(change):
        yield


@contextmanager
def hand_over(scene: Scene) -> Iterator[None]:
    """The active node was just told to hand over."""
    node = scene.cluster.nodes[scene.cluster.active()]
    delay = scene.random.uniform(0, 0.1)
    told = threading.Thread(target=lambda: node.cli("ha -deactivate"))
    told.start()
    time.sleep(delay)
    yield
    told.join()


ACTIVITIES = {activity.name: activity for activity in [
    Activity("idle", idle),
    Activity("traffic", traffic),
    Activity("bulk-sync", bulk_sync, unmirrored=True),
    Activity("commit", commit),
    Activity("hand-over", hand_over, moving=True),
]}
