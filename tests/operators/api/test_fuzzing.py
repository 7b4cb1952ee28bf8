"""Some requests that schemathesis makes up; ``tests.benchmarks.fuzzing`` sends them for minutes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.operators.api.fuzzing import WITHOUT_STATE, fuzz, operators_server

EXAMPLES = os.environ.get("ICSFEED_TEST_EXAMPLES", "1")
"""For each operation."""


def test_no_request_gets_an_answer_that_the_document_does_not_have(tmp_path: Path) -> None:
    with operators_server(tmp_path) as (url, token):
        result = fuzz(
            tmp_path, url, token, *WITHOUT_STATE, "--phases", "fuzzing", "--max-examples", EXAMPLES, "--warnings", "off"
        )
    assert result.returncode == 0, result.stdout + result.stderr
