"""This file decides how long a process of ours lives: no child outlives its parent, and SIGTERM unwinds like Ctrl-C.

A child ties itself to its parent as its first act: the parent may have several threads by then, among which nothing
may run between fork and exec. The kernel's signal follows the thread that started the child: `Kept`'s own thread, which
ends with its process, or the main thread.
"""

import ctypes
import os
import signal
import sys
from typing import Final

TIED_TO: Final = "MARAUDE_TIED_TO"
_PR_SET_PDEATHSIG: Final = 1


def tie_to_parent() -> None:
    """Let the kernel kill this process with the parent that asked for it; nobody asked a command that a user types."""
    parent = os.environ.pop(TIED_TO, "")  # a child of ours is not its child
    if not parent or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != parent:
        os._exit(1)  # it ended before the kernel was told


def end_on_term_as_on_interrupt() -> None:
    """Raise KeyboardInterrupt at SIGTERM too, so that what was started is ended in good order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
