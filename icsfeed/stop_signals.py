"""How a long-running process waits, and learns that it is to stop."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable


def wait_for_signal() -> Callable[[float], bool]:
    """A function that waits for some seconds, and returns whether Ctrl-C or SIGTERM came, also before the wait."""
    reader, writer = os.pipe()  # not a lock: the interrupted code may hold it already

    def stop(number: int, _frame: object) -> None:
        os.write(writer, b".")
        signal.signal(number, signal.SIG_DFL)  # a second signal stops at once

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return lambda seconds: bool(select.select([reader], [], [], seconds)[0])
