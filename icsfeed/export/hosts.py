"""What web hosts are told of the files, each in its own way, where a file's name does not say it."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator

from icsfeed.export.files import Order, SiteFile

_OPEN = "Access-Control-Allow-Origin"


def host_files(site: Iterable[SiteFile]) -> Iterator[SiteFile]:
    """The files for Netlify and Cloudflare Pages, Apache, nginx and GitHub Pages."""
    site = tuple(site)
    yield _text("_headers", _netlify(site))
    yield _text(".htaccess", _APACHE)
    yield _text("downloads/.htaccess", _APACHE_DOWNLOADS)
    yield _text(".icsfeed/nginx.conf", _NGINX)
    yield _text(".nojekyll", "")


def packed_files(site: Iterable[SiteFile]) -> Iterator[SiteFile]:
    """Beside each file the same in gzip, for hosts that hand it out as it is (nginx: gzip_static)."""
    for file in site:
        yield SiteFile(
            name=f"{file.name}.gz",
            body=gzip.compress(file.body, compresslevel=6, mtime=0),
            content_type="application/gzip",
            order=file.order,
        )


def _text(name: str, text: str) -> SiteFile:
    return SiteFile(name=name, body=text.encode(), content_type="text/plain; charset=utf-8", order=Order.FEED)


def _netlify(site: tuple[SiteFile, ...]) -> str:
    return "\n".join(_of_netlify(file) for file in site if file.order is Order.FEED)


def _of_netlify(file: SiteFile) -> str:
    headers = {"Content-Type": file.content_type, "Cache-Control": file.cache_control, _OPEN: "*"}
    if file.download is not None:
        headers["Content-Disposition"] = f'attachment; filename="{file.download}"'
    return "\n".join([f"/{file.name}", *(f"  {name}: {value}" for name, value in headers.items())])


_APACHE = """\
AddType "text/calendar; charset=utf-8" .ics
AddType "application/atom+xml; charset=utf-8" .atom
AddType "application/json" .json
DirectoryIndex index.html
ErrorDocument 404 /404.html
<IfModule mod_headers.c>
  <FilesMatch "\\.(ics|atom|json)$">
    Header set Access-Control-Allow-Origin "*"
    Header set Cache-Control "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
  </FilesMatch>
</IfModule>
"""

_APACHE_DOWNLOADS = """\
<IfModule mod_headers.c>
  Header set Content-Disposition attachment
</IfModule>
"""

_NGINX = """\
# Within a server block whose root is this folder: include .icsfeed/nginx.conf;
gzip_static on;
error_page 404 /404.html;
location ~ \\.ics$ {
  types { }
  default_type "text/calendar; charset=utf-8";
  add_header Access-Control-Allow-Origin "*" always;
  add_header Cache-Control "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400";
}
location ~ \\.atom$ {
  types { }
  default_type "application/atom+xml; charset=utf-8";
  add_header Access-Control-Allow-Origin "*" always;
}
location ^~ /downloads/ {
  types { }
  default_type "text/calendar; charset=utf-8";
  add_header Content-Disposition attachment;
}
location ^~ /.icsfeed/ {
  return 404;
}
"""
