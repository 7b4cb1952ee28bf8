"""A client that openapi-python-client generates from the document announces and completes a change."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from icsfeed.web.operators.api.document import api_document
from tests.operators.api.fuzzing import operators_server
from tests.required import require

PROGRAM = """
import sys
from made_client import AuthenticatedClient
from made_client.api.changes import announce_change, complete_change, list_changes, show_change
from made_client.models import AnnouncementFields, AnnouncementFieldsKind, Problem, StepFields, StepOutcome

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
fields = AnnouncementFields(
    kind=AnnouncementFieldsKind.EMERGENCY, summary="Failover", environments=["production"], duration="2h"
)
announced = announce_change.sync_detailed(client=client, body=fields, idempotency_key="1")
assert announced.status_code == 201, announced.content
again = announce_change.sync_detailed(client=client, body=fields, idempotency_key="1")
assert isinstance(announced.parsed, StepOutcome), announced.parsed
assert announced.parsed == again.parsed
tag = announced.headers["ETag"]
completed = complete_change.sync(announced.parsed.id, client=client, body=StepFields(message="Done"), if_match=tag)
assert isinstance(completed, StepOutcome), completed
assert (completed.state.value, completed.updates[-1].message) == ("completed", "Done")
outdated = complete_change.sync_detailed(announced.parsed.id, client=client, body=StepFields(), if_match=tag)
assert outdated.status_code == 412, outdated.content
shown = show_change.sync(announced.parsed.id, client=client)
assert shown.updates == completed.updates
assert [each.id for each in list_changes.sync(client=client, all_=True).items] == [announced.parsed.id]
wrong = announce_change.sync(client=client, body=AnnouncementFields.from_dict(
    {"kind": "emergency", "summary": "Failover", "environments": ["prod"], "duration": "2h"}
))
assert isinstance(wrong, Problem), wrong
assert wrong.errors[0].remedy == "this schedule has preview, production", wrong
"""


def test_a_generated_client_announces_and_completes_a_change(tmp_path: Path) -> None:
    require(None if importlib.util.find_spec("openapi_python_client") else "openapi-python-client is not installed")
    (tmp_path / "openapi.json").write_text(json.dumps(api_document()), encoding="utf-8")
    # Without the commands that tidy the generated code.
    (tmp_path / "settings.yaml").write_text("package_name_override: made_client\npost_hooks: []\n", encoding="utf-8")
    generator = (sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json")
    options = ("--meta", "none", "--output-path", "made_client", "--config", "settings.yaml", "--fail-on-warning")
    generated = subprocess.run((*generator, *options), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert generated.returncode == 0, generated.stdout + generated.stderr
    with operators_server(tmp_path) as (url, token):
        program = (sys.executable, "-W", "error", "-c", PROGRAM, url, token)
        used = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert used.returncode == 0, used.stderr
