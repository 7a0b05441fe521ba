# SPDX-License-Identifier: GPL-2.0-or-later
"""Threshold rules: how many flows a host may have, and how many it may open in a time."""

import re
from collections.abc import Iterator

import pytest
from lab.answer import answering
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import SERVER
from lab.wait import await_condition

HELD, FAST = 7100, 7200  # UDP ports: at most 5 flows of a host at once, and 5 in a minute
LIMIT = 5

CONFIGURE = f"""
add Interface Zone inside
set Interface EthernetInterface if1 Zone=inside
add Interface InterfaceGroup outside Members=if2
add Service ServiceTCPUDP held Type=UDP DestinationPorts={HELD}
add Service ServiceTCPUDP fast Type=UDP DestinationPorts={FAST}
cc ThresholdRules
add ThresholdRule Name=my_rule SourceInterface=inside SourceNetwork=if1_net DestinationInterface=outside DestinationNetwork=if2_net Service=held
cc ThresholdRule my_rule
add ThresholdSet Name=my_set Action=Drop ActionLog=AlwaysLog
cc ThresholdSet my_set
add ThresholdDefinition Name=my_def Type=ConcurrentFlows Limit={LIMIT} Grouping=SourceIP
cc ThresholdRules
add ThresholdRule Name=rate SourceInterface=any SourceNetwork=all-nets DestinationInterface=any DestinationNetwork=all-nets Service=fast
cc ThresholdRule rate
add ThresholdSet Action=Drop
cc ThresholdSet 1
add ThresholdDefinition Type=FlowRate Limit={LIMIT} Interval=1m
cc
"""

# Opens flows from the given source ports, and prints from which of them an answer came.
ASK = """
import select, socket, sys
address, port, sources = sys.argv[1], int(sys.argv[2]), range(int(sys.argv[3]), int(sys.argv[4]))
answered = []
for source in sources:
    asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.bind(("0.0.0.0", source))
    asking.sendto(b"?", (address, port))
    if select.select([asking], [], [], 1)[0]:
        answered.append(source)
print(*answered)
"""


@pytest.fixture(scope="module", autouse=True)
def limits(lab: Lab) -> Iterator[None]:
    Cluster(lab).commit(CONFIGURE)
    with answering(lab, "server", HELD, FAST):
        yield


def answered(lab: Lab, port: int, first: int, last: int) -> list[int]:
    """From which of these source ports, in turn, a flow to the server's port is answered."""
    done = lab.run("client", ["/usr/bin/python3", "-c", ASK, SERVER, port, first, last + 1], timeout=30)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def log_of(cluster: Cluster) -> str:
    return (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8")


@pytest.mark.feature("C03-018", "C03-020", "C24-002", "C24-003", "C24-004", "C24-007", "C24-012", "C24-014", "C24-016", "C24-018")
def test_a_host_has_as_many_flows_as_it_may(cluster: Cluster) -> None:
    before = cluster.counter("drop/threshold")
    assert answered(cluster.lab, HELD, 4001, 4007) == [4001, 4002, 4003, 4004, 4005]
    await_condition(lambda: cluster.counter("drop/threshold") == before + 2, "both are counted", timeout=10)
    # What is open goes on.
    assert answered(cluster.lab, HELD, 4001, 4006) == [4001, 4002, 4003, 4004, 4005]
    await_condition(lambda: "event=threshold_triggered rule=my_rule set=my_set definition=my_def" in log_of(cluster),
                    "the log tells that the limit is exceeded", timeout=10)
    assert re.search(r"event=threshold_flow_dropped rule=my_rule .*pkt_srcip=10\.1\.0\.10 .*pkt_srcport=4006 ",
                     log_of(cluster))


@pytest.mark.feature("C24-008", "C24-010")
def test_a_rate_is_limited(cluster: Cluster) -> None:
    assert answered(cluster.lab, FAST, 5001, 5007) == [5001, 5002, 5003, 5004, 5005]


@pytest.mark.feature("C24-004", "C22-002")
def test_who_takes_over_goes_on_counting(cluster: Cluster) -> None:
    """The flows of before are open still: the survivor lets no more through, and those that there are."""
    assert answered(cluster.lab, HELD, 4001, 4005) == [4001, 4002, 4003, 4004, 4005]
    cluster.await_well()
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert answered(cluster.lab, HELD, 4008, 4009) == []
    assert answered(cluster.lab, HELD, 4001, 4005) == [4001, 4002, 4003, 4004, 4005]
    cluster.nodes[victim].start()
    cluster.await_well()


@pytest.mark.feature("C24-018")
def test_another_limit_counts_what_is_open(cluster: Cluster) -> None:
    assert answered(cluster.lab, HELD, 4001, 4005) == [4001, 4002, 4003, 4004, 4005]
    cluster.commit("cc ThresholdRules\ncc ThresholdRule my_rule\ncc ThresholdSet my_set\n"
                   f"set ThresholdDefinition my_def Limit={LIMIT + 1}\ncc")
    assert answered(cluster.lab, HELD, 4010, 4012) == [4010]
