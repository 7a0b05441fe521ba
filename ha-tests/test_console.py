# SPDX-License-Identifier: GPL-2.0-or-later
"""The local console: with and without a login, and as the login program of a serial line."""

import sys
import termios
from collections.abc import Callable, Iterator

import pexpect
import pytest
from lab.cluster import Cluster
from lab.laboratory import LabNode

PROMPT = r"System:/> "
NO_LOGIN = "set COMPortAccess COM1 AuthProfile=<empty>\nactivate\ncommit\n"


@pytest.fixture
def node(cluster: Cluster) -> Iterator[LabNode]:
    active = cluster.nodes[cluster.active()]
    yield active
    assert active.commands(NO_LOGIN).returncode == 0
    cluster.await_well()


Terminal = Callable[..., pexpect.spawn]


@pytest.fixture
def terminal(node: LabNode) -> Iterator[Terminal]:
    """Starts `hadrian` with these arguments on a terminal of the node."""
    children = []

    def start(*arguments: str) -> pexpect.spawn:
        words = [*node.enter(), str(node.binary("hadrian")), *arguments]
        child = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "xterm"}, encoding="utf-8",
                              timeout=20, cwd="/", logfile=sys.stdout)
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


def ask_for_logins(node: LabNode, *commands: str) -> None:
    done = node.commands("\n".join([*commands, "set COMPortAccess COM1 AuthProfile=MgmtAuthProfile", "activate", "commit", ""]))
    assert done.returncode == 0, done.stdout


@pytest.mark.feature("C02-009", "C02-019")
def test_no_login_by_default(node: LabNode, terminal: Terminal) -> None:
    shown = node.cli("show COMPortAccess").stdout
    assert [line.split() for line in shown.splitlines() if "COM1" in line] == [["COM1", "115200", "8", "None", "1", "None", "40", "80"]]
    for heading in ("Port", "Bps", "Data bits", "Parity", "Stop bits", "Flow control", "Rows", "Cols"):
        assert heading in shown
    child = terminal()
    assert child.expect([PROMPT, "Username:"]) == 0
    child.sendline("exit")
    child.expect(pexpect.EOF)
    assert "cannot be deleted" in node.cli("delete COMPortAccess COM1").stdout


@pytest.mark.feature("C02-019", "C02-036")
def test_a_profile_asks_for_a_login(node: LabNode, terminal: Terminal) -> None:
    ask_for_logins(node)
    child = terminal()
    child.expect("Username:")
    child.sendline("admin")
    child.expect("Password:")
    child.sendline("wrong")
    child.expect("Login incorrect")
    child.expect("Username:")
    child.sendline("admin")
    child.expect("Password:")
    child.sendline("admin")
    child.expect("Welcome!")
    assert "admin" not in child.before
    child.expect(PROMPT)
    child.sendline("exit")
    child.expect(pexpect.EOF)
    # What root runs without a terminal asks nobody.
    assert node.cli("about").returncode == 0


@pytest.mark.feature("C02-036")
def test_three_wrong_passwords_end_it(node: LabNode, terminal: Terminal) -> None:
    ask_for_logins(node)
    child = terminal("--login")
    for _ in range(3):
        child.expect("Username:")
        child.sendintr()
        child.sendline("admin")
        child.expect("Password:")
        child.sendline("wrong")
        child.expect("Login incorrect")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 1


@pytest.mark.feature("C02-019")
def test_the_serial_line_is_set_up(node: LabNode, terminal: Terminal) -> None:
    done = node.commands("set COMPortAccess COM1 BitsPerSecond=9600 DataBits=7 Parity=Even StopBits=2 Rows=30 Cols=90\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    child = terminal("--login=COM1")
    child.setwinsize(0, 0)
    child.expect(PROMPT)
    settings = termios.tcgetattr(child.child_fd)
    assert settings[4] == settings[5] == termios.B9600
    assert settings[2] & termios.CSTOPB
    child.sendline("exit")
    child.expect(pexpect.EOF)
    unknown = terminal("--login=COM9")
    unknown.expect("there is no COMPortAccess 'COM9'")
    assert node.commands("set COMPortAccess COM1 BitsPerSecond=<empty> DataBits=<empty> Parity=<empty> StopBits=<empty> "
                         "Rows=<empty> Cols=<empty>\nactivate\ncommit\n").returncode == 0


@pytest.mark.feature("C02-075")
def test_the_way_back_in(cluster: Cluster, node: LabNode, terminal: Terminal) -> None:
    """Nobody can log in over SSH; the console has users of its own."""
    ask_for_logins(node, "add LocalUserDatabase Console", "cc LocalUserDatabase Console",
                   "add User local Password=separate Groups=Administrators", "cc",
                   "add AuthenticationProfile Console LocalUserDB=Console")
    assert node.commands("set COMPortAccess COM1 AuthProfile=Console\nactivate\ncommit\n").returncode == 0
    child = terminal()
    child.expect("Username:")
    child.sendline("admin")
    child.expect("Password:")
    child.sendline("admin")
    child.expect("Login incorrect")
    child.expect("Username:")
    child.sendline("local")
    child.expect("Password:")
    child.sendline("separate")
    child.expect(PROMPT)
    child.sendline("exit")
    child.expect(pexpect.EOF)
    assert node.commands(NO_LOGIN + "delete AuthenticationProfile Console\ndelete LocalUserDatabase Console\nactivate\ncommit\n").returncode == 0
