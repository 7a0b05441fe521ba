# SPDX-License-Identifier: GPL-2.0-or-later
"""A syslog server (rsyslogd) in a host of the lab."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

from lab.laboratory import Lab
from lab.wait import await_condition

CONFIGURATION = """
module(load="imudp")
input(type="imudp" address="{address}" port="{port}")
template(name="line" type="string" string="%fromhost-ip% %hostname% %syslogfacility-text% %syslogseverity% %syslogtag%%msg%\\n")
action(type="omfile" file="{file}" template="line")
"""


class Message(NamedTuple):
    """A line as the server took it: where its packet came from, and what its header says."""

    source: str
    host: str
    facility: str
    severity: int
    text: str


class SyslogServer:
    """Use it in a `with`."""

    def __init__(self, lab: Lab, host: str, address: str, port: int = 514):
        self.folder = Path(tempfile.mkdtemp(prefix="hadrian-syslog-"))
        self._file = self.folder / "messages"
        configuration = self.folder / "rsyslog.conf"
        configuration.write_text(CONFIGURATION.format(address=address, port=port, file=self._file), encoding="utf-8")
        self._process = lab.popen(host, ["rsyslogd", "-n", "-x", "-f", configuration, "-i", self.folder / "pid"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._lab, self._host, self._port = lab, host, port

    def __enter__(self) -> Self:
        def listens() -> bool:
            return f":{self._port} " in self._lab.run(self._host, ["ss", "-Huln"]).stdout

        await_condition(listens, "the syslog server", 10)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.folder)

    def messages(self) -> list[Message]:
        """All that came so far."""
        if not self._file.exists():
            return []
        whole = self._file.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0]
        return [Message(source, host, facility, int(severity), text)
                for source, host, facility, severity, text in (line.split(" ", 4) for line in whole.splitlines())]

    def await_message(self, pattern: str, source: str, after: int = 0, timeout: float = 20) -> Message:
        """The first message from an address with that text (a regular expression), behind the first so many of all."""
        found: list[Message] = []

        def came() -> bool:
            found[:] = [each for each in self.messages()[after:] if each.source == source and re.search(pattern, each.text)]
            return bool(found)

        await_condition(came, f"{pattern} from {source} at the syslog server", timeout)
        return found[0]
