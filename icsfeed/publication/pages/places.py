"""Where a page is: its path, and the links from there, which stay right wherever the site lies."""

from __future__ import annotations

from dataclasses import dataclass

from icsfeed.publication.pages.languages import ENGLISH, LANGUAGES, Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The same page in another language."""

    hreflang: str
    name: str
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLinks:
    """A page at ``below`` the folder of its language; ``base`` is the address of the site, where that is known.

    ``policy`` is the page's Content-Security-Policy.
    """

    language: Language
    below: str
    base: str
    policy: str

    @property
    def path(self) -> str:
        """Where it is published."""
        return f"/{self.language.folder}{self.below}"

    @property
    def root(self) -> str:
        """From here to the root of the site."""
        return "../" * (self.path.count("/") - 1) or "./"

    @property
    def home(self) -> str:
        """From here to the first page of the language."""
        return f"{self.root}{self.language.folder}"

    @property
    def others(self) -> tuple[Link, ...]:
        """The same page in the other languages."""
        return tuple(
            Link(hreflang=each.code, name=each.name, href=f"{self.root}{each.folder}{self.below}")
            for each in LANGUAGES
            if each is not self.language
        )

    @property
    def alternates(self) -> tuple[Link, ...]:
        """The same page in every language, as search engines want it: absolute where that is possible."""
        start = f"{self.base}/" if self.base else self.root
        links = [(each.code, each.folder) for each in LANGUAGES]
        return tuple(
            Link(hreflang=code, name="", href=f"{start}{folder}{self.below}")
            for code, folder in (*links, ("x-default", ENGLISH.folder))
        )
