# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that sends datagrams, and sees the error about each that reaches a closed port."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.background import Background
from lab.laboratory import Lab

REFUSED, SILENCE = "refused", "silence"

ASK = f"""
import json, socket, sys
targets, size, timeout = json.loads(sys.argv[1])
sockets = []
for address, port, source in targets:
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("", source)); one.settimeout(timeout); one.connect((address, port))
    sockets.append(one)
print("ready", flush=True)
for line in sys.stdin:
    said = []
    for one in sockets:
        one.send(bytes(size))
        try: said.append(one.recv(100).decode())
        except ConnectionRefusedError: said.append("{REFUSED}")
        except TimeoutError: said.append("{SILENCE}")
    print("said", json.dumps(said), flush=True)
"""


@contextmanager
def asking(lab: Lab, host: str, targets: list[tuple[str, int, int]], size: int = 3,
           timeout: float = 10) -> Iterator[Callable[[], list[str]]]:
    """
    Flows to (address, port, source port or 0: any), for the length of a `with`. What it gives uses each of them once, one behind the
    other: a datagram of `size` bytes, and for `timeout` seconds what comes back, REFUSED or SILENCE.
    """
    with Background(lab, host, ["/usr/bin/python3", "-c", ASK, json.dumps([targets, size, timeout])]) as program:
        program.await_line("ready")

        def ask() -> list[str]:
            program.tell("go")
            line = program.await_line("said ", timeout=len(targets) * timeout + 10)
            return json.loads(line.removeprefix("said "))

        yield ask
