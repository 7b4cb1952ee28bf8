"""Texts by language in a schedule file: ``{ en = "…", fr = "…" }`` in place of a text.

The checks and the schedule take the file in one language at a time, with a text in place of each such table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from icsfeed.domain.translated_texts import DEFAULT_LANGUAGES
from icsfeed.store.schedule_file import change_values, values
from icsfeed.store.schedule_file.keys import Key, keys_of
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.near_matches import nearest, word_list
from icsfeed.store.schedule_file.notation import KeyPath, as_toml
from icsfeed.words.languages import LANGUAGES

_CODES: Final = tuple(language.code for language in LANGUAGES)
_TEXTS: Final = (
    values.NAME,
    values.FREE_TEXT,
    change_values.SUMMARY,
    change_values.REASON,
    change_values.MESSAGE,
)
"""The schemas of what can be translated."""

TextTables = Mapping[KeyPath, Mapping[str, object]]
"""The tables by language in place of texts, by key path."""


def is_translatable(key: Key) -> bool:
    """Whether the value can be a table by language."""
    return any(key.schema is each for each in _TEXTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class MultilingualFile:
    """The data of a file whose texts may be tables by language; of its ``languages``, the first is the default."""

    data: dict[str, Any]
    languages: tuple[str, ...]
    text_tables: TextTables

    @classmethod
    def of(cls, data: dict[str, Any], table: type) -> MultilingualFile:
        """The file whose keys are those of ``table``."""
        return cls(data=data, languages=_languages_of(data), text_tables=dict(_text_tables(data, table, ())))

    @property
    def default(self) -> str:
        return self.languages[0]

    @property
    def translated(self) -> tuple[str, ...]:
        """The languages beside the default in which the file has a text."""
        return tuple(code for code in self.languages[1:] if any(code in table for table in self.text_tables.values()))

    def in_language(self, code: str) -> dict[str, Any]:
        """The data with a text in place of each table: in that language or, where it lacks that, the default one."""
        data: dict[str, Any] = _with_texts(self.data, self.text_tables, (code, self.default), ())
        return data

    def located(self, findings: list[Finding], code: str) -> Iterator[Finding]:
        """The findings in the data in that language, at their paths in the file.

        In another language than the default one, only those in its own texts: the others are the same.
        """
        for finding in findings:
            table = self.text_tables.get(finding.keys)
            if table is not None and code in table:
                yield Finding(keys=(*finding.keys, code), message=finding.message)
            elif table is None and code == self.default:
                yield finding

    def findings(self) -> Iterator[Finding]:
        """Mistakes in the languages of the tables, and in those of the calendar."""
        yield from self._repeated_languages()
        for keys, table in self.text_tables.items():
            for code in table:
                if code not in self.languages:
                    yield Finding(keys=(*keys, code), message=self._unknown_language(code))
            if self.default not in table:
                yield Finding(keys=keys, message=self._no_default(table))

    def _repeated_languages(self) -> Iterator[Finding]:
        listed = _listed_languages(self.data)
        for index, code in enumerate(listed):
            if isinstance(code, str) and code in listed[:index]:
                message = f"{as_toml(code)} is in the list already; remove it here"
                yield Finding(keys=("calendar", "languages", index), message=message)

    def _unknown_language(self, code: str) -> str:
        those = word_list(self.languages, "and")
        if code in _CODES:
            return (
                f"{as_toml(code)} is not one of the calendar's languages, {those}; "
                "remove the text, or add the language to calendar.languages"
            )
        match = nearest(code, self.languages)
        remedy = f"did you mean {as_toml(match)}?" if match is not None else f"the calendar's are {those}"
        return f"{as_toml(code)} is not a language of this calendar; {remedy}"

    def _no_default(self, table: Mapping[str, object]) -> str:
        default = as_toml(self.default)
        example = next((each for each in table.values() if isinstance(each, str)), "…")
        return (
            f"there is no text in {default}, the calendar's first language; "
            f"add it, such as {self.default} = {as_toml(example)}"
        )


def with_text_tables(schema: dict[str, Any], table: type) -> dict[str, Any]:
    """The JSON Schema of the ``table``, in which each translatable text may also be a table by language."""
    properties = dict(schema["properties"])
    for name, key in keys_of(table).items():
        if is_translatable(key):
            properties[name] = _text_or_table(properties[name])
        elif key.table is not None and key.many:
            properties[name] = {**properties[name], "items": with_text_tables(properties[name]["items"], key.table)}
        elif key.table is not None:
            properties[name] = with_text_tables(properties[name], key.table)
    return {**schema, "properties": properties}


def _text_or_table(schema: Mapping[str, Any]) -> dict[str, Any]:
    notes = {name: schema[name] for name in ("description", "examples", "title") if name in schema}
    text = {name: value for name, value in schema.items() if name not in notes}
    table = {
        "type": "object",
        "properties": dict.fromkeys(_CODES, text),
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {**notes, "anyOf": [text, table]}


def _listed_languages(data: Mapping[str, Any]) -> list[object]:
    calendar = data.get("calendar")
    listed = calendar.get("languages") if isinstance(calendar, dict) else None
    return listed if isinstance(listed, list) else []


def _languages_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages that the calendar names or, where none of them is one, the default ones."""
    codes = dict.fromkeys(each for each in _listed_languages(data) if isinstance(each, str) and each in _CODES)
    return tuple(codes) or DEFAULT_LANGUAGES


def _text_tables(value: object, table: type, keys: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, object]]]:
    if not isinstance(value, dict):
        return
    declared = keys_of(table)
    for name, each in value.items():
        key, path = declared.get(name), (*keys, name)
        if key is None:
            continue
        if isinstance(each, dict) and is_translatable(key):
            yield path, each
        elif key.table is not None and key.many and isinstance(each, list):
            for index, element in enumerate(each):
                yield from _text_tables(element, key.table, (*path, index))
        elif key.table is not None:
            yield from _text_tables(each, key.table, path)


def _with_texts(value: Any, tables: TextTables, codes: tuple[str, ...], keys: KeyPath) -> Any:  # noqa: ANN401  (TOML)
    """The value with the text in the first of those languages in place of each table; some text where it has none."""
    if keys in tables:
        return next((tables[keys][code] for code in codes if code in tables[keys]), "-")
    if isinstance(value, dict):
        return {name: _with_texts(each, tables, codes, (*keys, name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_texts(each, tables, codes, (*keys, index)) for index, each in enumerate(value)]
    return value
