# SPDX-License-Identifier: GPL-2.0-or-later
"""
The columns of the fault matrix: what goes on while a fault happens. Flows stand open in all of them. What is over soon may be
over before the fault comes: scene.met says whether it was still going on.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

from lab.background import Background, meanwhile
from lab.errors import LabError
from lab.followed_log import FollowedLog
from lab.node import LabNode
from lab.ssh import login_words
from lab.traffic import SERVER
from matrix.faults import Scene

IPERF_PORT = 5201
CLUSTERD = "hadrian-clusterd"
BULK = 30000
# What takes hundredths of a second by itself is stretched, so that the fault comes while it goes on. A node that yields waits for its
# peer for longer than this.
PAUSE, DELAY = 0.3, 0.1
IMPATIENT = ("-T", "-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=3")


@dataclass(frozen=True)
class Activity:
    """One column."""

    name: str
    go_on: Callable[[Scene], AbstractContextManager[None]]
    unmirrored: bool = False  # the standby has not got everything yet, so that a loss of the active loses flows
    crowd: int = 0  # flows beside those that always stand open
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
def paused(node: LabNode, program: str, seconds: float) -> Iterator[None]:
    """The program, which was stopped where it stood, goes on so long after the beginning of the context."""

    def go_on(over: threading.Event) -> None:
        over.wait(seconds)
        with suppress(LabError):  # it does not run any more
            node.resume_program(program)

    with meanwhile(go_on):
        yield


@contextmanager
def bulk_sync(scene: Scene) -> Iterator[None]:
    """The standby has just started, has joined its peer, and is being told everything; its clusterd pauses meanwhile."""
    standby = scene.cluster.nodes[scene.cluster.standby()]
    standby.crash()
    log = FollowedLog(standby.log_file(CLUSTERD))
    standby.start()
    log.await_text("the peer joined the group", timeout=60)
    standby.hang_program(CLUSTERD)
    with paused(standby, CLUSTERD, PAUSE):
        time.sleep(scene.random.uniform(0, DELAY))
        scene.met = standby.counter("flow/mirrored") < BULK
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
    """The active node has yielded, and the peer, whose clusterd pauses, has not taken over yet."""
    node, peer = (scene.cluster.nodes[name] for name in (scene.cluster.active(), scene.cluster.standby()))
    log = FollowedLog(node.log_file(CLUSTERD))

    peer.hang_program(CLUSTERD)
    with meanwhile(lambda _: node.cli("ha -deactivate")):
        log.await_text("yielding: deactivated by command")
        with paused(peer, CLUSTERD, PAUSE):
            time.sleep(scene.random.uniform(0, DELAY))
            scene.met = not log.holds("the peer has taken over")
            yield


ACTIVITIES = {activity.name: activity for activity in [
    Activity("idle", idle),
    Activity("traffic", traffic),
    Activity("bulk-sync", bulk_sync, unmirrored=True, crowd=BULK),
    Activity("commit", commit),
    Activity("hand-over", hand_over, moving=True),
]}
