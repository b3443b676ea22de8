"""The picture as one HTML file, without network access: the lanes, then everything in words; for a model, its card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from kedro_bind.render.picture.layout import NARROW, WIDE
from kedro_bind.render.picture.svg import inline_svg, packaged
from kedro_bind.render.picture.words import role_of, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.graph import Element, Picture
    from kedro_bind.render.picture.subject import Table

__all__ = ["html_page"]

_MOST_COLUMNS_OF_HALF = 4
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def html_page(picture: Picture) -> str:
    """Return the page; it works without JavaScript, which adds zoom, details on hover, and following."""
    subject = picture.subject
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(subject.name)} · kedro_bind</title>
<style>
{packaged("page.css")}{packaged("picture.css")}</style>
</head>
<body>
<header>
<h1>{escape(subject.name)}</h1>
{_paragraph(subject.description)}<p class="place"><code>{escape(subject.place)}</code></p>
{_facts(picture)}</header>
<main>
{_general_findings(picture)}{_tools(picture)}
<section class="frame" aria-label="Picture" tabindex="0">
{inline_svg(picture, WIDE, "wide")}
{inline_svg(picture, NARROW, "narrow")}
</section>
<div class="card">
{"".join(map(_table, tables_of(picture)))}</div>
<details open>
<summary>Everything in the picture</summary>
<div class="words">
{"".join(map(_words, picture.everything))}</div>
</details>
</main>
<aside id="inspector" aria-label="Details" hidden><button type="button">Close</button><div></div></aside>
<footer><p>Drawn by kedro_bind.</p></footer>
<script>
{packaged("page.js")}</script>
</body>
</html>
"""


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>\n" if text else ""


def _facts(picture: Picture) -> str:
    items = "".join(f"<li><b>{escape(label)}</b>{escape(text)}</li>" for label, text in picture.subject.facts)
    return f'<ul class="facts">{items}</ul>\n' if items else ""


def _general_findings(picture: Picture) -> str:
    return f"<h2>Findings</h2>{_findings(picture.findings)}\n" if picture.findings else ""


def _findings(findings: Iterable[Diagnostic]) -> str:
    items = "".join(
        f'<li class="finding {finding.severity.value}"><b>{finding.severity.value}</b> {escape(finding.text)}'
        f" <code>{finding.code}</code></li>"
        for finding in findings
    )
    return f'<ul class="findings">{items}</ul>' if items else ""


def _tools(picture: Picture) -> str:
    options = "".join(
        f'<option value="{element.key}">{escape(element.title)}</option>' for element in picture.lane("travels")
    )
    return f"""<div class="tools" hidden>
<label>Follow <select><option value="">nothing</option>{options}</select></label>
<button type="button" data-zoom="out" aria-label="Zoom out">&minus;</button>
<button type="button" data-zoom="in" aria-label="Zoom in">+</button>
<button type="button" data-zoom="reset">Actual size</button>
<button type="button" data-zoom="whole">Whole picture</button>
<span class="hint">Click a box to follow it through all lanes; arrow keys move along the lines.</span>
</div>"""


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
    title, wide = escape(table.title), ' class="wide"' if len(table.header) > _MOST_COLUMNS_OF_HALF else ""
    return (
        f'<section{wide}><h2>{title}</h2>\n<div class="scroll" role="region" aria-label="{title}" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div></section>\n"
    )


def _words(element: Element) -> str:
    details = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in element.details)
    return (
        f'<article id="d-{element.key}"><h3>{escape(element.title)}</h3><p class="role">{role_of(element)}</p>'
        f"{f'<dl>{details}</dl>' if details else ''}{_findings(element.findings)}</article>\n"
    )
