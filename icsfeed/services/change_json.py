"""Changes as JSON, with what each update altered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from icsfeed.domain.alterations import Alteration
from icsfeed.domain.changes import Change, Update
from icsfeed.domain.lengths import whole_minutes
from icsfeed.domain.notice import shortest_notice
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import Translations
from icsfeed.services.upcoming import other_times_as_json, span_as_json, utc_text


def change_as_json(change: Change, zone: ZoneInfo) -> dict[str, object]:
    """The whole change, its updates in order; instants in UTC and on the wall clock of ``zone``.

    ``start`` and ``end`` are those that customers see: the actual ones, once they differ from the planned ones.
    The notice is that of the planned start, see ``icsfeed.domain.notice``; it is negative where the change had begun.
    """
    plan, notice = change.plan, shortest_notice(change)
    return {
        "id": change.id,
        "kind": change.kind.value,
        "state": change.state.value,
        "summary": plan.summary,
        "environments": sorted(plan.environments),
        "impact": plan.impact.value,
        **span_as_json(change.shown_span, zone),
        **other_times_as_json(change),
        "automatic": change.is_automatic,
        "withdrawn": change.is_withdrawn,
        "reason": plan.reason,
        "ticket": plan.ticket,
        "translations": _translations(
            summary=(plan.summary, plan.summary_translations), reason=(plan.reason, plan.reason_translations)
        ),
        "announced_at": utc_text(change.announced_at),
        "notice_minutes": whole_minutes(notice.length),
        "promised_notice_minutes": whole_minutes(notice.promised) if notice.promised is not None else None,
        "updates": [
            {
                "number": update.number,
                "at": utc_text(update.at),
                "by": update.by,
                "message": update.message,
                "translations": _translations(message=(update.message, update.message_translations)),
                "state": update.state.value,
                "step": _step_name(update),
                "target": update.target,
                "changed": [
                    {"what": what, "before": before, "after": after}
                    for what, before, after in differences_of(change, update.number)
                ],
            }
            for update in change.updates
        ],
    }


def _translations(**texts: tuple[str, Translations]) -> dict[str, dict[str, str]]:
    """The texts in other languages, as far as they differ: by language, then by key."""
    by_language: dict[str, dict[str, str]] = defaultdict(dict)
    for key, (text, translations) in texts.items():
        for each in translations:
            if each.text != text:
                by_language[each.language][key] = each.text
    return dict(by_language)


def _step_name(update: Update) -> str | None:
    """The step; ``None`` for updates that icsfeed 0.1 recorded, which kept none."""
    return "announce" if update.number == 1 else update.step.value if update.step is not None else None


def differences_of(change: Change, number: int) -> Iterator[tuple[str, str, str]]:
    """What the update of that number changed: what, before and after, as text (instants in ISO 8601 and UTC)."""
    yield from alterations_as_text(change.alterations(number))


def alterations_as_text(alterations: Iterable[Alteration]) -> Iterator[tuple[str, str, str]]:
    """What is different, before and after, as text (instants in ISO 8601 and UTC)."""
    for each in alterations:
        if isinstance(each.before, Span) and isinstance(each.after, Span):
            if each.before.start != each.after.start:
                yield "start", utc_text(each.before.start), utc_text(each.after.start)
            if each.before.end != each.after.end:
                yield "end", utc_text(each.before.end), utc_text(each.after.end)
        else:
            yield each.what, _text(each.before), _text(each.after)


def _text(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
