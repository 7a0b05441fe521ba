# SPDX-License-Identifier: GPL-2.0-or-later
"""A node that was never configured takes its configuration from a medium; one that is may load it when it starts; gaiconfig."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import assert_no_sanitizer_reports, keep_logs, new_lab
from lab.laboratory import Lab
from lab.node import LabNode
from lab.traffic import SERVER
from lab.wait import await_condition

CARD = "/run/media/card"
RESCUE = f"{CARD}/Rescue Config"
END = "// End of configuration profile\n"
PROFILE = f"""HOSTNAME = "plant"
EXTERN_IP = "198.51.100.1"
EXTERN_NETMASK = "255.255.255.0"
INTERN_IP = "10.1.0.1"
INTERN_NETMASK = "255.255.255.0"
FW_OUTGOING:0.TARGET = "ACCEPT"
{END}"""


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """One node, whose daemons do not run."""
    made = new_lab("pre")
    made.up(single=True, start_nodes=False)
    try:
        yield made
        assert_no_sanitizer_reports(made)
    finally:
        keep_logs(made, request.module.__name__)
        made.down()


@pytest.fixture
def node(lab: Lab) -> Iterator[LabNode]:
    """As it was delivered, with nothing on its medium."""
    found = next(iter(lab.nodes().values()))
    for file in found.state.iterdir():
        if file.name.startswith("config.json") or file.name in ("cfglog", "serial"):
            file.unlink()
    assert found.run(["rm", "-rf", CARD]).returncode == 0
    yield found
    found.stop()


def put(node: LabNode, path: str, content: bytes | str) -> None:
    """A file of the medium."""
    data = content.encode() if isinstance(content, str) else content
    (node.state / "medium-file").write_bytes(data)
    script = f"mkdir -p {shlex.quote(str(Path(path).parent))} && mv /var/lib/hadrian/medium-file {shlex.quote(path)}"
    assert node.run(["sh", "-ec", script]).returncode == 0


def start(node: LabNode) -> None:
    node.start_daemon("hadrian-mgmtd")
    node.await_cli()


def await_log(node: LabNode, text: str) -> str:
    await_condition(lambda: text in node.cli("cfglog -all").stdout, f"'{text}' in the log", 30)
    return node.cli("cfglog -all").stdout


def name_of(node: LabNode) -> str:
    found = re.search(r"Name: +(\S+)", node.cli("show System").stdout)
    return found[1] if found else ""


@pytest.mark.feature("MA-022")
def test_a_new_node_is_configured_by_its_medium(node: LabNode, lab: Lab) -> None:
    put(node, f"{RESCUE}/preconfig.atv", PROFILE)
    put(node, f"{RESCUE}/preconfig.sh", "#!/bin/sh\ntouch /run/executed\n")
    node.start()
    node.await_cli()
    log = await_log(node, "Configuration 1 committed")
    assert f"never configured: preconfiguration from {RESCUE}/preconfig.atv" in log, log
    assert "preconfig.sh is not run" in log and node.run(["test", "-e", "/run/executed"]).returncode == 1
    assert name_of(node) == "plant"

    def forwards() -> bool:
        return "1 received" in lab.run("client", ["ping", "-n", "-c", "1", "-W", "1", SERVER]).stdout

    await_condition(forwards, "what the profile allows", 30)
    # Configured once, it is left alone.
    node.stop()
    put(node, f"{RESCUE}/preconfig.atv", PROFILE.replace("plant", "other"))
    start(node)
    assert name_of(node) == "plant"
    assert "Configuration 2" not in node.cli("cfglog -all").stdout


@pytest.mark.feature("MA-022")
def test_the_file_with_its_serial_number_goes_before(node: LabNode) -> None:
    (node.state / "serial").write_text("HX-0815\n")
    put(node, f"{RESCUE}/preconfig.atv", PROFILE)
    put(node, f"{RESCUE}/HX-0815.atv", PROFILE.replace("plant", "mine"))
    start(node)
    log = await_log(node, "Configuration 1 committed")
    assert "by the medium's /run/media/card/Rescue Config/HX-0815.atv" in log, log
    assert name_of(node) == "mine"


@pytest.mark.feature("MA-023")
def test_an_encrypted_profile_is_for_one_node(node: LabNode, tmp_path: Path) -> None:
    start(node)  # which makes the certificate
    node.stop()

    def encrypt(certificate: Path) -> bytes:
        return subprocess.run(["openssl", "cms", "-encrypt", "-aes256", "-binary", "-outform", "DER", "-stream", certificate],
                              input=PROFILE.encode(), capture_output=True, check=True).stdout

    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-days", "2",
                    "-keyout", tmp_path / "other.key", "-out", tmp_path / "other.crt"], check=True, capture_output=True)
    put(node, f"{RESCUE}/preconfig.atv.p7e", encrypt(tmp_path / "other.crt"))
    start(node)
    log = await_log(node, "preconfig.atv.p7e is not used: it is damaged, or was not encrypted for this system's certificate")
    assert "committed" not in log
    node.stop()
    put(node, f"{RESCUE}/preconfig.atv.p7e", encrypt(node.state / "https.pem"))
    start(node)
    await_log(node, "Configuration 1 committed")
    assert name_of(node) == "plant"


@pytest.mark.feature("MA-022")
def test_what_is_wrong_leaves_it_as_delivered(node: LabNode) -> None:
    put(node, f"{RESCUE}/preconfig.atv", PROFILE.replace("ACCEPT", "LET"))
    start(node)
    log = await_log(node, "preconfig.atv is not used")
    assert 'Error for FW_OUTGOING:0.TARGET="LET": It must be ACCEPT, DROP or REJECT.' in log, log
    assert name_of(node) == "System"
    assert "No changes." in node.cli("show -changes").stdout


@pytest.mark.feature("MA-035")
def test_the_external_storage_is_loaded_at_the_start(node: LabNode) -> None:
    put(node, f"{CARD}/unused", "")
    start(node)
    done = node.commands(f"set ExternalStorageSettings Directory={CARD} LoadAtBoot=Yes\nset System Name=first\nactivate\ncommit\n"
                         "ecs -save\nset System Name=second\nactivate\ncommit\n")
    assert done.returncode == 0, done
    assert name_of(node) == "second"
    node.stop()
    start(node)
    log = await_log(node, "Configuration 3 committed by the external config storage /run/media/card")
    assert "The configuration from the external config storage differs from the device." in log
    assert "ECS-load: Configuration restored from external config storage." in log
    assert name_of(node) == "first"

    # And by a new node that finds it in its medium.
    node.stop()
    for file in node.state.glob("config.json*"):
        file.unlink()
    start(node)
    await_log(node, "by the medium's /run/media/card/hadrian-configuration")
    await_condition(lambda: name_of(node) == "first", "the configuration of the medium", 20)
    node.stop()
    put(node, f"{CARD}/hadrian-configuration", "hello")
    start(node)
    await_log(node, "ECS-load: nothing was loaded from the external config storage: it is no backup")
    assert name_of(node) == "first"


def gaiconfig(node: LabNode, words: str, text: str = "") -> tuple[int, str, str]:
    (node.state / "input").write_text(text)
    done = node.run(["sh", "-c", f"{node.binary('gaiconfig')} {words} < /var/lib/hadrian/input"])
    return done.returncode, done.stdout, done.stderr


@pytest.mark.feature("MA-024")
def test_gaiconfig(node: LabNode) -> None:
    start(node)
    assert gaiconfig(node, "--silent --set-all", PROFILE + "") == (0, "", "")
    assert name_of(node) == "plant"
    code, out, _ = gaiconfig(node, "--set HOSTNAME renamed")
    assert code == 0 and "Of the profile's 1 variables 1 were taken." in out, out
    assert name_of(node) == "renamed"
    assert gaiconfig(node, "--silent --set NTP_SERVERS:0.NTP_SERVER 198.51.100.10") == (0, "", "")
    assert gaiconfig(node, "--goto NTP_SERVERS:0 --get-rowid") == (0, "ntp_1\n", "")
    code, out, told = gaiconfig(node, "--goto NTP_SERVERS:7 --get-rowid")
    assert code == 1 and out == "" and "ntp_8" in told, told
    code, out, told = gaiconfig(node, "--goto VPN_CONNECTION:0 --get-rowid")
    assert code == 1 and out == "" and "there is nothing for rows of VPN_CONNECTION here" in told, told
    assert gaiconfig(node, "--silent --set HTTPS_SERVER_CERT_REF ''") == (0, "", "")
    code, _, told = gaiconfig(node, "--set HTTPS_SERVER_CERT_REF mine")
    assert code == 1 and 'Error for HTTPS_SERVER_CERT_REF="mine": HTTPS server certificate of your own is not supported' in told, told
    code, _, told = gaiconfig(node, "--set-all", PROFILE.replace(END, ""))
    assert code == 1 and "line 7, column 1" in told, told
    assert gaiconfig(node, "--factory-default --silent --set-all", f'NTP_ENABLE = "no"\n{END}') == (0, "", "")
    assert "No changes." in node.cli("show -changes").stdout
    assert node.cli("show EthernetInterface").stdout.count("if2") == 0
    node.cli("set System Comments=x")
    code, _, told = gaiconfig(node, "--set HOSTNAME again")
    assert code == 1 and "edits that are not committed" in told, told
    assert gaiconfig(node, "--set")[0] == 2
    left = [name for name in node.run(["ls", "/run/hadrian/files"]).stdout.split() if not name.endswith(".mib")]
    assert not left and "gaiconfig" not in node.cli("profile").stdout
