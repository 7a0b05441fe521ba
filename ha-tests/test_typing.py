# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line as it is typed: a terminal (tmux) at the client, ssh to the firewall, keys in, the screen out."""

import itertools
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import Lab
from lab.ssh import Dialogue, login_words, transferred
from lab.wait import await_condition

NUMBERS = itertools.count()


class Terminal:
    """A terminal of the client's with a session of the command line in it."""

    def __init__(self, lab: Lab, user: str = "admin", password: str = "admin", columns: int = 100):
        self._lab = lab
        self._socket = f"{lab.name}-{next(NUMBERS)}"
        command = shlex.join(login_words(user=user, password=password, options=("-tt",)))
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", "40", command)
        self.await_screen("System:/>")

    def _tmux(self, *words: str) -> str:
        done = self._lab.run("client", ["tmux", "-L", self._socket, *words])
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Names of keys as tmux has them: Tab, Up, Enter, C-c."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What can be seen, rows without the blanks at their ends."""
        return "\n".join(row.rstrip() for row in self._tmux("capture-pane", "-p").splitlines()).rstrip()

    def expect(self, condition: Callable[[], bool], what: str) -> None:
        try:
            await_condition(condition, what, 15)
        except LabError as error:
            raise AssertionError(f"{error}; the screen:\n{self.screen() if self.is_open() else 'gone'}") from None

    def await_screen(self, text: str) -> str:
        self.expect(lambda: text in self.screen(), repr(text))
        return self.screen()

    def await_line(self, line: str) -> None:
        """The last row is this; a blank at its end cannot be seen."""
        self.expect(lambda: self.screen().splitlines()[-1:] == [line], f"{line!r} as the last row")

    def enter(self, line: str) -> None:
        self.type(line)
        self.keys("Enter")

    def clear(self) -> None:
        """An empty prompt at the top."""
        self.keys("C-c", "C-l")
        self.expect(lambda: self.screen() == "System:/>", "an empty prompt")

    def resize(self, columns: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", "40")

    def is_open(self) -> bool:
        return self._lab.run("client", ["tmux", "-L", self._socket, "has-session"]).returncode == 0

    def close(self) -> None:
        self._lab.run("client", ["tmux", "-L", self._socket, "kill-server"])


@pytest.fixture
def terminal(cluster: Cluster) -> Iterator[Terminal]:
    made = Terminal(cluster.lab)
    yield made
    made.close()


@pytest.mark.feature("C02-027", "C02-030", "C02-008", "C02-021")
def test_tab_completes(terminal: Terminal) -> None:
    terminal.type("sh")
    terminal.keys("Tab")
    terminal.type("ADDR")
    terminal.keys("Tab")
    terminal.type("ip")
    terminal.keys("Tab")
    terminal.type("if1_n")
    terminal.keys("Tab", "Enter")
    screen = terminal.await_screen("10.1.0.0/24")
    assert "System:/> show Address IPAddress if1_net" in screen
    terminal.clear()
    terminal.type("add ")
    terminal.keys("Tab")
    screen = terminal.await_screen("RoutingTable/")
    assert "Address" in screen
    terminal.await_line("System:/> add")


@pytest.mark.feature("C02-027", "C02-028", "C02-029")
def test_properties_and_values(terminal: Terminal) -> None:
    terminal.type("set RemoteManagement RemoteMgmtSSH ssh loge")
    terminal.keys("Tab")
    terminal.await_line("System:/> set RemoteManagement RemoteMgmtSSH ssh LogEnabled=")
    terminal.keys("Tab")
    screen = terminal.await_screen("List of all valid choices:")
    assert "       Type:  Boolean\n" in screen and "    Default:  Yes\n" in screen
    assert screen.endswith("Name\n-----------\n<empty>\nYes\nNo\nSystem:/> set RemoteManagement RemoteMgmtSSH ssh LogEnabled=")
    terminal.type("?")
    terminal.keys("Tab")
    terminal.await_screen("Current Value:  Yes")
    terminal.await_line("System:/> set RemoteManagement RemoteMgmtSSH ssh LogEnabled=")
    terminal.type("*")
    terminal.keys("Tab")
    terminal.await_line("System:/> set RemoteManagement RemoteMgmtSSH ssh LogEnabled=Yes")
    terminal.keys("C-c")
    terminal.type("add Address IPAddress new ")
    terminal.keys("Tab")
    terminal.await_line("System:/> add Address IPAddress new Address=")
    terminal.keys("C-c")
    terminal.type("set Address IPAddress if1_net Address=.")
    terminal.keys("Tab")
    terminal.await_line("System:/> set Address IPAddress if1_net Address=10.1.0.0/24")


@pytest.mark.feature("C02-026")
def test_history(terminal: Terminal) -> None:
    terminal.enter("about")
    terminal.await_screen("Hadrian")
    terminal.enter("set System Comments=x Password=hidden1")
    terminal.await_screen("has no property 'Password'")
    terminal.clear()
    terminal.keys("Up")
    terminal.await_line("System:/> about")
    terminal.keys("Home")
    terminal.type("help ")
    terminal.keys("Enter")
    terminal.await_screen("about (version). Show which version this is")
    terminal.keys("Up", "Up")
    terminal.await_line("System:/> about")
    terminal.keys("Up", "Up", "Down")
    terminal.await_line("System:/> help about")


def test_control_keys(cluster: Cluster, terminal: Terminal) -> None:
    terminal.type("show -chan")
    terminal.keys("C-c")
    terminal.await_line("System:/>")
    terminal.enter("about")
    terminal.await_screen("Hadrian")
    terminal.clear()
    terminal.keys("C-d")
    terminal.expect(lambda: not terminal.is_open(), "the end of the session")


def test_a_running_command_is_broken_off(cluster: Cluster, terminal: Terminal) -> None:
    node = cluster.nodes[cluster.active()]
    lines = "".join(f"add IPAddress broken{n} Address=10.9.0.1\n" for n in range(1, 10001))
    assert node.commands(lines).returncode == 0
    try:
        terminal.enter("show Address IPAddress")
        terminal.keys("C-c")
        terminal.await_line("System:/>")
        terminal.enter("about")
        terminal.await_screen("Hadrian")
        terminal.await_line("System:/>")
    finally:
        assert node.cli("reject").returncode == 0


def test_long_output_is_cut_short(cluster: Cluster) -> None:
    """8 MB are more than what ssh and the terminals on its way take before anybody has read it."""
    node = cluster.nodes[cluster.active()]
    write = "mkdir -p /run/hadrian/scripts; seq -f '# line %07.0f is as long as a row of eighty columns, and one of very many like it' 95000"
    assert node.run(["sh", "-c", f"{write} > /run/hadrian/scripts/long.sgs"]).returncode == 0
    dialogue = Dialogue(cluster.lab)
    try:
        dialogue.expect(r"System:/> ")
        dialogue.send("script -show long.sgs\r")
        dialogue.expect("line 0000100")
        dialogue.send("\x03")
        shown = dialogue.expect(r"System:/> $", 60)
        assert "line 0095000" not in shown
        assert shown.count("# line") < 60000
        dialogue.send("about\r")
        dialogue.expect(r"Hadrian(.|\n)*System:/> ")
    finally:
        dialogue.close()
        node.cli("script -remove long.sgs")


@pytest.mark.feature("MA-035")
def test_a_password_is_asked_before_hashes_leave_the_system(cluster: Cluster, terminal: Terminal) -> None:
    node = cluster.nodes[cluster.active()]
    card = "/run/media/card"
    assert node.run(["mkdir", "-p", card]).returncode == 0
    assert node.commands(f"set ExternalStorageSettings Directory={card}\nactivate\ncommit\n").returncode == 0
    try:
        terminal.clear()
        terminal.enter("ecs -save")
        terminal.await_line("Password of admin:")
        terminal.type("wrong")
        terminal.keys("Enter")
        screen = terminal.await_screen("the password is wrong; nothing was saved")
        assert "Password of admin: wrong" not in screen and "wrong\n" not in screen
        assert "without a configuration" in node.cli("ecs").stdout
        terminal.enter("ecs -save")
        terminal.await_line("Password of admin:")
        terminal.enter("admin")
        terminal.await_screen("Saved the configuration in force on the external storage.")
        assert "In sync" in node.cli("ecs").stdout
        # Nothing of it is in the history, and the terminal shows again what is typed.
        terminal.keys("Up")
        terminal.await_line("System:/> ecs -save")
        terminal.keys("C-c")
        # Ctrl-C answers nothing.
        terminal.enter("ecs -save")
        terminal.await_line("Password of admin:")
        terminal.keys("C-c")
        terminal.await_line("System:/>")
        login = f"printf 'admin\\n' | {shlex.join(login_words('ecs -save'))}"
        done = cluster.lab.run("client", ["sh", "-c", login])
        assert done.returncode == 0 and "Saved the configuration" in done.stdout, done
    finally:
        node.commands("set ExternalStorageSettings Directory=<empty>\nactivate\ncommit\n")
        cluster.await_well()


@pytest.mark.feature("C02-041", "C11-010")
def test_who_does_not_commit_is_told_at_once(cluster: Cluster, terminal: Terminal) -> None:
    """Nothing has to be typed to learn that the old configuration is in force again."""
    node = cluster.nodes[cluster.active()]
    node.commit("set Settings RemoteMgmtSettings BiDirTimeout=10")
    try:
        terminal.enter("add IPAddress late Address=192.0.2.1")
        terminal.enter("activate")
        terminal.await_screen("Without 'commit' within 10 seconds")
        terminal.type("show IPAddr")
        terminal.await_screen("No commit within 10 seconds: the committed configuration is restored.\nSystem:/> show IPAddr")
    finally:
        node.commit("set Settings RemoteMgmtSettings BiDirTimeout=<empty>")


@pytest.mark.feature("C02-053")
def test_a_running_script_is_broken_off(cluster: Cluster, terminal: Terminal, tmp_path: Path) -> None:
    """It sets its second comment after many commands that take far longer than a key."""
    node = cluster.nodes[cluster.active()]
    slow = "set System Comments=begun\n" + "netobjects all-nets\n" * 100000 + "set System Comments=never\n"
    (tmp_path / "slow.sgs").write_text(slow)
    transferred(cluster.lab, tmp_path / "slow.sgs", "fw:scripts")
    try:
        terminal.enter("script -run slow.sgs")
        terminal.expect(lambda: "begun" in node.cli("show System").stdout, "the script's first command")
        terminal.keys("C-c")
        terminal.await_line("System:/>")
        shown = node.cli("show System").stdout
        assert "begun" in shown and "never" not in shown, shown
        terminal.enter("about")
        terminal.await_screen("Hadrian")
    finally:
        assert node.cli("reject").returncode == 0


def rows_of(command: str, columns: int) -> list[str]:
    text = f"System:/> {command}"
    return [text[at:at + columns] for at in range(0, len(text), columns)]


def test_the_size_of_the_terminal_is_followed(terminal: Terminal) -> None:
    terminal.type("add ")
    terminal.keys("Tab")
    wide = terminal.await_screen("RoutingTable/")
    terminal.clear()
    terminal.resize(50)
    terminal.type("add ")
    terminal.keys("Tab")
    narrow = terminal.await_screen("RoutingTable/")
    assert len(narrow.splitlines()) > len(wide.splitlines()), narrow
    assert all(len(row) <= 50 for row in narrow.splitlines())
    terminal.clear()
    command = 'set System Comments="0123456789 0123456789 0123456789 0123456789 end"'
    terminal.type(command)
    terminal.await_screen("end")
    assert terminal.screen().splitlines() == rows_of(command, 50)
    terminal.resize(36)
    terminal.expect(lambda: terminal.screen().splitlines() == rows_of(command, 36), "the line in 36 columns")
    # The cursor is where the editor thinks it is.
    terminal.keys("Home")
    terminal.type("X")
    terminal.expect(lambda: terminal.screen().splitlines() == rows_of("X" + command, 36), "X at the beginning")
    terminal.keys("C-c")


def test_a_wider_terminal_has_no_row_left_over(cluster: Cluster) -> None:
    command = 'set System Comments="0123456789 0123456789 0123456789 0123456789 end"'
    terminal = Terminal(cluster.lab, columns=36)
    try:
        # Rows above it, which a terminal may scroll away and bring back.
        for _ in range(4):
            terminal.keys("Enter")
        terminal.type(command)
        for columns in (70, 36, 50, 36, 100):
            terminal.resize(columns)
            whole = ["System:/>", *rows_of(command, columns)]
            terminal.expect(lambda: terminal.screen().splitlines()[-len(whole):] == whole, f"{columns} columns")
        terminal.keys("C-c")
    finally:
        terminal.close()


def test_a_wider_terminal_has_no_row_left_over_at_its_top(cluster: Cluster) -> None:
    """Nothing is above the line: what leaves the screen and comes back is the line itself."""
    command = 'set System Comments="0123456789 0123456789 0123456789 0123456789 end"'
    terminal = Terminal(cluster.lab, columns=36)
    try:
        terminal.clear()
        terminal.type(command)
        for columns in (70, 36, 50, 36, 100):
            terminal.resize(columns)
            rows = rows_of(command, columns)

            def is_whole(rows: list[str] = rows) -> bool:
                # The terminal may bring back the prompts that were cleared away, and nothing of the line.
                shown = terminal.screen().splitlines()
                return shown[-len(rows):] == rows and set(shown[:-len(rows)]) <= {"System:/>"}

            terminal.expect(is_whole, f"{columns} columns")
        terminal.keys("C-c")
    finally:
        terminal.close()


@pytest.mark.feature("C02-048", "C02-049", "C02-023")
def test_command_views(cluster: Cluster, terminal: Terminal) -> None:
    terminal.enter("cmdview")
    terminal.await_screen("Command view(s) enabled: default\n")
    terminal.enter("ruledb")
    terminal.await_screen("'cmdview advanced' opens it")
    terminal.enter("cmdview advanced")
    terminal.await_screen("Command view(s) enabled: default, advanced\n")
    terminal.clear()
    terminal.type("ruled")  # shorter, it may be rulesnoop
    terminal.keys("Tab", "Enter")
    terminal.await_screen("After the last rule: Deny")
    terminal.enter("cmdview service")
    terminal.await_screen("only root opens the view service")
    node = cluster.nodes[cluster.active()]
    assert "confdump" not in node.cli("help").stdout
    opened = node.commands("cmdview service\nyes\nconfdump\n")
    assert opened.returncode == 0 and '"Password"' in opened.stdout, opened
    assert node.commands("cmdview service\nno\n").returncode != 0


@pytest.mark.feature("C02-005", "C02-027")
def test_an_auditor_is_offered_what_he_may_type(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("cc LocalUserDatabase AdminUsers\nadd User looker Password=looker Groups=Auditors\ncc\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    cluster.await_well()
    terminal = Terminal(cluster.lab, user="looker", password="looker")
    try:
        terminal.keys("Tab")
        screen = terminal.await_screen("helpconfig")
        assert "show" in screen and "activate" not in screen and "delete" not in screen, screen
        terminal.type("ad")
        terminal.keys("Tab")
        terminal.await_line("System:/> ad")
    finally:
        terminal.close()
