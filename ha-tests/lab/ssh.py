# SPDX-License-Identifier: GPL-2.0-or-later
"""Administrators at a host of the lab who log in with real clients: commands over SSH, files over SCP, a terminal.

`login` below are the named arguments of `login_words`.
"""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pexpect

from .laboratory import Lab

SHARED = "10.1.0.1"  # the firewall in the client's network
PROMPT = "System:/> "
# ssh takes the first of two settings of one name: what a caller gives goes before these.
OPTIONS = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
           "-o", "ConnectTimeout=5", "-o", "PubkeyAuthentication=no")


def with_key(key: Path) -> tuple[str, ...]:
    """Options: this private key is offered, and no other."""
    return ("-o", "PubkeyAuthentication=yes", "-o", "IdentitiesOnly=yes", "-i", str(key))


def _program(name: str, password: str | None, options: tuple[str, ...]) -> list[str]:
    return [*(["sshpass", "-p", password] if password is not None else []), name, *options, *OPTIONS]


def login_words(*words: str, address: str = SHARED, user: str = "admin", password: str | None = "admin",
                options: tuple[str, ...] = ()) -> list[str]:
    """A command line of ssh; `words` are the firewall's command, none: a session. password None: nobody answers for it."""
    return [*_program("ssh", password, options), f"{user}@{address}", *words]


def ssh(lab: Lab, *words: str, host: str = "client", timeout: float = 60, **login) -> CompletedProcess:
    """One command of the firewall's."""
    return lab.run(host, login_words(*words, **login), timeout=timeout)


def scp(lab: Lab, *words: str | Path, address: str = SHARED, user: str = "admin", password: str = "admin",
        options: tuple[str, ...] = ("-O",)) -> CompletedProcess:
    """Files from or to the firewall; `fw:` at the beginning of a word stands for it and its user. "-O": not by SFTP."""
    there = f"{user}@[{address}]:" if ":" in address else f"{user}@{address}:"
    paths = [re.sub("^fw:", there, str(word)) for word in words]
    return lab.run("client", [*_program("scp", password, options), *paths], timeout=60)


def transferred(lab: Lab, *words: str | Path, **login) -> None:
    """scp, which must succeed without a word."""
    done = scp(lab, *words, **login)
    assert done.returncode == 0 and not done.stderr, done


def terminal(lab: Lab, *, columns: int = 80, kind: str = "xterm", **login) -> pexpect.spawn:
    """ssh on a terminal of the client's; what it says is expected by the caller, who closes it (force=True)."""
    words, environment = lab.enter("client")
    options = ("-tt", *login.pop("options", ()))
    return pexpect.spawn(words[0], [*words[1:], *login_words(options=options, **login)], env=environment | {"TERM": kind},
                         encoding="utf-8", timeout=20, dimensions=(100, columns))


@contextmanager
def session(lab: Lab, **options) -> Iterator[pexpect.spawn]:
    """terminal() for a block."""
    at = terminal(lab, **options)
    try:
        yield at
    finally:
        at.close(force=True)


class Dialogue:
    """ssh on a terminal whose output is read only while something is expected."""

    def __init__(self, lab: Lab, *options: str, **login):
        words, environment = lab.enter("client")
        self._terminal, terminal = pty.openpty()
        self._process = subprocess.Popen([*words, *login_words(options=("-tt", *options), **login)],
                                         stdin=terminal, stdout=terminal, stderr=terminal, env=environment | {"TERM": "xterm"})
        os.close(terminal)

    def send(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def expect(self, pattern: str, timeout: float = 15) -> str:
        """Reads until the pattern comes; returns everything read."""
        text, end = "", time.monotonic() + timeout
        while not re.search(pattern, text):
            left = end - time.monotonic()
            assert left > 0 and select.select([self._terminal], [], [], left)[0], f"no {pattern!r} in {text!r}"
            try:
                text += os.read(self._terminal, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended without {pattern!r}: {text!r}") from None
        return text

    def wait(self) -> int:
        return self._process.wait(15)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)
