"""Write the pages of the site that are generated: `python -m scripts.write_docs`.

They are committed, so that the site needs no plugin of its own to build; a test keeps them up to date.
"""

from __future__ import annotations

import re
from pathlib import Path

from kedro_bind.render.explanation import codes, source_of
from scripts.document_reference import document_reference

__all__ = ["pages"]

DOCS = Path(__file__).parents[1] / "docs"
_ROW = re.compile(r"^\| \[([a-z-]+)\]\(checks/\1\.md\) \|.*\|$", flags=re.MULTILINE)


def pages() -> dict[Path, str]:
    """Return the text of every generated page by its file."""
    overview = DOCS / "checks.md"
    return {
        **{DOCS / "checks" / f"{code}.md": _page(code) for code in codes()},
        DOCS / "reference" / "document.md": document_reference(),
        overview: _ROW.sub(_row, overview.read_text(encoding="utf-8")),
    }


def _page(code: str) -> str:
    return (
        f"{source_of(code)}\n---\n\n`kedro bind explain {code}` prints this page. The example is "
        "[`examples/penguins`](https://github.com/kedro-bind/kedro-bind/tree/main/examples/penguins); "
        "[Checks](../checks.md) has all codes.\n"
    )


def _row(row: re.Match[str]) -> str:
    """Return the row of a code in the overview, with the first sentence of its page."""
    code = row[1]
    if code not in codes():
        return row[0]
    paragraph = " ".join(source_of(code).split("\n\n")[1].split())
    paragraph = re.sub(r" \(\[rule [^)]*\)\)", "", paragraph)
    sentence = re.split(r"(?<=[^.…]\.)\s|[;:] ", paragraph)[0].rstrip(".:;")
    return f"| [{code}](checks/{code}.md) | {sentence} |"


def main() -> None:
    """Write the pages, and remove those of codes that are gone."""
    texts = pages()
    for stale in set((DOCS / "checks").glob("*.md")) - set(texts):
        stale.unlink()
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
