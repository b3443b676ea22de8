"""The forms in which a picture is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.render.picture.drawing import picture_of
from kedro_bind.render.picture.subject import redacted_subject

if TYPE_CHECKING:
    from kedro_bind.render.picture.subject import Subject

__all__ = ["FORMS", "draw"]

FORMS = ("text", "mermaid", "svg", "html")


def draw(subject: Subject, form: str, *, colour: bool = False, width: int | None = None) -> str:
    """Write a picture in one of `FORMS`; `colour` and `width` are those of a terminal.

    Raises:
        ValueError: it is not one of them.
    """
    picture = picture_of(redacted_subject(subject))
    if form == "text":
        from kedro_bind.render.picture.text import terminal_text

        return terminal_text(picture, colour=colour, width=width)
    if form == "mermaid":
        from kedro_bind.render.picture.mermaid import mermaid_chart

        return mermaid_chart(picture)
    if form == "svg":
        from kedro_bind.render.picture.svg import standalone_svg

        return standalone_svg(picture)
    if form == "html":
        from kedro_bind.render.picture.html import html_page

        return html_page(picture)
    raise ValueError(f"'{form}' is not a form of a picture; the forms are {', '.join(FORMS)}")
