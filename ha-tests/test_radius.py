# SPDX-License-Identifier: GPL-2.0-or-later
"""Logins over SSH that RADIUS servers decide, what a profile lets a user do, and how sessions end."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pexpect
import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.radius import SECRET, RadiusServer
from lab.ssh import ssh, terminal, with_key
from lab.wait import await_condition

SERVER = "198.51.100.10"
ONE_PASSWORD = ("-o", "NumberOfPasswordPrompts=1")
PROFILE = "set AuthenticationProfile radius "


@pytest.fixture(scope="module")
def servers(lab: Lab) -> Iterator[list[RadiusServer]]:
    """Two servers, and the configuration that names them; port 1899 is a server that is never there."""
    with RadiusServer(lab, "server", 1812) as first, RadiusServer(lab, "server", 1813) as second:
        cluster = Cluster(lab)
        cluster.await_well()
        await_condition(lambda: login(cluster, "admin", "admin").returncode == 0, "a login over SSH", timeout=30)
        retry = f'SharedSecret="{SECRET}" RetryTimeout=500 NumRetries=1'
        cluster.nodes[cluster.active()].commit(f"add Address IPAddress radius_ip Address={SERVER}\n"
                                               f"add RadiusServer rad1 IPAddress=radius_ip {retry} NASIdentifier=fw1\n"
                                               f"add RadiusServer rad2 IPAddress={SERVER} Port=1813 {retry}\n"
                                               f"add RadiusServer dead IPAddress={SERVER} Port=1899 {retry}\n"
                                               "add AuthenticationProfile radius\n"
                                               "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=radius\n")
        yield [first, second]


def profile(cluster: Cluster, properties: str) -> None:
    """The profile with these properties, all others at their defaults."""
    names = ("LocalUserDB", "RemoteServer", "RemoteLoadBalance", "AuthOrder", "MultipleLogins", "MaxMultipleSessions",
             "SessionTimeout", "LoginAttempts", "MaxLockoutTime", "BruteForceAttackPrevention")
    reset = " ".join(f"{name}=<empty>" for name in names)
    cluster.nodes[cluster.active()].commit(f"{PROFILE}{reset}\n{PROFILE}BruteForceAttackPrevention=No\n{PROFILE}{properties}\n")


def login(cluster: Cluster, user: str, password: str, command: str = "about") -> subprocess.CompletedProcess:
    return ssh(cluster.lab, command, user=user, password=password, options=ONE_PASSWORD)


def assert_in(done: subprocess.CompletedProcess, text: str = "Hadrian") -> None:
    assert done.returncode == 0 and text in done.stdout, done


def assert_refused(done: subprocess.CompletedProcess) -> None:
    assert done.returncode in (5, 255) and not done.stdout, done


def events(cluster: Cluster) -> list[str]:
    log = cluster.nodes[cluster.active()].log / "hadrian-mgmtd.log"
    return re.findall(r"AUTHSYS: .*", log.read_text(encoding="utf-8", errors="replace"))


class Dialogue:
    """ssh at a terminal."""

    def __init__(self, cluster: Cluster, user: str, password: str):
        self.at = terminal(cluster.lab, user=user, password=None, options=ONE_PASSWORD)
        self.expect("assword:")
        self.send(password)

    def expect(self, pattern: str) -> None:
        self.at.expect(pattern)

    def send(self, line: str) -> None:
        self.at.sendline(line)

    def prompt(self) -> "Dialogue":
        self.expect(r"System:/> ")
        return self

    def ended(self) -> None:
        self.at.expect(pexpect.EOF)

    def __enter__(self) -> "Dialogue":
        return self

    def __exit__(self, *_: object) -> None:
        self.at.close(force=True)


@pytest.mark.feature("C02-069", "C02-072", "C02-074", "C17-005", "C17-012")
def test_the_server_knows_the_user_and_the_group(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, 'LocalUserDB="" RemoteServer=rad1')
    assert_in(login(cluster, "radadmin", "radpass", "set System Comments=mine"), "")
    assert "NAS-Identifier = \"fw1\"" in servers[0].said()
    event = events(cluster)[-1]
    assert re.fullmatch(r"AUTHSYS: prio=notice event=user_logged_in userid=\d+ user=radadmin ip=10\.1\.0\.10 profile=radius "
                        r'agent=Basic userdb=rad1 usergroups="Administrators" action=none', event), event
    shown = login(cluster, "radaudit", "radpass", "sessions")
    assert_in(shown, "rad1")
    assert "Auditors" in shown.stdout and "10.1.0.10" in shown.stdout
    refused = login(cluster, "radaudit", "radpass", "set System Comments=yours")
    assert refused.returncode == 1 and "group Auditors" in refused.stdout, refused
    assert_refused(login(cluster, "radadmin", "wrong"))
    assert_refused(login(cluster, "admin", "admin"))


@pytest.mark.feature("C02-073", "C02-074")
def test_a_group_without_rights_is_told_so(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, 'LocalUserDB="" RemoteServer=rad1')
    denied = login(cluster, "radguest", "radpass")
    assert denied.returncode == 1 and denied.stdout.replace("\r", "") == "Access denied.\n", denied
    assert re.search(r"event=received_radius_access-reject_message .*user=radguest .*userdb=rad1", events(cluster)[-1])


@pytest.mark.feature("C17-012")
def test_chap(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, 'LocalUserDB="" RemoteServer=rad2')
    cluster.nodes[cluster.active()].commit("set RadiusServer rad2 AuthMethod=CHAP\n")
    assert_in(login(cluster, "radadmin", "radpass"))
    assert_refused(login(cluster, "radadmin", "wrong"))
    assert "CHAP-Password = 0x" in servers[1].said() and "User-Password = \"radpass\"" not in servers[1].said()
    cluster.nodes[cluster.active()].commit("set RadiusServer rad2 AuthMethod=PAP\n")


@pytest.mark.feature("C02-071", "C17-007", "C02-074", "C02-075")
def test_local_last(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=rad1")
    assert_refused(login(cluster, "admin", "admin"))  # what the server says is final
    profile(cluster, "RemoteServer=dead")
    assert_in(login(cluster, "admin", "admin"))
    seen = events(cluster)[-2:]
    assert "event=authentication_source_did_not_respond" in seen[0] and "userdb=dead" in seen[0], seen
    assert re.search(r'reason="198\.51\.100\.10 refused"', seen[0]), seen
    assert "event=user_logged_in" in seen[1] and "userdb=AdminUsers" in seen[1], seen
    profile(cluster, 'LocalUserDB="" RemoteServer=dead')
    assert_refused(login(cluster, "admin", "admin"))
    assert "AdminUsers" in cluster.nodes[cluster.active()].cli("show LocalUserDatabase").stdout  # the console still works


@pytest.mark.feature("C02-071", "C17-007")
def test_local_first(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=rad1 AuthOrder=LocalFirst")
    assert_in(login(cluster, "admin", "admin"))
    assert_in(login(cluster, "radadmin", "radpass"))
    asked = servers[0].said().count("Access-Request")
    assert_refused(login(cluster, "admin", "wrong"))
    assert servers[0].said().count("Access-Request") == asked


@pytest.mark.feature("C02-070", "C17-006")
def test_load_balance(cluster: Cluster, servers: list[RadiusServer]) -> None:
    def known_by() -> str:
        assert_in(login(cluster, "radadmin", "radpass"))
        return re.search(r"userdb=(\w+)", events(cluster)[-1])[1]

    profile(cluster, 'LocalUserDB="" RemoteServer=rad1,rad2')
    assert [known_by(), known_by()] == ["rad1", "rad1"]
    profile(cluster, 'LocalUserDB="" RemoteServer=dead,rad2')
    assert known_by() == "rad2"
    profile(cluster, 'LocalUserDB="" RemoteServer=rad1,rad2 RemoteLoadBalance=RoundRobin')
    assert [known_by(), known_by(), known_by()] == ["rad1", "rad2", "rad1"]
    profile(cluster, 'LocalUserDB="" RemoteServer=dead,rad2,rad1 RemoteLoadBalance=TryAll')
    before = [server.said().count("Access-Accept") for server in servers]
    assert known_by() in ("rad1", "rad2")
    await_condition(lambda: [server.said().count("Access-Accept") > count for server, count in zip(servers, before)] == [True, True],
                    "both servers answering", timeout=10)
    assert_refused(login(cluster, "radadmin", "wrong"))


@pytest.mark.feature("C17-015")
def test_a_server_asks_for_codes(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, 'LocalUserDB="" RemoteServer=rad2,rad1')
    with Dialogue(cluster, "otp", "radpass") as dialogue:
        dialogue.expect("First code: ")
        dialogue.send("111111")
        dialogue.expect("Second code: ")
        dialogue.send("222222")
        dialogue.prompt()
    with Dialogue(cluster, "otp", "radpass") as dialogue:
        dialogue.expect("First code: ")
        dialogue.send("wrong")
        dialogue.expect("assword: ")  # from the beginning


@pytest.mark.feature("C17-012")
def test_answers_that_could_be_forged_are_ignored(cluster: Cluster, servers: list[RadiusServer]) -> None:
    with RadiusServer(cluster.lab, "server", 1814, signs=False), RadiusServer(cluster.lab, "server", 1815, secret="another"):
        retry = f'IPAddress={SERVER} SharedSecret="{SECRET}" RetryTimeout=500 NumRetries=1'
        cluster.nodes[cluster.active()].commit(f"add RadiusServer unsigned Port=1814 {retry}\nadd RadiusServer stranger Port=1815 {retry}\n")
        profile(cluster, 'LocalUserDB="" RemoteServer=unsigned,stranger')
        assert_refused(login(cluster, "radadmin", "radpass"))
        assert "did_not_respond" in events(cluster)[-1]
        assert f'reason="{SERVER} without a Message-Authenticator; {SERVER} timed out"' in events(cluster)[-1], events(cluster)[-1]
        cluster.nodes[cluster.active()].commit("set RadiusServer unsigned RequireMessageAuthenticator=No\n")
        assert_in(login(cluster, "radadmin", "radpass"))


@pytest.mark.feature("C17-008", "C02-076")
def test_multiple_logins(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, 'LocalUserDB="" RemoteServer=rad1,rad2 RemoteLoadBalance=RoundRobin AuthOrder=LocalLast MultipleLogins=AllowOne')
    with Dialogue(cluster, "radadmin", "radpass") as first:
        first.prompt()
        assert_refused(login(cluster, "radadmin", "radpass"))
        assert_in(login(cluster, "radaudit", "radpass"))
        profile(cluster, "RemoteServer=rad1,rad2 MaxMultipleSessions=2")
        assert_in(login(cluster, "radadmin", "radpass"))
        with Dialogue(cluster, "radadmin", "radpass") as second:
            second.prompt()
            assert_refused(login(cluster, "radadmin", "radpass"))
        profile(cluster, "RemoteServer=rad1,rad2 MultipleLogins=ReplaceExisting")
        assert_in(login(cluster, "radadmin", "radpass"))
        first.expect("The session ended: the user logged in again")
        first.ended()


@pytest.mark.feature("C17-009")
def test_sessions_end_without_commands(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=rad1 SessionTimeout=2")
    with Dialogue(cluster, "radadmin", "radpass") as dialogue:
        dialogue.prompt()
        dialogue.expect("no command was typed for SessionTimeout")
        dialogue.ended()


@pytest.mark.feature("C17-010")
def test_a_name_is_locked_out(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=rad1 LoginAttempts=2 MaxLockoutTime=6")
    for _ in range(2):
        assert_refused(login(cluster, "radadmin", "wrong"))
    assert "event=user_locked_out" in events(cluster)[-1]
    assert_refused(login(cluster, "radadmin", "radpass"))
    assert_in(login(cluster, "radaudit", "radpass"))
    await_condition(lambda: login(cluster, "radadmin", "radpass").returncode == 0, "the end of the lockout", timeout=20)


@pytest.mark.feature("C17-008")
def test_a_commit_that_takes_rights_ends_sessions(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=rad1 AuthOrder=LocalFirst")
    cluster.nodes[cluster.active()].commit("cc LocalUserDatabase AdminUsers\nadd User op1 Password=op Groups=Administrators\n"
                                           "add User op2 Password=op Groups=Administrators\ncc\n")
    with Dialogue(cluster, "op1", "op") as removed, Dialogue(cluster, "op2", "op") as kept:
        removed.prompt()
        kept.prompt()
        cluster.nodes[cluster.active()].commit("cc LocalUserDatabase AdminUsers\nset User op1 Groups=Auditors\ncc\n")
        removed.expect("the user's rights have changed")
        removed.ended()
        kept.send("sessions")
        kept.expect(r"\* +op2 +Administrators +AdminUsers +10\.1\.0\.10 +ssh")
        kept.prompt()


@pytest.mark.feature("C17-014")
def test_radiussnoop(cluster: Cluster, servers: list[RadiusServer]) -> None:
    profile(cluster, "RemoteServer=dead,rad1")
    node = cluster.nodes[cluster.active()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    console = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "xterm"}, encoding="utf-8", timeout=20)
    try:
        console.expect("System:/> ")
        console.sendline("radiussnoop -on -verbose")
        console.expect("on, with attributes")
        assert_in(login(cluster, "radadmin", "radpass"))
        console.expect(r"dead \(198\.51\.100\.10:1899\): sent Access-Request 1 id \d+, 1 of 2")
        console.expect("dead .*does not answer")
        console.expect(r"rad1 \(198\.51\.100\.10:1812\): sent Access-Request")
        console.expect(r"User-Name = \"radadmin\"")
        console.expect(r"User-Password = \(16 bytes\)")
        console.expect(r"received Access-Accept 2 id \d+ after \d+ ms")
        console.expect(r"Clavister-User-Group = \"Administrators\"")
        console.sendline("radiussnoop -off")
        console.expect("is off")
    finally:
        console.close(force=True)


@pytest.mark.feature("C02-015", "C02-016")
def test_a_key_needs_no_server(cluster: Cluster, servers: list[RadiusServer], tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of admin", "-f", tmp_path / "key"], check=True)
    node = cluster.nodes[cluster.active()]
    node.run(["mkdir", "-p", "/run/hadrian/files"])
    node.run(["sh", "-c", f"echo '{(tmp_path / 'key.pub').read_text().strip()}' > /run/hadrian/files/my_key.pub"])
    profile(cluster, "RemoteServer=rad1")
    cluster.nodes[cluster.active()].commit("add SSHClientKey my_pub_key PublicKey=file://my_key.pub\n"
                                           "cc LocalUserDatabase AdminUsers\nset User admin SSHKeys=my_pub_key\ncc\n")
    asked = servers[0].said().count("Access-Request")
    key = (*with_key(tmp_path / "key"), *ONE_PASSWORD)
    alone = {"password": None, "options": ("-o", "BatchMode=yes", *key)}
    assert_in(ssh(cluster.lab, "about", **alone))
    assert ssh(cluster.lab, "about", user="radadmin", **alone).returncode == 255
    assert servers[0].said().count("Access-Request") == asked
    assert_in(ssh(cluster.lab, "about", user="radadmin", password="radpass", options=key))


@pytest.mark.feature("C17-011")
def test_guesses_of_one_address_are_limited(cluster: Cluster, servers: list[RadiusServer]) -> None:
    def guess(_: int) -> None:
        assert_refused(login(cluster, "radadmin", "wrong"))

    def guess_ten_times() -> None:
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(guess, range(10)))

    profile(cluster, 'LocalUserDB="" RemoteServer=rad1')
    guess_ten_times()
    assert_in(login(cluster, "radadmin", "radpass"))
    profile(cluster, 'LocalUserDB="" RemoteServer=rad1 BruteForceAttackPrevention=Yes')
    guess_ten_times()
    assert_refused(login(cluster, "radadmin", "radpass"))
    await_condition(lambda: login(cluster, "radadmin", "radpass").returncode == 0, "the end of the limit", timeout=40)
