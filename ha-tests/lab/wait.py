# SPDX-License-Identifier: GPL-2.0-or-later
"""Awaiting a condition, in place of sleeping for a time that is too long on one machine and too short on another."""

import time
from collections.abc import Callable
from typing import TypeVar

from lab.errors import LabError

Result = TypeVar("Result")


def await_condition(condition: Callable[[], Result], description: str, timeout: float,
                    interval: float = 0.02) -> Result:
    """
    Calls condition until it returns something true, and returns that. Raises LabError "<description> did not happen
    within N s" where it does not. A LabError of the condition itself (a daemon died, say) ends the waiting at once.
    """
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            raise LabError(f"{description} did not happen within {timeout:g} s")
        time.sleep(interval)
