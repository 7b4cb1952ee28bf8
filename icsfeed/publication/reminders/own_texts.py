"""A vendor's own templates: rendered by a process of its own, which is ended where it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from icsfeed.publication.reminders.escaping import Escaping
from icsfeed.publication.reminders.plain_variables import Variables

MAX_SECONDS: Final = 1.0
"""How long one template may compute; the built-in ones take some milliseconds."""

START_SECONDS: Final = 5.0
"""How long the process may take besides, by the clock on the wall: to start, on a busy machine."""

_MODULE: Final = "icsfeed.publication.reminders.sandbox"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class TemplateMistake:
    """What is wrong with a template, by the name of its file; the line is from 1, or 0 where it is not known."""

    template: str
    line: int = 0
    message: str

    def text(self, folder: str) -> str:
        """The mistake with its place, as compilers write it."""
        place = f"{Path(folder) / self.template}{f':{self.line}' if self.line else ''}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateEntry:
    """A text to be rendered: from the template of that name, with those of the job's variables.

    One that ``is_document`` must be well-formed XML.
    """

    template: str
    escaping: Escaping
    variables: int
    is_document: bool = False


def rendered(
    templates: Mapping[str, str],
    entries: Sequence[TemplateEntry],
    variables: Sequence[Variables],
    *,
    seconds: float = MAX_SECONDS,
    patience: float | None = None,
) -> list[str | TemplateMistake]:
    """The text of each entry, or the mistake in its template; all in one process, which is over afterwards.

    Where a template brings the process to its end, another one renders the entries of the other templates.
    """
    results: dict[int, str | TemplateMistake] = {}
    while rest := [number for number in range(len(entries)) if number not in results]:
        job = {
            "templates": templates,
            "entries": [
                {
                    "template": each.template,
                    "escaping": each.escaping.value,
                    "variables": each.variables,
                    "is_document": each.is_document,
                }
                for each in (entries[number] for number in rest)
            ],
            "variables": variables,
            "seconds": seconds,
        }
        limit = START_SECONDS + len(rest) * seconds if patience is None else patience
        try:
            lines = list(_lines(_output_of(json.dumps(job).encode(), limit)))
        except OSError as error:
            reason = (error.strerror or "the system gives no reason").lower()
            message = f"no process can be started to render it: {reason}"
            return [TemplateMistake(template=each.template, message=message) for each in entries]
        results |= {rest[line["entry"]]: _result(line) for line in lines}
        if (culprit := next((number for number in rest if number not in results), None)) is not None:
            template = entries[culprit].template
            mistake = TemplateMistake(template=template, message="the template takes too long, or too much memory")
            results |= {number: mistake for number in rest if entries[number].template == template}
    return [results[number] for number in range(len(entries))]


def _output_of(job: bytes, patience: float) -> bytes:
    """What the process wrote until it came to its end, or was ended."""
    paths = [str(Path(each).absolute()) for each in sys.path]
    with subprocess.Popen(  # noqa: S603  (this interpreter, and a module of this package)
        [sys.executable, "-P", "-s", "-B", "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", **_SYSTEM},
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(job, timeout=patience)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]
        except BaseException:
            process.kill()
            raise


_SYSTEM: Final = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
"""What an interpreter may need to start; nothing else of the environment, which may hold secrets."""


def _lines(output: bytes) -> Iterator[dict[str, Any]]:
    """The results, without a last one that was cut off."""
    for line in output.split(b"\n")[:-1]:
        yield json.loads(line)


def _result(line: Mapping[str, Any]) -> str | TemplateMistake:
    if "text" in line:
        return str(line["text"])
    return TemplateMistake(template=line["template"], line=line["line"] or 0, message=line["message"])
