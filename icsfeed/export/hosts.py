"""What web hosts are told of the files, each in its own way: Netlify, Cloudflare Pages, Apache, nginx, GitHub Pages.

They are told by folder, as far as the files in it agree, and Cloudflare takes no more than 100 rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from icsfeed.export.files import Order, SiteFile
from icsfeed.export.manifest import OWN_FOLDER
from icsfeed.export.private_names import FOLDER as PRIVATE_FOLDER

NETLIFY: Final = "_headers"
APACHE: Final = ".htaccess"
NGINX: Final = f"{OWN_FOLDER}/nginx.conf"
_NOT_FOUND: Final = "404.html"
_PAGE: Final = "index.html"
_POLICY: Final = "Content-Security-Policy"
_UNLISTED: Final = (
    "<IfModule mod_autoindex.c>",
    "  IndexIgnore *",
    "</IfModule>",
    "<IfModule mod_alias.c>",
    "  RedirectMatch 404 /$",
    "</IfModule>",
)
"""What Apache is told where nobody may see what there is; to say ``Options -Indexes`` most hosts do not allow."""

_HIDDEN: Final = f"location ~ /\\{APACHE}$ {{ return 404; }}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What holds for the files below ``path`` (it ends in a slash), or for the one file there.

    ``types`` are by the end of the name.
    """

    path: str
    types: Mapping[str, str]
    headers: Mapping[str, str]


def host_files(site: Iterable[SiteFile]) -> Iterator[SiteFile]:
    """The files for web hosts, in the place where each looks for them; none has a token in it."""
    # Private files are all alike: one stands for all of a feed, under a name that may be shown.
    site = tuple({file.shown_as: replace(file, name=file.shown_as) for file in site}.values())
    rules = rules_of(site)
    has_page = any(file.name == _NOT_FOUND for file in site)
    yield _text(NETLIFY, _netlify(site))
    yield _text(NGINX, _nginx(rules, has_page=has_page))
    for folder, own in _by_folder(rules).items():
        yield _text(f"{folder}{APACHE}", _apache(folder, own, has_page=has_page))
    yield _text(f"{OWN_FOLDER}/{APACHE}", "Require all denied\n")
    yield _text(".nojekyll", "")


def rules_of(site: Iterable[SiteFile]) -> tuple[Rule, ...]:
    """A rule for each folder at the top, and one for each file that is not as the others there; each fits one rule."""
    folders: defaultdict[str, list[SiteFile]] = defaultdict(list)
    for file in site:
        folders[file.name.partition("/")[0] + "/" if "/" in file.name else ""].append(file)
    return tuple(rule for folder, files in sorted(folders.items()) for rule in _rules(folder, files))


def _rules(folder: str, files: list[SiteFile]) -> Iterator[Rule]:
    if not folder:
        yield from (_of_one(file) for file in files)
        return
    common = Counter(tuple(_said(file).items()) for file in files).most_common(1)[0][0]
    types = {_suffix(file): file.content_type for file in reversed(files)}
    yield Rule(path=folder, types=types, headers=dict(common))
    for file in files:
        if tuple(_said(file).items()) != common or types[_suffix(file)] != file.content_type:
            yield _of_one(file)


def _of_one(file: SiteFile) -> Rule:
    return Rule(path=file.name, types={_suffix(file): file.content_type}, headers=_said(file))


def _said(file: SiteFile) -> dict[str, str]:
    """The headers; a download needs no name of its own where that is the end of its address."""
    plain = f'attachment; filename="{file.name.rpartition("/")[2]}"'
    return {name: "attachment" if value == plain else value for name, value in file.headers.items()}


def _suffix(file: SiteFile) -> str:
    return file.name.rpartition("/")[2].rpartition(".")[2]


def _by_folder(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules by the folder that Apache looks for them in, the root among them in any case."""
    found: dict[str, list[Rule]] = {"": []}
    for rule in rules:
        found.setdefault(rule.path[: rule.path.rfind("/") + 1], []).append(rule)
    return found


def _netlify(site: Iterable[SiteFile]) -> str:
    """Netlify and Cloudflare know the types by the names."""
    said = {file.name: _said(file) for file in site}
    blocks = (
        "".join([f"/{path}\n", *(f"  {name}: {value}\n" for name, value in headers.items())])
        for folder, own in _by_part("", said)
        for path, headers in _agreed(folder, own)
    )
    return "\n".join(blocks)


def _agreed(path: str, said: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """By path what all files there agree on, then what those in each part of it do, down to single files.

    So no file meets a header twice: Cloudflare would join the two values.
    """
    first = next(iter(said.values()))
    common = {name: value for name, value in first.items() if all(each.get(name) == value for each in said.values())}
    is_folder = path.endswith("/")
    if common:
        # A page is asked for by its folder's address.
        yield f"{path}*" if is_folder else path.removesuffix(_PAGE), common
    left = {
        file: {name: value for name, value in headers.items() if name not in common} for file, headers in said.items()
    }
    if is_folder and any(left.values()):
        for part, own in _by_part(path, left):
            yield from _agreed(part, own)


def _by_part(folder: str, said: Mapping[str, Mapping[str, str]]) -> list[tuple[str, dict[str, Mapping[str, str]]]]:
    """The folders and files in a folder, each with what is said of all there."""
    parts: defaultdict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for name, headers in said.items():
        part, slash, _ = name.removeprefix(folder).partition("/")
        parts[f"{folder}{part}{slash}"][name] = headers
    return sorted(parts.items())


def _apache(folder: str, rules: Iterable[Rule], *, has_page: bool) -> str:
    is_root = not folder
    lines = [f"DirectoryIndex {_PAGE}"] if is_root else []
    if folder == PRIVATE_FOLDER:
        lines += _UNLISTED
    if is_root and has_page:
        lines.append(f"ErrorDocument 404 /{_NOT_FOUND}")
    for rule in rules:
        name = rule.path.rpartition("/")[2]
        # What is said of a name holds in all folders below, whoever's they are; the pages have their policy in them.
        kept = {each: said for each, said in rule.headers.items() if name != _PAGE or each != _POLICY or not is_root}
        said = {each: value.replace("%", "%%") for each, value in kept.items()}
        of_all = [
            *(f'AddType "{content_type}" .{suffix}' for suffix, content_type in sorted(rule.types.items())),
            "<IfModule mod_headers.c>",
            *(f"  Header set {each} {_quoted(value)}" for each, value in said.items()),
            "</IfModule>",
        ]
        lines += of_all if not name else [f'<Files "{name}">', *of_all, "</Files>"]
    return "".join(f"{line}\n" for line in lines)


def _nginx(rules: Iterable[Rule], *, has_page: bool) -> str:
    lines = [
        "# Within a server block whose root is the folder FOLDER: include FOLDER/.icsfeed/nginx.conf;",
        f"index {_PAGE};",
        "gzip_static on;",
        "gzip_vary on;",
        "# With the module for Brotli: brotli_static on;",
        f"location ^~ /{OWN_FOLDER}/ {{ return 404; }}",
        f"location = /{NETLIFY} {{ return 404; }}",
        _HIDDEN,
    ]
    if has_page:
        lines.append(f"error_page 404 /{_NOT_FOUND};")
    for rule in rules:
        types = " ".join(f"{_quoted(content_type)} {suffix};" for suffix, content_type in sorted(rule.types.items()))
        of_folder = rule.path.endswith("/")
        begin = [f"location ^~ /{rule.path} {{", f"  {_HIDDEN}"] if of_folder else [f"location = /{rule.path} {{"]
        if rule.path == PRIVATE_FOLDER:
            begin.append("  autoindex off;")
        headers = [f"  add_header {name} {_quoted(value)};" for name, value in rule.headers.items()]
        lines += [*begin, f"  types {{ {types} }}", *headers, "}"]
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(name: str, text: str) -> SiteFile:
    return SiteFile(
        name=name, make=text.encode, known_by=text, content_type="text/plain; charset=utf-8", order=Order.FEED
    )
