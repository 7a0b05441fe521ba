# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line over SSH, on every address of the management interface, before and after a failover."""

import re
import subprocess
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from lab.cluster import Cluster
from lab.ssh import SHARED, Dialogue, scp, ssh, with_key
from lab.wait import await_condition

PRIVATE_MASTER, PRIVATE_SLAVE = "10.1.0.2", "10.1.0.3"


@pytest.mark.feature("C02-009", "C02-010", "C02-011")
@pytest.mark.parametrize("address", [SHARED, PRIVATE_MASTER, PRIVATE_SLAVE])
def test_one_command(cluster: Cluster, address: str) -> None:
    done = ssh(cluster.lab, "show LocalUserDatabase", address=address)
    assert done.returncode == 0, done.stderr
    assert "AdminUsers" in done.stdout


@pytest.mark.feature("C02-009")
def test_a_command_that_fails_has_an_exit_code(cluster: Cluster) -> None:
    done = ssh(cluster.lab, "shwo")
    assert done.returncode == 1
    assert "Did you mean 'show'" in done.stdout


@pytest.mark.feature("C02-036")
@pytest.mark.parametrize("login", [{"password": "wrong"}, {"user": "nobody"}, {"password": ""}])
def test_wrong_credentials(cluster: Cluster, login: dict[str, str]) -> None:
    done = ssh(cluster.lab, "about", **login)
    assert done.returncode in (5, 255), done
    assert not done.stdout


@pytest.mark.feature("C02-022")
def test_the_prompt_has_the_name_that_is_in_force(cluster: Cluster) -> None:
    dialogue = Dialogue(cluster.lab)
    try:
        dialogue.expect(r"System:/> ")
        dialogue.send("set System Name=my-system1\r")
        dialogue.expect(r"Modified System\.\s+System:/> ")
        dialogue.send("activate\r")
        dialogue.expect(r"my-system1:/> ")
        dialogue.send("reject\r")
        dialogue.expect(r"dropped\.\s+System:/> ")
        dialogue.send("exit\r")
        assert dialogue.wait() == 0
    finally:
        dialogue.close()


@pytest.mark.feature("C02-036", "C02-037", "C02-047")
def test_interactive_session(cluster: Cluster) -> None:
    dialogue = Dialogue(cluster.lab)
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
    dialogue = Dialogue(cluster.lab)
    try:
        assert "Welcome!" not in dialogue.expect(r"Be careful\.(.|\n)*System:/> ")
        dialogue.expect("The session ended")
        dialogue.wait()
    finally:
        dialogue.close()
        node.commands("set RemoteManagement RemoteMgmtSSH ssh Banner=<empty> SessionIdleTime=<empty>\nactivate\ncommit\n")
    cluster.await_well()
    assert ssh(cluster.lab, "about").returncode == 0


@pytest.mark.feature("C02-005")
def test_auditors_look_only(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("cc LocalUserDatabase AdminUsers\nadd User audit Password=audit Groups=Auditors\n"
                         "add User guest Password=guest Groups=Users\ncc\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    login = {"user": "audit", "password": "audit"}
    shown = ssh(cluster.lab, "show RemoteManagement RemoteMgmtSSH", **login)
    assert shown.returncode == 0 and "if1_net" in shown.stdout, shown
    for command in ("add Address IPAddress forbidden Address=192.0.2.9", "set System Name=Mine", "activate", "commit",
                    "delete Address IPAddress if1_net", "ha -deactivate"):
        refused = ssh(cluster.lab, command, **login)
        assert refused.returncode == 1 and "group Auditors" in refused.stdout, (command, refused)
    assert ssh(cluster.lab, "about", user="guest", password="guest").returncode in (5, 255)


def configure(cluster: Cluster, *commands: str) -> None:
    """On the active node; the other one has it when this returns."""
    done = cluster.nodes[cluster.active()].commands("\n".join([*commands, "activate", "commit", ""]))
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """Private keys as ssh-keygen makes them; the public one is beside each."""
    for kind in ("rsa", "ecdsa", "ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "someone@somewhere", "-f", tmp_path / kind], check=True)
    return {kind: tmp_path / kind for kind in ("rsa", "ecdsa", "ed25519")}


def ssh_with_key(cluster: Cluster, key: Path, *words: str, user: str = "admin") -> CompletedProcess:
    """No password is given where one is asked for."""
    return ssh(cluster.lab, *words, user=user, password=None, options=("-o", "BatchMode=yes", *with_key(key)))


@pytest.mark.feature("C02-009", "C02-013", "C02-015", "C02-016")
def test_keys(cluster: Cluster, keys: dict[str, Path]) -> None:
    kept = [kind for kind in keys if kind != "ed25519"]
    configure(cluster, *(f'add SSHClientKey {kind} PublicKey="{keys[kind].with_suffix(".pub").read_text().strip()}"' for kind in keys),
              "cc LocalUserDatabase AdminUsers", f"set User admin SSHKeys={','.join(kept)}",
              "add User looker Password=looker Groups=Auditors SSHKeys=ed25519", "cc")
    for kind in kept:
        done = ssh_with_key(cluster, keys[kind], "set System Comments=x")
        assert done.returncode == 0, (kind, done)
    assert ssh_with_key(cluster, keys["ed25519"], "about").returncode == 255  # not admin's
    assert ssh_with_key(cluster, keys["rsa"], "about", user="looker").returncode == 255
    looked = ssh_with_key(cluster, keys["ed25519"], "show LocalUserDatabase", user="looker")
    assert looked.returncode == 0 and "AdminUsers" in looked.stdout, looked
    assert "group Auditors" in ssh_with_key(cluster, keys["ed25519"], "activate", user="looker").stdout
    # A key that is nobody's: the client goes on to the password.
    assert ssh(cluster.lab, "about", options=with_key(keys["ed25519"])).returncode == 0
    configure(cluster, "cc LocalUserDatabase AdminUsers", "set User admin SSHKeys=<empty>", "delete User looker", "cc",
              *(f"delete SSHClientKey {kind}" for kind in keys))
    assert ssh_with_key(cluster, keys["rsa"], "about").returncode == 255


@pytest.mark.feature("C02-005", "C02-009")
def test_sessions_end_with_what_opened_them(cluster: Cluster, keys: dict[str, Path]) -> None:
    """A key that is revoked, a password that is changed, a user that is deleted: whoever came in with it is told, and gone."""
    configure(cluster, f'add SSHClientKey phone PublicKey="{keys["ecdsa"].with_suffix(".pub").read_text().strip()}"',
              "cc LocalUserDatabase AdminUsers", "add User one Password=one Groups=Administrators SSHKeys=phone",
              "add User two Password=two Groups=Auditors", "add User three Password=three Groups=Auditors", "cc")
    phone = Dialogue(cluster.lab, *with_key(keys["ecdsa"]), user="one")
    others = {name: Dialogue(cluster.lab, user=name, password=name) for name in ("one", "two", "three")}
    try:
        for dialogue in (phone, *others.values()):
            dialogue.expect(r"System:/> ")
        configure(cluster, "cc LocalUserDatabase AdminUsers", "set User one SSHKeys=<empty>", "cc")
        phone.expect("The session ended: the key that it was opened with is not the user's any more")
        configure(cluster, "cc LocalUserDatabase AdminUsers", "set User two Password=other", "cc")
        others["two"].expect("The session ended: the user's password has changed; log in with the new one")
        configure(cluster, "cc LocalUserDatabase AdminUsers", "delete User three", "cc")
        others["three"].expect("The session ended: the user was deleted")
        for dialogue in (phone, others["two"], others["three"]):
            dialogue.wait()
        others["one"].send("sessions\r")
        assert not re.search(r" (two|three) ", others["one"].expect(r"one +Administrators(.|\n)*System:/> "))
    finally:
        for dialogue in (phone, *others.values()):
            dialogue.close()
        configure(cluster, "delete SSHClientKey phone", "cc LocalUserDatabase AdminUsers", "delete User one", "delete User two", "cc")


@pytest.mark.feature("C02-017")
def test_an_access_that_nobody_could_use_says_so(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    configure(cluster, "add LocalUserDatabase nobodys", "add AuthenticationProfile nobodys LocalUserDB=nobodys",
              "add RemoteManagement RemoteMgmtSSH lonely SourceInterface=if1 SourceNetwork=if1_net Port=2299 AuthProfile=nobodys")
    try:
        await_condition(lambda: re.search(r"lonely +2299 +0 +Running, but nobodys has no user who could log in\n",
                                          node.cli("sshserver").stdout), "what is said about it", 30)
        configure(cluster, "cc LocalUserDatabase nobodys", "add User first Password=x Groups=Auditors", "cc")
        assert re.search(r"lonely +2299 +0 +Running\n", node.cli("sshserver").stdout)
    finally:
        configure(cluster, "delete RemoteMgmtSSH lonely", "delete AuthenticationProfile nobodys", "delete LocalUserDatabase nobodys")


@pytest.mark.feature("C02-013", "C02-036")
@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_password_methods(cluster: Cluster, method: str) -> None:
    options = ("-o", f"PreferredAuthentications={method}")
    assert ssh(cluster.lab, "about", options=options).returncode == 0
    assert ssh(cluster.lab, "about", password="wrong", options=options).returncode in (5, 255)


@pytest.mark.feature("C02-012", "C02-017")
def test_two_accesses_on_one_port(cluster: Cluster) -> None:
    """The network that the client is in decides which users there are, what is said, and which host keys are shown."""
    configure(cluster, "set RemoteMgmtSSH ssh SourceNetwork=10.1.0.128/25", "add LocalUserDatabase others",
              "cc LocalUserDatabase others", "add User other Password=other Groups=Auditors", "cc",
              "add AuthenticationProfile others LocalUserDB=others",
              'add RemoteMgmtSSH near SourceInterface=if1 SourceNetwork=10.1.0.0/25 AuthProfile=others Banner="Near." AllowHostKeyRSA=No')
    try:
        assert ssh(cluster.lab, "about").returncode in (5, 255)
        shown = ssh(cluster.lab, "sshserver", user="other", password="other")
        assert re.search(r"ssh +22 +0 +Running", shown.stdout), shown
        assert re.search(r"near +22 +1 +Running", shown.stdout), shown
        for algorithm, code in (("ecdsa-sha2-nistp256", 0), ("rsa-sha2-256", 255)):
            done = ssh(cluster.lab, "about", user="other", password="other", options=("-o", f"HostKeyAlgorithms={algorithm}"))
            assert done.returncode == code, algorithm
        configure(cluster, "set RemoteMgmtSSH ssh SourceNetwork=10.1.0.0/28 Index=1")
        assert ssh(cluster.lab, "about").returncode == 0
        assert ssh(cluster.lab, "about", user="other", password="other").returncode in (5, 255)
    finally:
        configure(cluster, "set RemoteMgmtSSH ssh SourceNetwork=if1_net", "delete RemoteMgmtSSH near",
                  "delete AuthenticationProfile others", "delete LocalUserDatabase others")


@pytest.mark.feature("C02-017", "C02-018")
def test_a_port_that_somebody_else_has(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    listener = "import socket; s = socket.create_server(('0.0.0.0', 2222)); print('up', flush=True); input()"
    words = [*node.enter(), "python3", "-c", listener]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "up\n"
        refused = node.commands("add RemoteMgmtSSH taken SourceInterface=if1 SourceNetwork=if1_net Port=2222\nactivate\n")
        assert refused.returncode != 0 and "TCP port 2222; choose another port" in refused.stdout, refused
        assert re.search(r"ssh +22 +\d +Running", node.cli("sshserver").stdout)
        other.communicate("\n")
    configure(cluster)
    await_condition(lambda: re.search(r"taken +2222 +0 +Running", node.cli("sshserver").stdout), "the port", timeout=15)
    configure(cluster, "delete RemoteMgmtSSH taken")


@pytest.mark.feature("C02-014")
@pytest.mark.parametrize(("key", "algorithm"), [("rsa", "rsa-sha2-256"), ("ecdsa", "ecdsa-sha2-nistp256")])
def test_host_keys(cluster: Cluster, key: str, algorithm: str) -> None:
    assert ssh(cluster.lab, "about", options=("-o", f"HostKeyAlgorithms={algorithm}")).returncode == 0
    for node in cluster.nodes.values():
        assert node.run(["stat", "-c", "%a", f"/var/lib/hadrian/ssh_host_{key}_key"]).stdout.strip() == "600"


def fingerprints(cluster: Cluster) -> dict[str, set[str]]:
    """What a client sees at each address that answers: both SSH keys, and the certificate over HTTPS."""
    seen = {}
    for address in (SHARED, PRIVATE_MASTER, PRIVATE_SLAVE):
        keys = cluster.lab.run("client", ["ssh-keyscan", "-T", "5", "-t", "rsa,ecdsa", address])
        lines = {line.split(maxsplit=1)[1] for line in keys.stdout.splitlines() if not line.startswith("#")}
        if lines:
            web = cluster.lab.run("client", ["sh", "-c", f"openssl s_client -connect {address}:443 < /dev/null | openssl x509"])
            seen[address] = lines | {web.stdout}
    return seen


@pytest.mark.feature("C02-014", "C22-002")
def test_both_nodes_prove_to_be_the_same_firewall(cluster: Cluster) -> None:
    before = fingerprints(cluster)
    assert list(before) == [SHARED, PRIVATE_MASTER, PRIVATE_SLAVE]
    assert len(before[SHARED]) == 3 and "" not in before[SHARED], before
    assert before[PRIVATE_MASTER] == before[SHARED] == before[PRIVATE_SLAVE]
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    after = fingerprints(cluster)
    assert len(after) == 2 and all(seen == before[SHARED] for seen in after.values()), after


def test_sftp_names_the_way_out(cluster: Cluster) -> None:
    done = scp(cluster.lab, "/etc/hostname", "fw:x", options=())
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
    done = ssh(cluster.lab, "show LocalUserDatabase")
    assert done.returncode == 0 and "AdminUsers" in done.stdout, done.stderr
