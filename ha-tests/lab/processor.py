# SPDX-License-Identifier: GPL-2.0-or-later
"""How busy the machine is."""

from pathlib import Path


def processor_ticks() -> tuple[int, int]:
    """What all processors were busy with and what they could have been, since the machine came up, in ticks."""
    values = [int(value) for value in Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]]
    return sum(values) - values[3] - values[4], sum(values)
