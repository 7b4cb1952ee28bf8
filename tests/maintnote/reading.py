"""Run by the environment of circuit-maintenance-parser: reads feeds in Base64, a line each, and writes JSON lines.

Each is what the library's provider for standard MAINTNOTE makes of a feed: its maintenances, or an error.
"""

import base64
import json
import sys

from circuit_maintenance_parser import (  # type: ignore[import-not-found]  # it is in that environment alone
    NotificationData,
    init_provider,
)


def read(feed: bytes) -> dict[str, object]:
    """The ``maintenances`` as plain data, in the order of the feed, or the ``error``."""
    notification = NotificationData.init_from_raw("ical", feed)
    try:
        maintenances = init_provider("genericprovider").get_maintenances(notification)
    except Exception as error:  # noqa: BLE001  (the test shows it)
        return {"error": f"{error!r} {getattr(error, 'related_exceptions', '')}"}
    return {"maintenances": [json.loads(each.to_json()) for each in maintenances]}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(read(base64.b64decode(line))) + "\n")
        sys.stdout.flush()
