"""The process that renders a vendor's own templates: ``python -m icsfeed.publication.reminders.sandbox``.

It reads one job from standard input and writes one line of JSON for each text as soon as that is ready. If the parent
process has to kill it, the missing line shows which template was too slow. It imports nothing of icsfeed but text
functions, has an almost empty environment, and limits itself before it compiles the first template. Jinja's sandbox
keeps templates from Python's objects; it bounds neither time nor memory, which is what the process is for.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from types import FrameType
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from icsfeed.publication.reminders.escaping import Escaping, template_environment

MAX_TEXT_CHARS: Final = 200_000
"""Of one text; the built-in ones have some kilobytes."""

_MAX_MEMORY_BYTES: Final = 512 * 1024 * 1024
_MAX_PROCESS_SECONDS: Final = 10
"""Of computing time besides that of the templates."""

_MAX_INTEGER_BITS: Final = 4096
_MAX_PRODUCT_LENGTH: Final = 1_000_000

_MAX_ATTEMPTS: Final = 100
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.001


class OwnTemplateError(Exception):
    """Something that a template must not do, in words for its author."""


class TemplateTimeoutError(OwnTemplateError):
    """A template takes too long."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Templates whose text depends on nothing but the variables, and that compute no powers and no long numbers.

    Python is not interrupted while it multiplies these.
    """

    intercepted_binops = frozenset({"**", "*"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (Jinja's own)
        super().__init__(**options)
        self.globals.pop("lipsum")
        self.filters.pop("random")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        del context
        if operator == "**":
            msg = 'the operator "**" is not available'
            raise OwnTemplateError(msg)
        if _is_too_large(left, right):
            msg = "the product is too large"
            raise OwnTemplateError(msg)
        return left * right


def _is_too_large(left: object, right: object) -> bool:
    """Whether the product of the two takes long to compute, or is longer than any text."""
    match left, right:
        case int(), int():
            return left.bit_length() + right.bit_length() > _MAX_INTEGER_BITS
        case int(), str() | list() | tuple():
            return left * len(right) > _MAX_PRODUCT_LENGTH
        case str() | list() | tuple(), int():
            return right * len(left) > _MAX_PRODUCT_LENGTH
        case _:
            return False


def main() -> None:
    job = json.load(sys.stdin)
    _limit_process(_MAX_PROCESS_SECONDS + int(len(job["entries"]) * job["seconds"]))
    for result in _results(job):
        sys.stdout.write(f"{json.dumps(result)}\n")
        sys.stdout.flush()


def _results(job: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """The text of each entry of the job, or what is wrong with its template, and in which line.

    A template that took too long is not rendered again.
    """
    late: dict[str, dict[str, object]] = {}
    names = frozenset(job["templates"])
    environments = {
        escaping: template_environment(_Sandbox, job["templates"], Escaping(escaping))
        for escaping in {entry["escaping"] for entry in job["entries"]}
    }
    for number, entry in enumerate(job["entries"]):
        name, seconds = entry["template"], job["seconds"]
        if name in late:
            yield late[name] | {"entry": number}
            continue
        try:
            with _time_limit(seconds, names):
                text = _rendered(environments[entry["escaping"]], name, job["variables"][entry["variables"]])
            _check(text, is_document=entry["is_document"])
        except Exception as error:  # noqa: BLE001  (a template can raise anything)
            place = _place(error, names)
            mistake = {
                "entry": number,
                "message": _message(error),
                "template": place[0] or name,
                "line": place[1],
            }
            if isinstance(error, TemplateTimeoutError):
                late[name] = mistake
            yield mistake
        else:
            yield {"entry": number, "text": text}


def _rendered(environment: _Sandbox, name: str, variables: Mapping[str, object]) -> str:
    parts, length = [], 0
    for part in environment.get_template(name).generate(variables):
        length += len(part)
        if length > MAX_TEXT_CHARS:
            msg = f"the text is longer than {MAX_TEXT_CHARS:,} characters"
            raise OwnTemplateError(msg)
        parts.append(part)
    return "".join(parts)


def _check(text: str, *, is_document: bool) -> None:
    """Refuse a text that says nothing, and a document that no reader of XML accepts."""
    if not text.strip():
        msg = "the text is empty"
        raise OwnTemplateError(msg)
    if is_document:
        try:
            ParserCreate().Parse(text.encode(), True)  # noqa: FBT003  (it is the last part)
        except ExpatError as error:
            msg = f"the text is not well-formed XML: {error} of the text"
            raise OwnTemplateError(msg) from error


@contextmanager
def _time_limit(seconds: float, names: frozenset[str]) -> Generator[None]:
    """Raise an error in what takes longer, of computing time, if the system has such a timer.

    It is raised where one of the templates of those names is at work, for then its line is known; within a tenth of a
    second, it is raised anywhere.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    attempts = count()

    def stop(_number: int, frame: FrameType | None) -> None:
        if not _is_in_template(frame, names) and next(attempts) < _MAX_ATTEMPTS:
            signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS_BETWEEN_ATTEMPTS, seconds)
            return
        msg = f"the template takes longer than {seconds:g} s"
        raise TemplateTimeoutError(msg)

    signal.signal(signal.SIGVTALRM, stop)
    # Once more, in case that some code of Jinja's swallows the first; not before the first was reported.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _is_in_template(frame: FrameType | None, names: frozenset[str]) -> bool:
    """Whether a template is at work, at an instruction that belongs to one of its lines."""
    if frame is None or frame.f_lineno is None:
        return False
    while frame is not None:
        if frame.f_code.co_filename in names:
            return frame.f_lineno is not None
        frame = frame.f_back
    return False


def _place(error: BaseException, names: frozenset[str]) -> tuple[str, int | None]:
    """The template and line in which the error arose."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or "", error.lineno
    place: tuple[str, int | None] = ("", None)
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in names:
            place = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _message(error: Exception) -> str:
    match error:
        case MemoryError():
            return f"the template needs more than {_MAX_MEMORY_BYTES // 1024 // 1024} MB of memory"
        case RecursionError():
            return "the template includes or calls itself without an end"
        case TemplateNotFound():
            return f'there is no template "{error.name}" in this folder'
        case SecurityError():
            return f"templates may not do this: {str(error).rstrip('.')}"
        case TemplateSyntaxError():
            return (error.message or "this is no Jinja").rstrip(".")
        case _:
            return str(error).rstrip(".") or type(error).__name__


def _limit_process(seconds: int) -> None:
    """Bound computing time and memory, and refuse files and further processes, as far as the system can."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    for limit, bound in (
        (resource.RLIMIT_AS, _MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or hard > bound:
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (bound, bound))


if __name__ == "__main__":
    main()
