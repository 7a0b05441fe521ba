# SPDX-License-Identifier: GPL-2.0-or-later
"""A DHCP server (ISC dhcpd) on a host of the lab."""

import tempfile
from pathlib import Path
from typing import Self

from lab.background import Background
from lab.laboratory import Lab


class DhcpServer:
    """Serves a subnet on an interface of a host, and logs to its lines. Leases are forgotten with it, not with a restart."""

    def __init__(self, lab: Lab, host: str, subnet: str, interface: str = "eth0", leases: str = ""):
        """subnet: of dhcpd.conf; leases: those of another server that it takes over."""
        self._lab, self._host, self._interface, self._subnet = lab, host, interface, subnet
        self._folder = tempfile.TemporaryDirectory()
        self._leases = Path(self._folder.name) / "leases"
        self._leases.write_text(leases, encoding="utf-8")
        Path(self._folder.name).chmod(0o777)
        self._leases.chmod(0o666)
        self.program: Background | None = None

    def start(self) -> Self:
        folder = Path(self._folder.name)
        (folder / "conf").write_text(f"ping-check false; min-lease-time 2; {self._subnet}\n", encoding="utf-8")
        (folder / "conf").chmod(0o644)
        self.program = Background(self._lab, self._host, ["dhcpd", "-f", "-d", "-4", "-cf", folder / "conf", "-lf", self._leases, "-pf",
                                                          folder / "pid", self._interface], errors_too=True)
        self.program.await_line("Server starting service")
        return self

    def stop(self) -> None:
        if self.program:
            self.program.stop()
        self.program = None

    def restart(self, subnet: str) -> None:
        """With another configuration, and the leases that there are."""
        self.stop()
        self._subnet = subnet
        self.start()

    def seen(self, text: str) -> list[str]:
        """What it has logged with that text since it started."""
        return [line for line in self.program.lines if text in line] if self.program else []

    def leases(self) -> str:
        return self._leases.read_text(encoding="utf-8")

    def identifiers(self) -> set[str]:
        """The client identifiers (option 61) that it has given leases to."""
        return {line.strip() for line in self.leases().splitlines() if line.strip().startswith("uid ")}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()
