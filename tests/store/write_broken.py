"""Writes the messages about each broken file, for review: ``python -m tests.store.write_broken``.

Nothing calls this but a person; a changed sentence is a change that somebody reads, in a commit of its own.
"""

from pathlib import Path

from icsfeed.store.schedule_file import ScheduleFileError, read_schedule

BROKEN = Path(__file__).parent / "broken"


def refusal(path: Path) -> str:
    """The messages about the file, with a line break at the end; empty where there are none."""
    try:
        read_schedule(path.read_bytes(), path.name)
    except ScheduleFileError as error:
        return f"{error}\n"
    return ""


if __name__ == "__main__":
    for broken in sorted(BROKEN.glob("*.toml")):
        broken.with_suffix(".txt").write_text(refusal(broken), encoding="utf-8")
