# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line over SSH, on every address of the management interface, before and after a failover."""

import os
import pty
import re
import select
import subprocess
import time
from subprocess import CompletedProcess

import pytest
from lab.cluster import Cluster

SHARED, PRIVATE_MASTER, PRIVATE_SLAVE = "10.1.0.1", "10.1.0.2", "10.1.0.3"
OPTIONS = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
           "-o", "ConnectTimeout=5", "-o", "PubkeyAuthentication=no"]


def ssh_words(address: str, *words: str, user: str = "admin", password: str = "admin",
              options: tuple[str, ...] = ()) -> list[str]:
    return ["sshpass", "-p", password, "ssh", *options, *OPTIONS, f"{user}@{address}", *words]


def ssh(cluster: Cluster, address: str, *words: str, host: str = "client", **login: str) -> CompletedProcess:
    return cluster.lab.run(host, ssh_words(address, *words, **login), timeout=40)


@pytest.mark.feature("C02-009", "C02-010", "C02-011")
@pytest.mark.parametrize("address", [SHARED, PRIVATE_MASTER, PRIVATE_SLAVE])
def test_one_command(cluster: Cluster, address: str) -> None:
    done = ssh(cluster, address, "show LocalUserDatabase")
    assert done.returncode == 0, done.stderr
    assert "AdminUsers" in done.stdout


@pytest.mark.feature("C02-009")
def test_a_command_that_fails_has_an_exit_code(cluster: Cluster) -> None:
    done = ssh(cluster, SHARED, "shwo")
    assert done.returncode == 1
    assert "Did you mean 'show'" in done.stdout


@pytest.mark.feature("C02-036")
@pytest.mark.parametrize("login", [{"password": "wrong"}, {"user": "nobody"}, {"password": ""}])
def test_wrong_credentials(cluster: Cluster, login: dict[str, str]) -> None:
    done = ssh(cluster, SHARED, "about", **login)
    assert done.returncode in (5, 255), done
    assert not done.stdout


class Dialogue:
    """ssh on a terminal of its own."""

    def __init__(self, cluster: Cluster, address: str):
        words, environment = cluster.lab.enter("client")
        self._terminal, terminal = pty.openpty()
        self._process = subprocess.Popen([*words, *ssh_words(address, options=("-tt",))],
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


@pytest.mark.feature("C02-036", "C02-037")
def test_interactive_session(cluster: Cluster) -> None:
    dialogue = Dialogue(cluster, SHARED)
    try:
        said = dialogue.expect(r"System:/> ")
        assert "Welcome!" in said
        dialogue.send("show LocalUserDatabase\r")
        assert "AdminUsers" in dialogue.expect(r"AdminUsers(.|\n)*System:/> ")
        dialogue.send("exit\r")
        assert dialogue.wait() == 0
    finally:
        dialogue.close()


@pytest.mark.feature("C02-037", "C02-038")
def test_banner_and_idle_time(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands('set RemoteManagement RemoteMgmtSSH ssh Banner="Be careful." SessionIdleTime=3\nactivate\ncommit\n')
    assert done.returncode == 0, done.stdout
    cluster.await_well()
    dialogue = Dialogue(cluster, SHARED)
    try:
        assert "Welcome!" not in dialogue.expect(r"Be careful\.(.|\n)*System:/> ")
        dialogue.expect("The session ended")
        dialogue.wait()
    finally:
        dialogue.close()
        node.commands("set RemoteManagement RemoteMgmtSSH ssh Banner=<empty> SessionIdleTime=<empty>\nactivate\ncommit\n")
    cluster.await_well()
    assert ssh(cluster, SHARED, "about").returncode == 0


@pytest.mark.feature("C02-005")
def test_auditors_look_only(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("cc LocalUserDatabase AdminUsers\nadd User audit Password=audit Groups=Auditors\n"
                         "add User guest Password=guest Groups=Users\ncc\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    login = {"user": "audit", "password": "audit"}
    shown = ssh(cluster, SHARED, "show RemoteManagement RemoteMgmtSSH", **login)
    assert shown.returncode == 0 and "if1_net" in shown.stdout, shown
    for command in ("add Address IPAddress forbidden Address=192.0.2.9", "set System Name=Mine", "activate", "commit",
                    "delete Address IPAddress if1_net", "ha -deactivate"):
        refused = ssh(cluster, SHARED, command, **login)
        assert refused.returncode == 1 and "group Auditors" in refused.stdout, (command, refused)
    assert ssh(cluster, SHARED, "about", user="guest", password="guest").returncode in (5, 255)


@pytest.mark.feature("C02-014")
@pytest.mark.parametrize(("key", "algorithm"), [("rsa", "rsa-sha2-256"), ("ecdsa", "ecdsa-sha2-nistp256")])
def test_host_keys(cluster: Cluster, key: str, algorithm: str) -> None:
    login = ssh_words(SHARED, "about", options=("-o", f"HostKeyAlgorithms={algorithm}"))
    assert cluster.lab.run("client", login).returncode == 0
    for node in cluster.nodes.values():
        assert node.run(["stat", "-c", "%a", f"/var/lib/hadrian/ssh_host_{key}_key"]).stdout.strip() == "600"


def test_sftp_names_the_way_out(cluster: Cluster) -> None:
    done = cluster.lab.run("client", ["sshpass", "-p", "admin", "scp", *OPTIONS, "/etc/hostname", f"admin@{SHARED}:x"])
    assert done.returncode != 0
    assert "scp -O" in done.stderr, done.stderr


def test_not_reachable_from_the_wan(cluster: Cluster) -> None:
    for address in ("198.51.100.1", "198.51.100.2"):
        done = cluster.lab.run("server", ["nmap", "-Pn", "-n", "-p", "22", "--host-timeout", "5s", address])
        assert "22/tcp open" not in done.stdout, done.stdout


@pytest.mark.feature("C02-009", "C22-002")
def test_the_shared_address_answers_after_a_crash(cluster: Cluster) -> None:
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    done = ssh(cluster, SHARED, "show LocalUserDatabase")
    assert done.returncode == 0 and "AdminUsers" in done.stdout, done.stderr
