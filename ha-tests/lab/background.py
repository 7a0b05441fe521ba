# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that run in a host of the lab while a test does something else."""

import contextlib
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

from lab.errors import LabError
from lab.laboratory import Lab


@contextlib.contextmanager
def meanwhile(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """For the length of a `with`, work runs on a thread; it must return soon after the event that it is given is set."""
    over = threading.Event()
    worker = threading.Thread(target=work, args=(over,))
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


class Background:
    """A program in the background, its output collected line by line. End it with stop(), or use it in a `with`."""

    def __init__(self, lab: Lab, host: str, arguments: list, errors_too: bool = False):
        self._what = f"{host}: {' '.join(map(str, arguments))}"
        errors = subprocess.STDOUT if errors_too else subprocess.PIPE
        self.process = lab.popen(host, arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                 text=True, start_new_session=True)
        self.lines: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)

    def await_line(self, text: str, timeout: float = 10) -> str:
        """Waits for the next line that holds the text."""
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._fresh.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise LabError(f"{self._what}: no \"{text}\" within {timeout:g} s") from None
            if line is None:
                raise LabError(f"{self._what}: ended with code {self.process.wait()} without \"{text}\": "
                               f"{' | '.join(self.lines[-3:])}{self._errors()}")
            if text in line:
                return line

    def tell(self, line: str) -> None:
        """Writes one line to the program's standard input."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise LabError(f"{self._what} ended before it was told '{line}': {' | '.join(self.lines[-3:])}{self._errors()}") from None

    def wait(self, timeout: float) -> int:
        """Waits for the program's own end; returns its exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self._what}: still running after {timeout:g} s") from None
        self._reader.join()
        return code

    def stop(self, timeout: float = 10) -> list[str]:
        """Ends the program (SIGTERM) if it has not ended by itself, and returns all its lines."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        return self.lines

    def _errors(self) -> str:
        return " " + self.process.stderr.read().strip() if self.process.stderr is not None else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Capture(Background):
    """Every frame on one interface of a host that matches the expression, from now until it is stopped (tcpdump)."""

    def __init__(self, lab: Lab, host: str, interface: str, expression: str):
        super().__init__(lab, host, ["tcpdump", "-i", interface, "-l", "-n", "-e", "-tt", "--immediate-mode", expression],
                         errors_too=True)
        try:
            self.await_line("listening on")
        except BaseException:
            self.stop()
            raise

    @property
    def frames(self) -> list[str]:
        """One line for each frame so far: time, Ethernet header, packet. What tcpdump says of itself is left out."""
        return [line for line in self.lines if re.match(r"\d+\.\d+ ", line)]

