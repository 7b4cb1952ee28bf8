"""What a worker process does besides serving: it says when it can serve, and ends with its parent and in time."""

from __future__ import annotations

import atexit
import gc
import os
import pkgutil
import signal
import sys
import time
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any, Final

from flask import Flask

from icsfeed.web.connections import CONNECTIONS, Connections

SECONDS_TO_FINISH: Final = 5
"""For the requests in progress when a worker is told to stop, and for clients that never end theirs."""

_SWITCH_SECONDS: Final = 0.001
"""How long a request waits for a thread that computes, such as one that makes the next publication; by default 5 ms."""


def load_application(ready: Connection, connections: Connections, factory: str) -> Any:  # noqa: ANN401  (any WSGI application)
    """Make the application in a worker, and send the worker's process id to ``ready``."""
    atexit.register(_exit)  # the first function that is registered runs last
    if sys.platform != "win32":
        # A terminal sends Ctrl-C to the workers, too. The parent stops them by SIGTERM; a worker of Granian's that gets
        # both signals never ends.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    Thread(target=_end_in_time, args=(_stop_signals(),), daemon=True).start()
    sys.setswitchinterval(_SWITCH_SECONDS)
    application = pkgutil.resolve_name(factory)()
    if isinstance(application, Flask):
        application.config[CONNECTIONS] = connections
    # What exists now stays: searching it for garbage again and again would cost each request a microsecond.
    gc.collect()
    gc.freeze()
    ready.send(os.getpid())  # from now on, the system keeps connections for this worker until it accepts them
    ready.close()
    return getattr(application, "wsgi_app", application)  # Flask's __call__ only calls wsgi_app


def _stop_signals() -> int:
    """A pipe from which each signal that this process gets can be read, besides what Granian does at that signal."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def _end_in_time(signals: int) -> None:
    """Wait until the worker is told to stop, or its parent has died; then end it, with open connections if need be.

    Granian waits for all its clients; the parent would have to kill a worker, which could not record anything then.
    """
    parent = parent_process()
    parent_end = [parent.sentinel] if parent is not None else []
    signal_ends = [signals] if sys.platform != "win32" else []  # elsewhere, only sockets can be waited for
    if signals not in wait([*parent_end, *signal_ends]):
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_FINISH)
    atexit._run_exitfuncs()  # noqa: SLF001  (as multiprocessing itself does at the end of a process)


def _exit() -> None:
    """End the process at once.

    Otherwise Python would take itself down while Granian's threads go on, and one that is about to call Python then
    panics: a worker that was stopped under load printed Rust's backtrace.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(0)
