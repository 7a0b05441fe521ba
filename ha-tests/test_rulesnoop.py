# SPDX-License-Identifier: GPL-2.0-or-later
"""rulesnoop and trace: what rules decide and where packets go, shown in a session while traffic passes."""

from collections.abc import Iterator

import pexpect
import pytest
from lab.cluster import Cluster
from lab.ssh import PROMPT, session
from lab.wait import await_condition

SERVER, PEER, CLIENT = "198.51.100.10", "198.51.100.20", "10.1.0.10"


@pytest.fixture
def console(cluster: Cluster) -> Iterator[pexpect.spawn]:
    node = cluster.nodes[cluster.active()]
    await_condition(lambda: "Running" in node.cli("sshserver").stdout, "the SSH server", timeout=30)
    with session(cluster.lab, columns=250) as at:
        at.expect(PROMPT)
        yield at


def type_in(console: pexpect.spawn, command: str, expected: str) -> None:
    console.sendline(command)
    console.expect(expected)
    console.expect(PROMPT)


def udp(cluster: Cluster, *ports: int, host: str = "client", target: str = SERVER, source: int = 0) -> None:
    """One datagram to each port, each a flow of its own."""
    script = f"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', {source})); "
    script += f"[s.sendto(b'x' * 20, ('{target}', port)) for port in {list(ports)}]"
    assert cluster.lab.run(host, ["python3", "-c", script]).returncode == 0


def nothing_came(console: pexpect.spawn) -> None:
    """What came would stand before the answer of a command."""
    console.sendline("about")
    console.expect("Hadrian")
    assert "SNOOP" not in console.before and "TRACE" not in console.before, console.before
    console.expect(PROMPT)


@pytest.mark.feature("C07-010", "C07-009")
def test_rules_are_shown_as_they_decide(cluster: Cluster, console: pexpect.spawn) -> None:
    type_in(console, "rulesnoop all", "the command is in the view advanced, which is not open")
    type_in(console, "cmdview advanced", "advanced")
    type_in(console, "rulesnoop", "nothing is watched in this session")
    type_in(console, "rulesnoop all", r"Watching rules on all\. 'rulesnoop none' ends it\.")
    udp(cluster, 5001)
    console.expect(rf'SNOOP:  POLICY-1  : Matched rule "lan_to_wan" with id 0x[0-9a-f]+: Allow <UDP if1;{CLIENT}:\d+ -> {SERVER}:5001>\r\n')
    udp(cluster, 5002, host="server", target=CLIENT)
    console.expect(rf'Matched default rule "System::DefaultDrop": Drop <UDP if2;{SERVER}:\d+ -> {CLIENT}:5002>\r\n')
    type_in(console, "rulesnoop", "watching on all")
    type_in(console, "rulesnoop none", "rulesnoop: ended")
    udp(cluster, 5003)
    nothing_came(console)
    type_in(console, "rulesnoop none", "nothing was watched")


@pytest.mark.feature("C07-010")
def test_filters_and_verbosity(cluster: Cluster, console: pexpect.spawn) -> None:
    type_in(console, "cmdview advanced", "advanced")
    type_in(console, "rulesnoop if9", "there is no interface 'if9'")
    type_in(console, "rulesnoop if1 nowhere", "'nowhere' is no network")
    type_in(console, "rulesnoop if1 -verbosity=loud", "-verbosity cannot be 'loud'")
    type_in(console, "rulesnoop if1 203.0.113.0/24", r"Watching rules on if1 to 203\.0\.113\.0/24")
    udp(cluster, 5011)
    nothing_came(console)
    type_in(console, "rulesnoop if2", "Watching rules on if2")
    udp(cluster, 5012)
    nothing_came(console)
    type_in(console, f"rulesnoop if1 all-nets {CLIENT} -verbosity=informative", f"on if1 to all-nets from {CLIENT}")
    udp(cluster, 5013)
    console.expect(rf'Matched rule "lan_to_wan" with id 0x[0-9a-f]+: Allow <UDP if1;{CLIENT}:\d+ -> {SERVER}:5013>\r\n')
    console.expect(rf"SNOOP:  POLICY-1  : Allow <UDP if1;{CLIENT}:\d+ -> {SERVER}:5013>: route via if2\r\n")
    type_in(console, f"rulesnoop if1 {SERVER} -verbosity=EXTREME", f"on if1 to {SERVER}")
    udp(cluster, 5014)
    console.expect('Found reverse route "if1_net"')
    console.expect('Found forward route "if2_net"')
    console.expect('Matched rule "lan_to_wan"')
    console.expect("route via if2")
    # Ctrl-C at the prompt ends it.
    console.send("\003")
    console.expect("rulesnoop: ended")
    udp(cluster, 5015)
    nothing_came(console)


@pytest.mark.feature("C07-010")
def test_a_flood_is_cut_and_hurts_nobody(cluster: Cluster, console: pexpect.spawn) -> None:
    type_in(console, "cmdview advanced", "advanced")
    type_in(console, "rulesnoop if1", "Watching rules on if1")
    udp(cluster, *range(20000, 24000))
    console.expect(r"rulesnoop: (\d+) decisions were left out: they came too fast\.")
    assert cluster.nodes[cluster.active()].cli("about").returncode == 0
    assert cluster.lab.run("client", ["ping", "-n", "-c", "2", "-i", "0.2", SERVER]).returncode == 0
    # Who leaves takes his watch along.
    console.sendline("exit")
    console.expect(pexpect.EOF)
    udp(cluster, 5031)


@pytest.mark.feature("C07-010")
def test_after_a_failover_the_new_node_is_asked(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.standby()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    console = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "xterm"}, encoding="utf-8", timeout=20,
                            dimensions=(50, 250))
    try:
        console.expect(PROMPT)
        type_in(console, "cmdview advanced", "advanced")
        type_in(console, "rulesnoop all", "Watching rules on all")
        udp(cluster, 5041)
        nothing_came(console)
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        udp(cluster, 5042)
        console.expect(rf'Matched rule "lan_to_wan" with id 0x[0-9a-f]+: Allow <UDP if1;{CLIENT}:\d+ -> {SERVER}:5042>')
    finally:
        console.close(force=True)


def test_packets_are_traced(cluster: Cluster, console: pexpect.spawn) -> None:
    type_in(console, "cmdview advanced", "advanced")
    type_in(console, "trace all -destiface=if1", "trace has no option -destiface")
    type_in(console, "trace if1 -num=0", "-num cannot be '0'. Allowed: 1 to 4000")
    type_in(console, f"trace if1 -protocol=UDP -destip={SERVER} -destport=5050-5059 -num=3",
            r"Watching packets on if1, filtered\. 'trace none' ends it\.")
    udp(cluster, 5040, 5050)
    console.expect(rf"TRACE:  1   : <UDP if1;{CLIENT}:(\d+) -> {SERVER}:5050> \d+ bytes, worker \d+\r\n"
                   r"    ethernet_input -> ipv4_input -> (handover -> )?flow_lookup -> flow_setup -> flow_forward -> transmit\r\n"
                   r'    new flow: rule "lan_to_wan" \(index 1\): Allow\r\n'
                   rf"    sent by if2: <UDP {CLIENT}:\1 -> {SERVER}:5050>\r\n")
    udp(cluster, 5051, source=40051)
    console.expect('TRACE:  2   : ')
    console.expect('new flow: rule "lan_to_wan"')
    udp(cluster, 5051, source=40051)
    console.expect('TRACE:  3   : ')
    console.expect(r"flow_lookup -> flow_forward -> transmit\r\n    established flow, the way that it was opened\r\n")
    console.expect("trace: ended after 3 packets")
    udp(cluster, 5052)
    nothing_came(console)
    # What is dropped, and why; both of ours and the other side's.
    type_in(console, f"trace if2 -srcip={SERVER} -destip={CLIENT} -num=1", "Watching packets on if2")
    udp(cluster, 5060, host="server", target=CLIENT)
    console.expect(r"flow_lookup -> flow_setup -> drop\r\n    new flow: no rule\r\n"
                   r"    dropped: Dropped by IP rules \(statistics /datapath/drop/default_rule\)\r\n")
    console.expect("trace: ended after 1 packets")
    type_in(console, "trace all", "Watching packets on all")
    type_in(console, "trace none", "trace: ended")


@pytest.mark.feature("C07-001", "C02-048")
def test_how_often_a_rule_has_decided_is_counted(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]

    def flows() -> int:
        rows = node.commands("cmdview advanced\nruledb -usage lan_to_wan\n").stdout
        (row,) = [line for line in rows.splitlines() if " lan_to_wan " in line]
        return int(row.split()[2])

    before = flows()
    udp(cluster, 5301, 5302, 5303)
    await_condition(lambda: flows() == before + 3, "three more flows of the rule", timeout=10)
    assert "no rule in force has the name" in node.commands("cmdview advanced\nruledb -usage lan_to_moon\n").stdout
