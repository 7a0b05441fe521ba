#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration: a transfer and a probe go through the cluster, the active node is killed, and both go on."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from lab.background import Capture
from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import Lab, interrupts_raise
from lab.main import print_status
from lab.places import lab_name
from lab.traffic import Download, ProbeResult, UdpProbe

MEGABYTES = 240
MEGABYTES_PER_SECOND = 24
KILL_AT = 0.45  # of the transfer
GAP_LIMIT_MS = 1000
STRIP_STEP = 0.010  # seconds a character of the strip
STRIP_BEFORE, STRIP_AFTER = 0.25, 0.55
RESETS = "tcp[tcpflags] & tcp-rst != 0"


class Story:
    """What happened, in order, on one clock."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._events: list[tuple[float, str]] = []
        self.broken: list[str] = []

    def event(self, text: str, moment: float | None = None) -> None:
        self._events.append((time.monotonic() if moment is None else moment, text))

    def print(self) -> None:
        print("\n   seconds  what happened")
        for moment, text in sorted(self._events):
            print(f"  {moment - self._start:8.3f}  {text}")


def strip(result: ProbeResult, kill: float) -> str:
    """The echoes around the kill: one character for 10 ms, # where all came, + some, . none."""
    first = kill - STRIP_BEFORE
    length = round((STRIP_BEFORE + STRIP_AFTER) / STRIP_STEP)
    sent, answered = [0] * length, [0] * length
    for when, received in result.samples:
        place = int((when - first) / STRIP_STEP)
        if 0 <= place < length:
            sent[place] += 1
            answered[place] += received is not None
    return "".join(" " if not all_ else "#" if some == all_ else "+" if some else "." for all_, some in zip(sent, answered))


def transfer_through_a_crash(lab: Lab, story: Story, folder: Path) -> None:
    cluster = Cluster(lab)
    victim = cluster.active()
    with Capture(lab, "client", "eth0", RESETS) as resets, UdpProbe(lab) as probe, \
            Download(lab, folder, MEGABYTES, MEGABYTES_PER_SECOND) as download:
        story.event(f"client fetches {MEGABYTES} MB from server over TCP, and probes it with 1,000 UDP packets/s; "
                    f"{victim} is active")
        download.await_share(KILL_AT)
        victim, survivor, kill = cluster.crash_active()
        story.event(f"KILL   every process of {victim} at once (SIGKILL), with {download.received() >> 20} MB through", kill)
        story.event(f"       {survivor} says that it is active", cluster.await_active(survivor))
        download.finish()
        story.event("       transfer finished: checksum equal")
        result = probe.finish()
    gap = result.longest_gap(kill)
    story.event(f"       first packet through {survivor}", gap.end)
    story.print()
    print(f"\n  UDP echoes, 10 ms a character, the kill at the arrow (# all, + some, . none):\n"
          f"  {strip(result, kill)}\n  {' ' * round(STRIP_BEFORE / STRIP_STEP)}^")
    print(f"\n  traffic stood still for {gap.milliseconds:.0f} ms: {result.lost} of {result.sent} UDP packets lost, "
          f"{len(resets.frames)} TCP resets")
    if gap.milliseconds > GAP_LIMIT_MS:
        story.broken.append(f"the gap of {gap.milliseconds:.0f} ms is longer than {GAP_LIMIT_MS} ms")
    if resets.frames:
        story.broken.append(f"TCP was reset: {resets.frames[0]}")
    restart(cluster, victim, survivor, story)


def restart(cluster: Cluster, victim: str, survivor: str, story: Story) -> None:
    """The killed node comes back as standby and takes nothing away from the other (no fail-back)."""
    start = time.monotonic()
    cluster.nodes[victim].start()
    cluster.await_well()
    print(f"  {victim} started again: in sync after {time.monotonic() - start:.1f} s; ", end="")
    if cluster.active() == survivor:
        print(f"{survivor} stays active, as it should")
    else:
        print(f"{victim} took over by itself")
        story.broken.append(f"{victim} seized activity when it came back")


INVITATION = """
The lab is running. Try:
  ./lab status
  ./lab cli master ha
  ./lab cli master 'flow -show'
  ./lab exec client ping 198.51.100.10
  ./lab exec client curl --insecure --user admin:admin 'https://10.1.0.1/nph-vpn.cgi?cmd=sysinfo'
  ./lab crash {active}; ./lab status; ./lab start {active}
  ./lab down
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="take the lab down at the end")
    arguments = parser.parse_args()
    lab = Lab(lab_name())
    keep = False
    try:
        if lab.exists():
            raise LabError(f"lab {lab.name} is up already - remove it first: ./lab down")
        print("demo: starting two firewalls, a client and a server in network namespaces", flush=True)
        lab.up()
        try:
            print_status(lab)
            story = Story()
            with tempfile.TemporaryDirectory(prefix="hadrian-demo-") as folder:
                transfer_through_a_crash(lab, story, Path(folder))
            if story.broken:
                print(f"\ndemo: BROKEN: {'; '.join(story.broken)}")
                return 1
            print("\ndemo: nothing broke")
            keep = not arguments.once
            if keep:
                print(INVITATION.format(active=Cluster(lab).active()))
            return 0
        finally:
            if not keep:
                lab.down()
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; nothing was left behind", file=sys.stderr)
        return 130


if __name__ == "__main__":
    with interrupts_raise():
        sys.exit(main())
