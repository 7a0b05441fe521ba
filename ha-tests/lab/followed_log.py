# SPDX-License-Identifier: GPL-2.0-or-later
"""What a log says from a moment on."""

from pathlib import Path

from lab.wait import await_condition


class FollowedLog:
    """A file that lines are appended to, from its end at this moment."""

    def __init__(self, file: Path):
        self._file = file
        self._begin = file.stat().st_size if file.exists() else 0

    def holds(self, text: str) -> bool:
        if not self._file.exists():
            return False
        with self._file.open("rb") as file:
            file.seek(self._begin)
            return text.encode() in file.read()

    def await_text(self, text: str, timeout: float = 10) -> None:
        """Looks so often that what follows within milliseconds can be met."""
        await_condition(lambda: self.holds(text), f"'{text}' in {self._file}", timeout, interval=0.001)
