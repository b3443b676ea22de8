"""Measure everything side by side: `python benchmarks/run.py`. See README.md."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import environments
import report
from processes import CommandFailed, clean_environment, run
from projects import Workshop
from scale import FULL, QUICK

HERE = Path(__file__).parent
SERVERS_SIDE_BY_SIDE = ("batching", "decoding", "workers", "scoring", "spark")
CASES = (
    "latency",
    "fresh",
    "table",
    "logging_time",
    "serving",
    "concurrency",
    "startup",
    "check",
    *SERVERS_SIDE_BY_SIDE,
)


def main() -> int:
    """Set up, measure the chosen cases, write numbers, table and plot."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is stopped as on any error
    scale = QUICK if given.quick else FULL
    out: Path = given.out or HERE / (".work/quick" if given.quick else "results")
    out.mkdir(parents=True, exist_ok=True)
    others = set(given.cases) - set(SERVERS_SIDE_BY_SIDE)
    needed = [*(environments.NAMES[:3] if others else ()), *(("servers",) if set(given.cases) - others else ())]
    made = environments.set_up(dict(given.python), needed)
    work = HERE / ".work" / f"run-{os.getpid()}"
    work.mkdir(parents=True)
    failed = []
    try:
        workshop = Workshop(work, made, scale)
        for case in given.cases:
            print(f"… {case}", flush=True)
            try:
                numbers = importlib.import_module(f"cases.{case}").run(workshop)
            except CommandFailed as error:
                failed.append(case)
                print(f"{case} failed: {error}", file=sys.stderr, flush=True)
                continue
            _write(out / "raw" / f"{case}.json", {"numbers": numbers})
            figures = report.figures_of(case, numbers)
            _write(out / f"{case}.json", {"case": case, **_circumstances(scale.name, made), "figures": figures})
    finally:
        if not given.keep:
            shutil.rmtree(work, ignore_errors=True)
    page = report.render(out)
    (out if given.quick or given.out else HERE).joinpath("RESULTS.md").write_text(page, encoding="utf-8")
    print(page)
    if "latency" in given.cases and "latency" not in failed:
        plot = [made["kedro_bind"].python, HERE / "inside" / "plot.py", out / "raw/latency.json", out / "latency.svg"]
        run(plot, environment=clean_environment())
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="few repetitions, small models: does everything work?")
    parser.add_argument("--out", type=Path, help="folder for the numbers (default: benchmarks/results)")
    parser.add_argument("--keep", action="store_true", help="keep projects, models and logs in benchmarks/.work")
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        type=_named_python,
        metavar="ENV=PATH",
        help=f"use this Python for an environment ({', '.join(environments.NAMES)}) and install nothing there",
    )
    return parser.parse_args()


def _named_python(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in environments.NAMES or not path:
        raise argparse.ArgumentTypeError(f"expected ENV=PATH with ENV one of {', '.join(environments.NAMES)}")
    return name, Path(path).absolute()


def _circumstances(scale: str, made: dict[str, environments.Environment]) -> dict[str, Any]:
    return {
        "scale": scale,
        "commit": _commit(),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": {name: environment.versions() for name, environment in made.items()},
    }


def _commit() -> str:
    """Return the commit that is measured, with a plus sign if the tree has other changes."""
    git = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(git, cwd=HERE, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
