# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic through the cluster and what became of it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from lab.background import Background
from lab.errors import LabError
from lab.laboratory import Lab
from lab.places import binary
from lab.wait import await_condition

SERVER = "198.51.100.10"
PEER = "198.51.100.20"
CLIENT = "10.1.0.10"
PROBE_PORT = 7
FLOWS_PORT = 7000
FILES_PORT = 8000
NANOSECONDS = 1e9


@dataclass(frozen=True)
class Gap:
    """A time without a packet; seconds of the machine's monotonic clock, as time.monotonic() gives."""

    start: float
    end: float

    @property
    def milliseconds(self) -> float:
        return (self.end - self.start) * 1000


@dataclass(frozen=True)
class ProbeResult:
    """Every datagram of a probe: when it was sent, and when its echo came (None: never)."""

    samples: list[tuple[float, float | None]]

    @property
    def sent(self) -> int:
        return len(self.samples)

    @property
    def lost(self) -> int:
        return sum(received is None for _, received in self.samples)

    @property
    def reordered(self) -> int:
        """Echoes that came later than one of a datagram that was sent behind."""
        count, latest = 0, 0.0
        for _, received in self.samples:
            if received is not None:
                count += received < latest
                latest = max(latest, received)
        return count

    def since(self, moment: float) -> "ProbeResult":
        """Without what was sent before: a first datagram may wait for a neighbor, and the second one pass it."""
        return ProbeResult([sample for sample in self.samples if sample[0] >= moment])

    def arrivals(self) -> list[float]:
        return sorted(received for _, received in self.samples if received is not None)

    def longest_gap(self, since: float = 0.0) -> Gap:
        """The longest time between two echoes that ended after the moment `since`."""
        arrivals = self.arrivals()
        gaps = [Gap(first, second) for first, second in zip(arrivals, arrivals[1:]) if second >= since]
        if not gaps:
            raise LabError(f"the probe had no echo after the moment asked for ({self.sent} sent, {self.lost} lost)")
        return max(gaps, key=lambda gap: gap.milliseconds)


class UdpProbe:
    """Numbered datagrams at a fixed rate from one host to another, echoed there."""

    def __init__(self, lab: Lab, source: str = "client", destination: str = "server", address: str = SERVER,
                 rate: int = 1000, seconds: int = 300, port: int = PROBE_PORT):
        program = binary("probe", lab.build())
        self._seconds = seconds
        self._echo = Background(lab, destination, [program, "echo", port])
        try:
            self._echo.await_line("ready")
            self._probe = Background(lab, source, [program, "send", address, port, rate, seconds])
            self._probe.await_line("ready")  # the first echo has come: what is lost from now on is seen
        except BaseException:
            self.__exit__()
            raise

    def wait(self) -> ProbeResult:
        """Waits until the probe's seconds are over and returns what it saw."""
        self._probe.wait(timeout=self._seconds + 10)
        return self.finish()

    def finish(self) -> ProbeResult:
        """Ends the probe and returns what it saw."""
        lines = self._probe.stop()
        self._echo.stop()
        samples = []
        for line in lines[1:]:  # behind "ready"
            _, sent, received = line.split()
            samples.append((int(sent) / NANOSECONDS, int(received) / NANOSECONDS if int(received) else None))
        return ProbeResult(samples)

    def __enter__(self) -> "UdpProbe":
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_probe"):
            self._probe.stop()
        self._echo.stop()


class Flows:
    """Thousands of flows that stay open (probe/flows.c)."""

    def __init__(self, lab: Lab, tcp: int, udp: int, address: str = SERVER):
        program = binary("flows", lab.build())
        self._server = Background(lab, "server", [program, "serve", FLOWS_PORT])
        try:
            self._server.await_line("ready")
            self._holder = Background(lab, "client", [program, "hold", address, FLOWS_PORT, tcp, udp])
            self._holder.await_line("ready", timeout=60)
        except BaseException:
            self.__exit__()
            raise

    def check(self) -> str:
        """Uses every flow once; "tcp 5000/5000 udp 5000/5000 resets 0" where all are alive."""
        self._holder.tell("check")
        return self._holder.await_line("tcp ", timeout=60).partition(" seconds")[0]

    def __enter__(self) -> "Flows":
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_holder"):
            self._holder.stop()
        self._server.stop()


def make_file(path: Path, megabytes: int) -> str:
    """Fills a file with random bytes and returns their SHA-256."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for _ in range(megabytes):
            piece = os.urandom(1 << 20)
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Download:
    """An HTTP transfer from a file server in `server` to `client`, at most so many megabytes a second."""

    def __init__(self, lab: Lab, folder: Path, megabytes: int, megabytes_per_second: int):
        self._source, self.target = folder / "file", folder / "download"
        self.size = megabytes << 20
        self._digest = make_file(self._source, megabytes)
        self.target.unlink(missing_ok=True)
        self._server = Background(lab, "server", ["/usr/bin/python3", "-u", "-m", "http.server", FILES_PORT,
                                                  "--directory", folder], errors_too=True)
        try:
            self._server.await_line("Serving HTTP")
            self._curl = Background(lab, "client", [
                "curl", "--silent", "--show-error", "--fail", "--limit-rate", f"{megabytes_per_second}M",
                "--connect-timeout", "10", "--speed-limit", "1", "--speed-time", "30", "--output", self.target,
                f"http://{SERVER}:{FILES_PORT}/file"], errors_too=True)
        except BaseException:
            self._server.stop()
            raise

    def received(self) -> int:
        """Bytes that have come so far."""
        return self.target.stat().st_size if self.target.exists() else 0

    def await_share(self, share: float, timeout: float = 60) -> None:
        """Waits until this part (0 to 1) of the file has come."""

        def enough() -> bool:
            if self.received() < share * self.size and self._curl.process.poll() is not None:
                raise LabError(f"curl ended early: {' '.join(self._curl.lines)}")
            return self.received() >= share * self.size

        await_condition(enough, f"{share:.0%} of the transfer", timeout)

    def finish(self, timeout: float = 120) -> None:
        """Waits for the end. Raises LabError where the transfer broke or the checksum differs."""
        code = self._curl.wait(timeout)
        self._server.stop()
        if code != 0:
            raise LabError(f"the transfer broke after {self.received()} of {self.size} bytes: "
                           f"{' '.join(self._curl.lines)}")
        if digest_of(self.target) != self._digest:
            raise LabError("the transfer finished, but the checksum differs")

    def __enter__(self) -> "Download":
        return self

    def __exit__(self, *_: object) -> None:
        self._curl.stop()
        self._server.stop()
