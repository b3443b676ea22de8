"""The numbers of a run as a Markdown page. Usage: report.py [FOLDER]; writes RESULTS.md beside this file."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import figures
from figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent

_TITLES: dict[str, tuple[str, Callable[[dict[str, Any]], Iterator[Figure]], str]] = {
    "latency": (
        "One prediction through pyfunc",
        figures.latency,
        "`hand_written_again` is the base once more, in another process: how far it is from 1 is the noise.",
    ),
    "fresh": (
        "Loading in a fresh process",
        figures.fresh,
        "The bar is on the time from the start of Python, MLflow's import included; files are in the system's cache.",
    ),
    "table": ("A large table in one call", figures.table, "The small model with two nodes; the median of three calls."),
    "logging_time": (
        "Logging after training",
        figures.logging_time,
        "From the last node to the end of the run, against kedro-mlflow, which proves nothing.",
    ),
    "serving": (
        "Serving over HTTP",
        figures.serving,
        "The load comes from the same machine; memory is the sum of the peaks of all processes of the server.",
    ),
    "concurrency": (
        "Concurrent requests with parameters of their own",
        figures.concurrency,
        "16 requests at once; one that fails counts as wrong.",
    ),
    "batching": (
        "Servers side by side",
        figures.batching,
        "Five nodes of pandas and scikit-learn, one row a request; LitServe and BentoML batch up to 64 as well.",
    ),
    "decoding": (
        "From a request's body to a table",
        figures.decoding,
        "JSON to the table that the signature promises, schema enforced, both in one process.",
    ),
    "workers": (
        "Memory of workers",
        figures.workers,
        "The proportional memory (Pss) of all processes of the server, once each has predicted.",
    ),
    "scoring": (
        "Scoring a folder of Parquet",
        figures.scoring,
        "The rate is that of the rows that the large table has more: the start of a process does not count.",
    ),
    "spark": (
        "Under spark_udf",
        figures.spark,
        "From the third pass on, in a local session with two cores.",
    ),
    "startup": (
        "Commands in a project that binds nothing",
        figures.startup,
        "Ratios are against the same environment without a plugin.",
    ),
    "check": (
        "Checking bindings",
        figures.check,
        "One pipeline of 1,000 nodes, which every binding selects from; *more* is beyond `kedro registry list`.",
    ),
}


def figures_of(case: str, numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of a case, from its raw numbers, as JSON has them."""
    return [asdict(figure) for figure in _TITLES[case][1](numbers)]


def render(folder: Path) -> str:
    """Return the page for the numbers of a folder."""
    files = {name: folder / f"{name}.json" for name in _TITLES}
    cases = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.exists()}
    if not cases:
        return "# Results\n\nNothing has been measured.\n"
    tables = {name: [Figure(**figure) for figure in case["figures"]] for name, case in cases.items()}
    parts = ["# Results", _circumstances(cases), "## The bars", _bars(tables)]
    for name, rows in tables.items():
        title, _, caveat = _TITLES[name]
        parts += [f"## {title}", caveat]
        if name == "latency":
            parts.append(f"![latency by number of nodes]({_place(folder)}latency.svg)")
        parts.append(_table(rows))
    return "\n\n".join(parts) + "\n"


def _circumstances(cases: dict[str, Any]) -> str:
    lines = []
    for case in cases.values():
        versions = {name: version for value in case["versions"].values() for name, version in value.items()}
        told = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
        lines.append(f"Measured on {case['date']} at {case['commit']}, {case['cores']} cores, with {told}.")
        if case["load"] > 2 * case["cores"]:
            lines.append(
                f"The machine had other work, with a load of {case['load']:.0f}: rates and latencies of these "
                "cases are noisy, and servers of several processes get a larger share. Processor time is affected less."
            )
        if case["scale"] != "full":
            lines.append("A quick run: too few repetitions of too small things for the bars to mean much.")
    return "\n\n".join(dict.fromkeys(lines))


def _bars(tables: dict[str, list[Figure]]) -> str:
    judged = [row for rows in tables.values() for row in rows if row.met is not None]
    return _lines(
        ("what", "measured", "bar", "met"),
        ((figure.what, _judged(figure), figure.bar, "yes" if figure.met else "**no**") for figure in judged),
    )


def _table(rows: list[Figure]) -> str:
    return _lines(
        ("what", "variant", "median", "ratio", "bar"),
        (
            (
                row.what,
                row.variant,
                f"{_number(row.value)} {row.unit}".strip(),
                "" if row.ratio is None else f"{row.ratio:.3f}" if row.ratio < 10 else f"{row.ratio:.0f}",
                row.bar,
            )
            for row in rows
        ),
    )


def _judged(figure: Figure) -> str:
    if figure.judged is not None:
        return f"{_number(figure.judged)} {'s' if figure.unit == 's' else figure.unit}".strip()
    return f"{figure.ratio:.3f} of {figure.against}"


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _place(folder: Path) -> str:
    try:
        relative = folder.resolve().relative_to(HERE.resolve())
    except ValueError:
        return ""
    return "" if relative.parts[:1] == (".work",) else f"{relative.as_posix()}/"


if __name__ == "__main__":
    measured = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "results"
    (HERE / "RESULTS.md").write_text(render(measured), encoding="utf-8")
