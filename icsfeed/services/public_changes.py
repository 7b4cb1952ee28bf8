"""Changes as JSON for everybody: what operators see of them, without what is not public."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.alterations import OPERATORS_TEXTS
from icsfeed.domain.changes import Change
from icsfeed.services.change_json import change_as_json

_PRIVATE_KEYS: Final = frozenset({"withdrawn", "notice_minutes", "promised_notice_minutes"})
_PUBLIC_UPDATE_KEYS: Final = ("number", "at", "message", "translations", "state")


def public_change_as_json(change: Change, zone: ZoneInfo) -> dict[str, object]:
    """The change as ``change_as_json`` has it, without its operators, its notice, and texts that no longer hold.

    ``change`` must be that of a view for the public.
    """
    whole = change_as_json(change, zone)
    updates = whole["updates"]
    if not isinstance(updates, list):  # pragma: no cover  (for the types alone)
        raise TypeError
    return {
        **{key: value for key, value in whole.items() if key not in _PRIVATE_KEYS},
        "updates": [
            {
                **{key: update[key] for key in _PUBLIC_UPDATE_KEYS},
                "changed": [
                    {**each, "before": "", "after": ""} if each["what"] in OPERATORS_TEXTS else each
                    for each in update["changed"]
                ],
            }
            for update in updates
        ],
    }
