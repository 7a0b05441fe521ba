# SPDX-License-Identifier: GPL-2.0-or-later
"""A receiver of SNMP traps (snmptrapd) in a host of the lab, which knows the MIB that comes with the build."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.wait import await_condition

MODULE = "HADRIAN-TRAPS-MIB"


def mib_environment(build: Path) -> dict[str, str]:
    """For net-snmp's programs: the MIB of a build, what that imports, and no file of this machine."""
    return {"MIBDIRS": f"{build / 'configs' / 'mibs'}:{REPOSITORY / 'ha-tests' / 'mibs'}", "MIBS": MODULE,
                               "SNMPCONFPATH": "/nonexistent"}


class Trap(NamedTuple):
    """A notification as the receiver took it: where its packet came from, its name in the MIB, and its objects by name."""

    source: str
    name: str
    values: dict[str, str]


def _parse(line: str) -> Trap:
    transport, *variables = line.split("\t")
    source = re.search(r"\[([^]]+)\]", transport)
    assert source, line
    notification = re.fullmatch(rf"\S+ = OID: {MODULE}::(\w+)", variables[1])
    values = {}
    for variable in variables[2:]:
        found = re.fullmatch(rf"{MODULE}::(\w+)\.0 = (?:[\w-]+: )?(.*)", variable)
        assert found, variable
        values[found[1]] = found[2].strip('"')
    return Trap(source[1], notification[1] if notification else variables[1], values)


class TrapServer:
    """Use it in a `with`. It takes traps of one community only."""

    def __init__(self, lab: Lab, host: str, address: str, port: int = 162, community: str = "public"):
        self._folder = Path(tempfile.mkdtemp(prefix="hadrian-traps-"))
        self._file = self._folder / "traps"
        configuration = self._folder / "snmptrapd.conf"
        configuration.write_text(f"authCommunity log {community}\n", encoding="utf-8")
        environment = mib_environment(lab.build()) | {"SNMP_PERSISTENT_DIR": str(self._folder)}
        words = ["snmptrapd", "-f", "-n", "-C", "-c", configuration, "-Lf", self._file, "-F", "TRAP %b\t%v\n", f"udp:{address}:{port}"]
        self._process = lab.popen(host, ["env", *(f"{name}={value}" for name, value in environment.items()), *words],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._lab, self._host, self._port = lab, host, port

    def __enter__(self) -> Self:
        def listens() -> bool:
            return f":{self._port} " in self._lab.run(self._host, ["ss", "-Huln"]).stdout

        await_condition(listens, "snmptrapd", 10)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder)

    def traps(self) -> list[Trap]:
        """All that came so far."""
        if not self._file.exists():
            return []
        whole = self._file.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0]
        return [_parse(line.removeprefix("TRAP ")) for line in whole.splitlines() if line.startswith("TRAP ")]

    def await_trap(self, name: str, source: str, after: int = 0, **values: str) -> Trap:
        """The first of that name, from that address and with these values (regular expressions), behind the first so many of all."""
        found: list[Trap] = []

        def fits(trap: Trap) -> bool:
            return (trap.name, trap.source) == (name, source) and all(re.search(wanted, trap.values[key]) for key, wanted in values.items())

        def came() -> bool:
            found[:] = [trap for trap in self.traps()[after:] if fits(trap)]
            return bool(found)

        await_condition(came, f"{name} {values or ''} from {source} at snmptrapd", 20)
        return found[0]
