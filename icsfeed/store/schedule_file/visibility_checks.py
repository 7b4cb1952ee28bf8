"""Checks of what is public and what is private: no public feed names a private environment."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable


def visibility_findings(file: RawTable) -> Iterator[Finding]:
    """Public feeds that name a private environment, and a file whose environments are all private."""
    environments = tuple(file.tables("environments"))
    private = {table.sound.get("id") for table in environments if table.sound.get("public") is False}
    if environments and len(private) == len(environments):
        message = "no environment is public, so there would be no public calendar; remove public = false from one"
        yield Finding(keys=("environments",), message=message)
    for feed in file.tables("feeds"):
        if "public" in feed.intended and feed.sound.get("public") is not True:
            continue
        for keys, value in feed.sound_items("environments"):
            if value in private:
                message = (
                    f"{as_toml(value)} is a private environment, and this feed is public; "
                    "remove it here, or add public = false to the feed"
                )
                yield Finding(keys=keys, message=message)
