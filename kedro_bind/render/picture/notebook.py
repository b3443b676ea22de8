"""The picture of a binding in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from kedro_bind.render.picture.drawing import picture_of
from kedro_bind.render.picture.html import html_page
from kedro_bind.render.picture.layout import lay_out
from kedro_bind.render.picture.of_binding import subject_of_binding
from kedro_bind.render.picture.subject import redacted_subject

if TYPE_CHECKING:
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["notebook_html"]

_AROUND, _HIGHEST = 180, 760


def notebook_html(binding: ResolvedBinding) -> str:
    """Return the page in a frame of its own, whose styles and script don't meet those of the notebook."""
    picture = picture_of(redacted_subject(subject_of_binding(binding)))
    height = min(_HIGHEST, round(lay_out(picture).height) + _AROUND)
    return (
        f'<iframe srcdoc="{escape(html_page(picture))}" title="{escape(picture.subject.name)}" sandbox="allow-scripts" '
        f'style="width: 100%; height: {height}px; border: 0"></iframe>'
    )
