"""Starts the processes that send by apprise, and ends them where they take too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from icsfeed.notify.failures import TemporaryFailureError

MAX_SECONDS: Final = 30.0
"""How long one message may take: to start the process, to log in to the service, to send."""

_NO_URL: Final = "apprise does not understand the URL of the channel"
_EARLY_END: Final = "the process that sends it came to an early end"
_MODULE: Final = "icsfeed.notify.chat.worker"
_VARIABLES: Final = frozenset(
    {
        "SYSTEMROOT",
        "LD_LIBRARY_PATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
"""What a process gets of the environment: how to start, whom to trust, and the way out of the vendor's network."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Apprise:
    """Apprise in processes of its own, each of which does one job."""

    environment: Mapping[str, str] = field(repr=False)
    seconds: float = MAX_SECONDS

    def target_count(self, url: str) -> int:
        """How many targets that URL, or those several, have; 0 where apprise does not understand them.

        Raises:
            TemporaryFailureError: where no process answers.
        """
        return int(self._result({"url": url})["targets"])

    def send(self, url: str, *, target: int, title: str, body: str) -> None:
        """Send text to the target of that number, from 1.

        Raises:
            TemporaryFailureError: where it was not sent, or nobody can tell.
        """
        result = self._result({"url": url, "target": target, "title": title, "body": body})
        if not result["targets"]:
            raise TemporaryFailureError(_NO_URL)
        if "is_sent" not in result:
            msg = f"the URL of the channel no longer has a target number {target}"
            raise TemporaryFailureError(msg)
        if not result["is_sent"]:
            raise TemporaryFailureError(_reason(result))

    def _result(self, job: Mapping[str, object]) -> dict[str, Any]:
        try:
            output = self._output(json.dumps({**job, "seconds": self.seconds}).encode())
        except subprocess.TimeoutExpired:
            msg = f"the service did not answer within {self.seconds:g} seconds"
            raise TemporaryFailureError(msg) from None
        except OSError as error:
            reason = (error.strerror or "the system gives no reason").lower()
            msg = f"no process can be started to send it: {reason}"
            raise TemporaryFailureError(msg) from None
        try:
            result: dict[str, Any] = json.loads(output)
        except ValueError:
            raise TemporaryFailureError(_EARLY_END) from None
        return result

    def _output(self, job: bytes) -> bytes:
        """What the process writes until its end, which is at the latest when time is up."""
        with subprocess.Popen(  # noqa: S603  (this interpreter, and a module of this package)
            [sys.executable, "-P", "-s", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._variables(),
            start_new_session=True,
        ) as process:
            try:
                return process.communicate(job, timeout=self.seconds)[0]
            except BaseException:
                process.kill()
                raise

    def _variables(self) -> dict[str, str]:
        paths = [str(Path(each).absolute()) for each in sys.path]
        passed = {name: value for name, value in self.environment.items() if name in _VARIABLES}
        # requests would look for passwords in ~/.netrc.
        return {**passed, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "NETRC": os.devnull}


def _reason(result: Mapping[str, Any]) -> str:
    """Why a message was not sent, as far as apprise tells."""
    if result["status"]:
        return f"the service answered {result['status']}"
    return "the service did not take the message" if result["has_connection"] else "the service can't be reached"
