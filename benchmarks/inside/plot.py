"""Draw latency by number of nodes. Usage: plot.py NUMBERS.json PICTURE.svg."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "kedro_bind"  # the same numbers give the same file

from matplotlib import pyplot as plt  # noqa: E402 - after the choice of how to draw

STYLES = {
    "hand_written": ("written by hand", "black", "--"),
    "kedro_bind": ("kedro_bind", "tab:green", "-"),
    "kedro_mlflow_quiet": ("kedro-mlflow, quiet", "tab:orange", "-"),
    "kedro_mlflow": ("kedro-mlflow, default logging", "tab:red", "-"),
}
TITLES = {"small": "small model", "forest": "forest of 100 MB and more"}


def main() -> None:
    """Draw a panel for each kind of model."""
    series = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["numbers"]["series"]
    lines: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for setting in series:
        for name in STYLES:
            times = [turn[name]["wall"] / 1e6 for turn in setting["rounds"] if name in turn]
            if times:
                lines[setting["kind"]][name].append((setting["nodes"], median(times)))
    figure, panels = plt.subplots(1, len(lines), figsize=(4.5 * len(lines), 3.6), sharey=True, squeeze=False)
    for panel, (kind, of_kind) in zip(panels[0], lines.items(), strict=True):
        for name, points in of_kind.items():
            label, color, style = STYLES[name]
            panel.plot(*zip(*points, strict=True), style, color=color, marker="o", markersize=3, label=label)
        panel.set(xscale="log", yscale="log", xlabel="nodes", title=TITLES[kind])
        ticks = sorted({nodes for points in of_kind.values() for nodes, _ in points})
        panel.set_xticks(ticks, [str(tick) for tick in ticks])
        panel.minorticks_off()
        panel.grid(visible=True, alpha=0.3)
    panels[0][0].set_ylabel("one prediction, ms")
    panels[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(sys.argv[2], metadata={"Date": None})


if __name__ == "__main__":
    main()
