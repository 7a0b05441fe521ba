# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that answers each datagram by the same, from the port to which it came."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.background import Background
from lab.laboratory import Lab

ANSWER = """
import select, socket, sys
listening = []
for port in sys.argv[1:]:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("0.0.0.0", int(port)))
    listening.append(one)
print("ready", flush=True)
while True:
    for one in select.select(listening, [], [])[0]:
        data, peer = one.recvfrom(100)
        one.sendto(data, peer)
"""


@contextmanager
def answering(lab: Lab, host: str, *ports: int | str) -> Iterator[None]:
    """On these UDP ports, for the length of a `with`."""
    with Background(lab, host, ["/usr/bin/python3", "-c", ANSWER, *ports]) as server:
        server.await_line("ready")
        yield
