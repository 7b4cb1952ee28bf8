"""Types and headers of the files for web hosts, each in its own format: Netlify, Cloudflare Pages, Apache, nginx.

Rules are for whole folders where the files in them agree, since Cloudflare takes no more than 100 rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from icsfeed.export.files import Content, Order, SiteFile
from icsfeed.export.manifest import OWN_FOLDER
from icsfeed.export.private_names import FOLDER as PRIVATE_FOLDER

NETLIFY: Final = "_headers"
APACHE: Final = ".htaccess"
NGINX: Final = f"{OWN_FOLDER}/nginx.conf"
_NOT_FOUND: Final = "404.html"
_PAGE: Final = "index.html"
_FOLDERS_OF_LANGUAGES: Final = frozenset({"api", "badge", "downloads", "feeds", "reminders"})
"""Those with rules of their own below a language's folder; it has pages besides."""

_POLICY: Final = "Content-Security-Policy"
_LANGUAGE: Final = "Content-Language"
_NO_LISTING: Final = (
    "<IfModule mod_autoindex.c>",
    "  IndexIgnore *",
    "</IfModule>",
    "<IfModule mod_alias.c>",
    f"  RedirectMatch 404 /{PRIVATE_FOLDER}$",
    "</IfModule>",
)
"""Keeps Apache from listing the folders of all customers; in each of these is a page.

Most hosts don't allow ``Options -Indexes``.
"""

_HIDE_APACHE_FILES: Final = f"location ~ /\\{APACHE}$ {{ return 404; }}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """The types and headers of the files below ``path`` (which ends in a slash), or of the one file there.

    ``types`` are by suffix, without the dot.
    """

    path: str
    types: Mapping[str, str]
    headers: Mapping[str, str]


def host_files(site: Iterable[SiteFile]) -> Iterator[SiteFile]:
    """The files in which each host looks for its rules; none contains a token."""
    # The private files of a feed are all alike: one stands for all of them, under a name without a token.
    samples: dict[str, SiteFile] = {}
    for file in site:
        samples.setdefault(file.display_name, file)
    site = tuple(replace(file, name=name) for name, file in samples.items())
    rules = rules_of(site)
    has_not_found_page = any(file.name == _NOT_FOUND for file in site)
    yield _text(NETLIFY, _netlify(site))
    yield _text(NGINX, _nginx(rules, has_not_found_page=has_not_found_page))
    for folder, own in _by_folder(rules).items():
        yield _text(f"{folder}{APACHE}", _apache(folder, own, has_not_found_page=has_not_found_page))
    yield _text(f"{OWN_FOLDER}/{APACHE}", "Require all denied\n")
    yield _text(".nojekyll", "")


def rules_of(site: Iterable[SiteFile]) -> tuple[Rule, ...]:
    """A rule for each top-level folder, and one for each file that differs from the others in it.

    What is no page in another language lies below the folder of its pages, in folders that count as top-level ones.
    """
    folders: defaultdict[str, list[SiteFile]] = defaultdict(list)
    for file in site:
        folders[_folder_of(file.name)].append(file)
    return tuple(rule for folder, files in sorted(folders.items()) for rule in _rules_of_folder(folder, files))


def _folder_of(name: str) -> str:
    *folders, _ = name.split("/")
    is_of_a_language = len(folders) > 1 and folders[1] in _FOLDERS_OF_LANGUAGES
    return "".join(f"{each}/" for each in folders[: 2 if is_of_a_language else 1])


def _rules_of_folder(folder: str, files: list[SiteFile]) -> Iterator[Rule]:
    if not folder:
        yield from (_rule_of_file(file) for file in files)
        return
    common = Counter(tuple(_headers(file).items()) for file in files).most_common(1)[0][0]
    types = {_suffix(file): file.content_type for file in reversed(files)}
    yield Rule(path=folder, types=types, headers=dict(common))
    for file in files:
        if tuple(_headers(file).items()) != common or types[_suffix(file)] != file.content_type:
            yield _rule_of_file(file)


def _rule_of_file(file: SiteFile) -> Rule:
    return Rule(path=file.name, types={_suffix(file): file.content_type}, headers=_headers(file))


def _headers(file: SiteFile) -> dict[str, str]:
    """The headers; a download is named only if its name isn't the end of its address."""
    plain = f'attachment; filename="{file.name.rpartition("/")[2]}"'
    return {name: "attachment" if value == plain else value for name, value in file.headers.items()}


def _suffix(file: SiteFile) -> str:
    return file.name.rpartition("/")[2].rpartition(".")[2]


def _by_folder(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules by the folder in which Apache looks for them; the root is always among the folders."""
    by_folder: dict[str, list[Rule]] = {"": []}
    for rule in rules:
        by_folder.setdefault(rule.path[: rule.path.rfind("/") + 1], []).append(rule)
    return by_folder


def _netlify(site: Iterable[SiteFile]) -> str:
    """The headers alone: Netlify and Cloudflare derive the types from the names."""
    headers_by_name = {file.name: _headers(file) for file in site}
    blocks = (
        "".join([f"/{path}\n", *(f"  {name}: {value}\n" for name, value in headers.items())])
        for part, files in _by_part("", headers_by_name)
        for path, headers in _shared_headers(part, files)
    )
    return "\n".join(blocks)


def _shared_headers(
    path: str, headers_by_name: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """By path, the headers that all files there share, then those that each part of it shares, down to single files.

    Thus no file gets a header twice: Cloudflare would join the two values.
    """
    first = next(iter(headers_by_name.values()))
    shared = {
        name: value
        for name, value in first.items()
        if all(headers.get(name) == value for headers in headers_by_name.values())
    }
    is_folder = path.endswith("/")
    if shared:
        # A page is requested under its folder's address.
        yield f"{path}*" if is_folder else path.removesuffix(_PAGE), shared
    rest = {
        file: {name: value for name, value in headers.items() if name not in shared}
        for file, headers in headers_by_name.items()
    }
    if is_folder and any(rest.values()):
        for part, files in _by_part(path, rest):
            yield from _shared_headers(part, files)


def _by_part(
    folder: str, headers_by_name: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, dict[str, Mapping[str, str]]]]:
    """The files and subfolders of a folder, each with the headers of all files in it."""
    parts: defaultdict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for name, headers in headers_by_name.items():
        part, slash, _ = name.removeprefix(folder).partition("/")
        parts[f"{folder}{part}{slash}"][name] = headers
    return sorted(parts.items())


def _apache(folder: str, rules: Iterable[Rule], *, has_not_found_page: bool) -> str:
    is_root = not folder
    lines = [f"DirectoryIndex {_PAGE}"] if is_root else []
    if folder == PRIVATE_FOLDER:
        lines += _NO_LISTING
    if is_root and has_not_found_page:
        lines.append(f"ErrorDocument 404 /{_NOT_FOUND}")
    for rule in rules:
        name = rule.path.rpartition("/")[2]
        # A rule for a name also applies in all folders below. A page contains its policy anyway.
        headers = {
            header: value.replace("%", "%%")
            for header, value in rule.headers.items()
            if header != _POLICY or name != _PAGE or not is_root
        }
        directives = [
            *(f'AddType "{content_type}" .{suffix}' for suffix, content_type in sorted(rule.types.items())),
            "<IfModule mod_headers.c>",
            *(f"  Header set {header} {_quoted(value)}" for header, value in headers.items()),
            "</IfModule>",
        ]
        lines += directives if not name else [f'<Files "{name}">', *directives, "</Files>"]
        if not name and "html" in rule.types:  # the root's rule for its page must not hold for the pages here
            *beginning, end = directives
            missing = [] if _LANGUAGE in headers else [f"  Header unset {_LANGUAGE}"]
            lines += [f'<Files "{_PAGE}">', *beginning, *missing, end, "</Files>"]
    return "".join(f"{line}\n" for line in lines)


def _nginx(rules: Iterable[Rule], *, has_not_found_page: bool) -> str:
    lines = [
        "# Within a server block whose root is the folder FOLDER: include FOLDER/.icsfeed/nginx.conf;",
        f"index {_PAGE};",
        "gzip_static on;",
        "gzip_vary on;",
        "# With the module for Brotli: brotli_static on;",
        f"location ^~ /{OWN_FOLDER}/ {{ return 404; }}",
        f"location = /{NETLIFY} {{ return 404; }}",
        _HIDE_APACHE_FILES,
    ]
    if has_not_found_page:
        lines.append(f"error_page 404 /{_NOT_FOUND};")
    for rule in rules:
        types = " ".join(f"{_quoted(content_type)} {suffix};" for suffix, content_type in sorted(rule.types.items()))
        is_folder = rule.path.endswith("/")
        begin = (
            [f"location ^~ /{rule.path} {{", f"  {_HIDE_APACHE_FILES}"]
            if is_folder
            else [f"location = /{rule.path} {{"]
        )
        if rule.path == PRIVATE_FOLDER:
            begin.append("  autoindex off;")
        headers = [f"  add_header {name} {_quoted(value)};" for name, value in rule.headers.items()]
        lines += [*begin, f"  types {{ {types} }}", *headers, "}"]
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(name: str, text: str) -> SiteFile:
    content = Content(make=text.encode, fingerprint=text, content_type="text/plain; charset=utf-8")
    return SiteFile(name=name, content=content, order=Order.FEED)
