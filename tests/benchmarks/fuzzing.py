"""Sends what schemathesis makes up to the operators' API for some minutes: with a token, and without one.

``python -m tests.benchmarks.fuzzing [MINUTES]``
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from icsfeed.domain.operators import Scope
from tests.operators.api.fuzzing import fuzz, operators_server


def main(minutes: float) -> None:
    """A half of the time with a token that may write, and a quarter each with one that may read, and with none."""
    for scope, has_token, share in ((Scope.WRITE, True, 0.5), (Scope.READ, True, 0.25), (Scope.READ, False, 0.25)):
        with tempfile.TemporaryDirectory() as name, operators_server(Path(name), scope=scope) as (url, token):
            seconds = max(1, int(60 * minutes * share))
            result = fuzz(
                Path(name), url, token if has_token else "", "--max-time", str(seconds), "--continue-on-failure"
            )
            sys.stdout.write(
                f"{scope}, with token: {has_token}, status {result.returncode}\n{result.stdout}{result.stderr}"
            )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
