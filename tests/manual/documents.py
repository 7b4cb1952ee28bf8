"""README, changelog and manual as the tests read them: their blocks of code, their headings and their links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MANUAL: Final = ROOT / "icsfeed" / "manual"
_BLOCK: Final = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block of code; ``marker`` is the comment on the line above it."""

    language: str
    text: str
    marker: str = ""

    @property
    def file_name(self) -> str | None:
        """The file that the block shows, where its marker names one."""
        return self.marker.removeprefix("file: ") if self.marker.startswith("file: ") else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A Markdown file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the repository."""
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its blocks of code."""
        return _BLOCK.sub("", self.text)

    def blocks(self, *languages: str) -> list[Block]:
        """Its blocks of code in these languages; without any, all."""
        found = (Block(**match.groupdict(default="")) for match in _BLOCK.finditer(self.text))
        return [block for block in found if not languages or block.language in languages]

    def block(self, marker: str) -> str:
        """The text of the only block with that marker, without the line break at its end."""
        (text,) = (block.text for block in self.blocks() if block.marker == marker)
        return text.removesuffix("\n")

    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them."""
        seen: Counter[str] = Counter()
        anchors = set()
        for heading in re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE):
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return anchors

    def links(self) -> Iterator[str]:
        """The targets of its links and pictures that are no web addresses."""
        for target in re.findall(r"\]\(([^)\s]+)\)", self.prose):
            if not target.startswith("https://"):
                yield target


README: Final = Document(path=ROOT / "README.md")
CHANGELOG: Final = Document(path=ROOT / "CHANGELOG.md")
TOPICS: Final = {path.stem: Document(path=path) for path in sorted(MANUAL.glob("*.md"))}
WRITTEN: Final = [README, *(document for name, document in TOPICS.items() if name != "commands")]
"""What people wrote: all but the reference, which is generated and names everything anyway."""
WRITTEN_TEXT: Final = "\n".join(document.text for document in WRITTEN)
EVERY_DOCUMENT: Final = [README, CHANGELOG, *TOPICS.values()]
