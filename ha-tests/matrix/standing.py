# SPDX-License-Identifier: GPL-2.0-or-later
"""The flows that stand open in a cell: some hundreds of TCP and UDP, and for a bulk sync, that is to last, a crowd more."""

from typing import Self

from lab.crowd import Crowd
from lab.laboratory import Lab
from lab.traffic import Flows

FLOWS_TCP, FLOWS_UDP = 200, 200


class Standing:
    """crowd: how many UDP flows there are beside the others; Crowd.configure() was called once."""

    def __init__(self, lab: Lab, crowd: int):
        self._flows = Flows(lab, FLOWS_TCP, FLOWS_UDP)
        self._crowd: Crowd | None = None
        try:
            if crowd:
                self._crowd = Crowd(lab, crowd)
                self._crowd.open(crowd)
        except BaseException:
            self.__exit__()
            raise

    def check(self) -> str:
        """Which of them are alive, for people; all_alive() reads it."""
        said = self._flows.check()
        if self._crowd:
            census = self._crowd.check()
            said += f", crowd {census.alive}/{census.judged}"
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._crowd:
            self._crowd.__exit__(None, None, None)
        self._flows.__exit__()


def all_alive(said: str) -> bool:
    """Of what Standing.check() says."""
    flows, _, crowd = said.partition(", crowd ")
    alive, _, judged = crowd.partition("/")
    return flows.startswith(f"tcp {FLOWS_TCP}/{FLOWS_TCP} udp {FLOWS_UDP}/{FLOWS_UDP} resets 0") and alive == judged
