# SPDX-License-Identifier: GPL-2.0-or-later
"""One thread of a process that is held back while the others run, as a kernel may do that has no time for it."""

import ctypes
import os
from pathlib import Path
from typing import Self

from lab.errors import LabError

SEIZE, DETACH, INTERRUPT = 0x4206, 17, 0x4207  # of ptrace(2)
ANY_THREAD = 0x40000000  # __WALL of waitpid(2)

_library = ctypes.CDLL(None, use_errno=True)
_library.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
_library.ptrace.restype = ctypes.c_long


def _trace(request: int, thread: int) -> None:
    if _library.ptrace(request, thread, None, None) < 0:
        raise LabError(f"thread {thread} cannot be held: {os.strerror(ctypes.get_errno())}")


def thread_of(pid: int, name: str) -> int:
    """The one thread of a process that has this name."""
    found = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()
             if (task / "comm").read_text(encoding="utf-8").strip() == name]
    if len(found) != 1:
        raise LabError(f"process {pid} has {len(found)} threads called {name}")
    return found[0]


class HeldThread:
    """
    Holds a thread for the length of a `with`, or until release(), both on the thread of Python that made it. Where the process
    is stopped (SIGSTOP) the thread does not run on with the others at its SIGCONT.
    """

    def __init__(self, thread: int):
        self._thread = thread
        _trace(SEIZE, thread)
        self._held = True
        try:
            _trace(INTERRUPT, thread)
            os.waitpid(thread, ANY_THREAD)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        if self._held:
            self._held = False
            _trace(DETACH, self._thread)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
