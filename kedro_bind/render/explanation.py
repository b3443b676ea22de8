"""What a code of a finding means: its page, as text and by its address."""

from __future__ import annotations

import re
from importlib.resources import files

from kedro_bind.documentation import SITE

__all__ = ["address_of", "codes", "explanation", "source_of"]

_LINK = re.compile(r"\]\((?P<up>\.\./)?(?P<page>[\w/-]+)\.md(?P<anchor>#[\w-]+)?\)")


def codes() -> list[str]:
    """Return all codes that have a page, sorted."""
    return sorted(file.name.removesuffix(".md") for file in _FOLDER.iterdir() if file.name.endswith(".md"))


def source_of(code: str) -> str:
    """Return the Markdown of a code's page, whose links are those of a page in the folder `checks` of the site."""
    return (_FOLDER / f"{code}.md").read_text(encoding="utf-8")


def explanation(code: str) -> str:
    """Return the page of a code with links that work anywhere."""
    return _LINK.sub(_absolute, source_of(code))


def address_of(code: str) -> str:
    """Return the address of a code's page."""
    return f"{SITE}checks/{code}/"


def _absolute(link: re.Match[str]) -> str:
    folder = "" if link["up"] else "checks/"
    return f"]({SITE}{folder}{link['page']}/{link['anchor'] or ''})"


_FOLDER = files(__name__.rpartition(".")[0]) / "codes"
