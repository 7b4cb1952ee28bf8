"""Pages of other people's sites that show the knowledge base's fragment, with style sheets that mean it no good."""

from __future__ import annotations

from typing import Final

HOSTS: Final = {
    "plain": "",
    "reset": """
        *, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0; border: 0; font: inherit;
            vertical-align: baseline; }
        table { border-collapse: collapse; border-spacing: 0; }
        ol, ul { list-style: none; }
        a { color: inherit; text-decoration: none; }
    """,
    "unset": ".article :not(.own) { all: unset; }",
    "initial": ".article :not(.own) { all: initial; }",
    "help desk": """
        .article { font: 15px/1.6 "Helvetica Neue", Arial, sans-serif; color: #2f3941; max-width: 760px; }
        .article table { table-layout: fixed; width: 100%; display: block; overflow-x: auto; border: 1px solid #ddd; }
        .article th, .article td { padding: 15px; vertical-align: middle; text-align: left; border: 1px solid #ddd; }
        .article th { background-color: #f7f7f7; font-weight: bold; }
        .article ul, .article ol { padding-left: 20px; list-style-position: outside; margin: 20px 0 20px 20px; }
        .article li + li { margin-top: 10px; }
        .article h1, .article h2, .article h3 { margin-top: 40px; font-weight: 600; }
        .article p { white-space: pre-wrap; }
        .article a { color: #1f73b7; text-decoration: underline; }
        .article :first-child { margin-top: 0; }
    """,
    "wiki": """
        .article { font: 14px/20px -apple-system, "Segoe UI", sans-serif; color: #172b4d; }
        .article p { margin: 10px 0 0; }
        .article > :first-child { margin-top: 0; }
        .article h1, .article h2, .article h3 { letter-spacing: -0.01em; margin: 30px 0 0; text-transform: none; }
        .article table { border-collapse: collapse; margin: 10px 0 0; overflow-x: auto; width: auto; }
        .article th, .article td { border: 1px solid #c1c7d0; padding: 7px 10px; vertical-align: top; min-width: 8px; }
        .article th, .article thead td { background: #f4f5f7; text-align: center; }
        .article ul { margin: 10px 0 0; padding-left: 22px; list-style-type: disc; }
        .article a:link { color: #0052cc; text-decoration: none; }
    """,
    "dark": """
        body, .article { background: #0b0d10; color: #e6e6e6; }
        .article a { color: #8ab4f8; }
        .article table, .article div, .article section { background: #111; color: #ccc; }
        .article th { background: #000; color: #fff; }
    """,
    "white on white": "body { background: #fff; } .article * { color: #fff; background: transparent; }",
    "shouting": """
        .article * { text-transform: uppercase; letter-spacing: .4em; font-variant: small-caps; font-style: italic;
            text-decoration: line-through; word-break: break-all; text-shadow: 0 0 4px red; }
    """,
    "towering": ".article * { line-height: 5; font-size: 40px; margin: 20px; padding: 20px; text-indent: 60px; }",
    "tiny": ".article * { line-height: 0; font-size: 4px; font-weight: 100; word-spacing: -2px; }",
    "floating": """
        .article div, .article p, .article ul, .article li, .article table, .article section, .article h2,
        .article h3, .article h4 { float: left; width: 50%; clear: none; }
        .article li { display: inline; }
        .article th, .article td { display: block; float: right; width: 30%; }
    """,
    "hiding": """
        .article table, .article ul, .article time, .article h2, .article h3, .article h4 { display: none; }
        .article div, .article section { visibility: hidden; opacity: 0; }
        .article p { height: 1px; overflow: hidden; }
    """,
    "stacked": """
        .article p, .article li, .article h2, .article h3, .article h4, .article td {
            position: absolute; top: 0; left: 0; z-index: -1; transform: rotate(180deg); }
    """,
    "narrow": ".article { width: 320px; }",
    "right to left": ".article { direction: rtl; text-align: right; } .article * { text-align: right; }",
    "one line": ".article * { white-space: nowrap; max-width: 60px; max-height: 10px; overflow: hidden; }",
}
"""The rules of each host, by what it does."""

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How do I know when the platform is down?</title>
<style>
body {{ font: 16px/1.5 Georgia, serif; margin: 16px; background: #fff; color: #222; }}
{rules}
</style>
</head>
<body>
<main class="article">
<h1 class="own">How do I know when the platform is down?</h1>
<p class="own">See the <a class="own" href="/elsewhere">release notes</a>, too.</p>
<table class="own"><tr><th class="own" scope="col">Plan</th></tr><tr><td class="own">Basic</td></tr></table>
{fragment}
<h2 class="own">Any other question?</h2>
<p class="own">Ask <a class="own" href="/support">our support</a>.</p>
<ul class="own"><li class="own">By telephone</li></ul>
</main>
</body>
</html>
"""


def host_page(fragment: str, rules: str, language: str = "en") -> str:
    """A host's page with that fragment among its own texts, which have the class ``own``."""
    return _PAGE.format(fragment=fragment, rules=rules, language=language)
