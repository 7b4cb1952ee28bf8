"""The path of a page, and its links to other pages, which stay right wherever the site lies."""

from __future__ import annotations

from dataclasses import dataclass

from icsfeed.words.languages import Language, folder_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The same page in another language."""

    hreflang: str
    name: str
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLinks:
    """A page at ``below`` the folder of its language; ``base`` is the site's address, or empty.

    ``languages`` are all those of the site, the default first; ``policy`` is the page's Content-Security-Policy.
    """

    language: Language
    languages: tuple[Language, ...]
    below: str
    base: str
    policy: str

    @property
    def path(self) -> str:
        return f"/{self._folder(self.language)}{self.below}"

    @property
    def root(self) -> str:
        """From here to the root of the site."""
        return "../" * (self.path.count("/") - 1) or "./"

    @property
    def home(self) -> str:
        """From here to the first page of the language."""
        return f"{self.root}{self._folder(self.language)}"

    def to(self, path: str) -> str:
        """From here to another page of the language, at ``path`` below its folder."""
        return path.removeprefix(self.below) if path.startswith(self.below) else f"{self.home}{path}"

    @property
    def others(self) -> tuple[Link, ...]:
        """The same page in the other languages."""
        return tuple(
            Link(hreflang=each.code, name=each.name, href=f"{self.root}{self._folder(each)}{self.below}")
            for each in self.languages
            if each is not self.language
        )

    @property
    def alternates(self) -> tuple[Link, ...]:
        """The same page in every language, for search engines: absolute where the site's address is known."""
        start = f"{self.base}/" if self.base else self.root
        links = [(each.code, self._folder(each)) for each in self.languages]
        return tuple(
            Link(hreflang=code, name="", href=f"{start}{folder}{self.below}")
            for code, folder in (*links, ("x-default", ""))
        )

    def _folder(self, language: Language) -> str:
        return folder_of(language, self.languages)
