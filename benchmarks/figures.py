"""Raw numbers to figures: what was measured, for which variant, beside the bar that it has to meet."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from ratios import difference, middle, names_in, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "hand_written"
OURS = "kedro_bind"
_LARGE = {"small": "small", "forest": "large", "ballast": "huge"}


@dataclass(frozen=True)
class Figure:
    """One line of a table. `ratio` is against `against`; the bar, if there is one, is on `judged`."""

    what: str
    variant: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = BASE
    at_most: float | None = None
    at_least: float | None = None
    judged: float | None = None

    @property
    def bar(self) -> str:
        """The bar as text."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """Return whether the bar is met; `None` without one."""
        judged = self.judged if self.judged is not None else self.ratio
        if judged is None or (self.at_most is None and self.at_least is None):
            return None
        return judged <= self.at_most if self.at_most is not None else judged >= (self.at_least or 0)


def latency(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time of one prediction, and what a node adds."""
    wall, processor = _of("wall"), _of("processor")
    for setting in numbers["series"]:
        rounds, nodes = setting["rounds"], setting["nodes"]
        what = f"{_LARGE[setting['kind']]} model, {nodes} nodes"
        for name in names_in(rounds):
            bar = (1.03 if nodes <= 50 else 1.10) if name == OURS else None
            value = middle(rounds, name, wall) / 1e3
            yield Figure(what, name, value, "µs", ratio(rounds, name, BASE, wall), at_most=bar)
        for name in (OURS, "hand_written_again"):
            value, versus = middle(rounds, name, processor) / 1e3, ratio(rounds, name, BASE, processor)
            yield Figure(f"{what}, processor time", name, value, "µs", versus)
        value, versus = middle(setting["pairs"], OURS) / 1e3, ratio(setting["pairs"], OURS, BASE)
        yield Figure(f"{what}, both in one process", OURS, value, "µs", versus, at_most=1.03 if nodes <= 50 else 1.10)
    yield from _added(numbers["series"], "rounds", wall)
    yield from _added(numbers["series"], "pairs", float)


def _added(series: list[dict[str, Any]], key: str, value: Callable[[Any], float]) -> Iterator[Figure]:
    """Yield what a node costs more than by hand: the slope of the difference over the number of nodes."""
    small = {setting["nodes"]: setting[key] for setting in series if setting["kind"] == "small"}
    fewest, most = min(small), max(small)
    where = ", both in one process" if key == "pairs" else ""
    for name in names_in(small[most]):
        if name != BASE and name in names_in(small[fewest]):
            added = difference(small[most], name, BASE, value) - difference(small[fewest], name, BASE, value)
            cost = added / (most - fewest) / 1e3
            bar = 0.3 if name == OURS else None
            yield Figure(f"added for each node{where}", name, cost, "µs", at_most=bar, judged=cost)


def fresh(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time and the memory of loading."""
    parts = {
        "process start to loaded": ("total_seconds", "s", 1.0),
        "load_model alone": ("load_seconds", "s", 1.0),
        "first prediction": ("first_predict_seconds", "ms", 1e3),
        "peak memory": ("peak_kb", "MB", 1 / 1024),
    }
    for setting in numbers["series"]:
        for label, (key, unit, factor) in parts.items():
            for name in names_in(setting["rounds"]):
                yield Figure(
                    f"{_LARGE[setting['kind']]} model, {label}",
                    name,
                    factor * middle(setting["rounds"], name, _of(key)),
                    unit,
                    ratio(setting["rounds"], name, BASE, _of(key)),
                    at_most=1.03 if name == OURS and key == "total_seconds" else None,
                )


def table(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time of one call with many rows."""
    rounds = numbers["rounds"]
    for name in names_in(rounds):
        bar = 1.03 if name == OURS else None
        what = f"{numbers['rows']:,} rows"
        yield Figure(what, name, middle(rounds, name) / 1e6, "ms", ratio(rounds, name, BASE), at_most=bar)
    for name, peak in numbers["peak_kb"].items():
        yield Figure(f"{what}, peak memory", name, peak / 1024, "MB", peak / numbers["peak_kb"][BASE])


def logging_time(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time and the bytes of logging; without verification, beyond copies and digests of the artifact."""
    for setting in numbers["series"]:
        rounds = setting["rounds"]
        label = f"{setting['artifact_bytes'] / 1e6:,.0f} MB" if setting["kind"] != "small" else "small"
        for name in names_in(rounds):
            seconds = middle(rounds, name, _of("seconds"))
            bar, judged = None, None
            if name in (OURS, "kedro_bind_not_row_wise"):
                bar = 1.0
            elif name == "kedro_bind_unverified":
                bar, judged = 0.25, difference(rounds, name, "copies_and_digests", _of("seconds"))
            what = f"{label} artifact" + (
                f" ({judged:.2f} s beyond two copies and digests)" if judged is not None else ""
            )
            against = "kedro_mlflow"
            yield Figure(
                what, name, seconds, "s", ratio(rounds, name, against, _of("seconds")), against, bar, judged=judged
            )
        for name in names_in(rounds):
            if name != "copies_and_digests":
                stored = middle(rounds, name, _of("stored_bytes")) / 1e6
                written = middle(rounds, name, _of("written_bytes")) / 1e6
                yield Figure(f"{label} artifact, stored (of {written:,.1f} MB written)", name, stored, "MB")


def serving(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield rate, latency and memory of servers."""
    for setting in numbers["series"]:
        rounds, connections = setting["rounds"], setting["connections"]
        label = f"{_LARGE[setting['kind']]} model, {connections} connection{'s' if connections > 1 else ''}"
        for name in names_in(rounds):
            bar = 0.97 if name == OURS and connections == 16 else None
            rate = middle(rounds, name, _of("rate"))
            yield Figure(f"{label}, rate", name, rate, "/s", ratio(rounds, name, BASE, _of("rate")), at_least=bar)
        for key in ("p50_ms", "p99_ms"):
            for name in names_in(rounds):
                value = middle(rounds, name, _of(key))
                versus = ratio(rounds, name, BASE, _of(key))
                yield Figure(f"{label}, {key[:3]}", name, value, "ms", versus)
        for name, peak in setting["peak_kb"].items():
            bar = 1.05 if name == OURS and connections == 16 and setting["kind"] == "forest" else None
            versus = peak / setting["peak_kb"][BASE]
            yield Figure(f"{label}, peak memory", name, peak / 1024, "MB", versus, at_most=bar)


def batching(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Return rate and latency of servers side by side, and how ours compares with each of the others."""
    bars = {
        ("rate", "mlflow"): {16: 10.0, 64: 16.0},
        ("rate", "hand_written"): {16: 7.0, 64: 12.0},
        ("rate", "litserve"): {16: 1.3, 64: 1.8},
        ("rate", "bentoml"): {16: 1.0, 64: 1.0},
        ("p50_ms", "hand_written"): {1: 1.05},
        ("p99_ms", "hand_written"): {1: 1.15},
        ("p50_ms", "litserve"): {1: 0.8},
    }
    for setting in numbers["series"]:
        rounds, connections = setting["rounds"], setting["connections"]
        row_wise = setting["binding"] == "independent"
        ours = "kedro_bind --batch" if row_wise else "kedro_bind"
        label = f"{'row-wise' if row_wise else 'not row-wise'}, {connections} connection{'s' * (connections > 1)}"
        measures = {"rate": "rate", "p50_ms": "p50", "p99_ms": "p99", "processor_ms": "processor time per request"}
        for key, measure in measures.items():
            what, unit = f"{label}, {measure}", "/s" if key == "rate" else "ms"
            base = "hand_written" if row_wise else "mlflow"
            for name in names_in(rounds):
                yield Figure(
                    what, name, middle(rounds, name, _of(key)), unit, ratio(rounds, name, base, _of(key)), base
                )
            for (judged, base), by_connections in bars.items():
                bar = by_connections.get(connections) if row_wise else {("rate", "mlflow"): 1.2}.get((key, base))
                if judged == key and bar is not None:
                    limit = {"at_least": bar} if key == "rate" else {"at_most": bar}
                    value, versus = middle(rounds, ours, _of(key)), ratio(rounds, ours, base, _of(key))
                    yield Figure(f"{what}, beside {base}", ours, value, unit, versus, base, **limit)


def decoding(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Return the time of decoding a row."""
    rounds, what = numbers["rounds"], f"a row of {numbers['columns']} columns"
    yield Figure(what, "mlflow", 1e3 * middle(rounds, "mlflow"), "ms", 1.0, "mlflow")
    yield Figure(what, OURS, 1e3 * middle(rounds, OURS), "ms", ratio(rounds, OURS, "mlflow"), "mlflow", at_most=0.2)


def workers(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Return the memory of four workers beside that of one."""
    size = f"{numbers['artifact_bytes'] / 1e6:,.0f} MB model"
    for key, what in (("start", "at start"), ("reloaded", "after another version has taken over")):
        for name in names_in(numbers["rounds"]):
            value = middle(numbers["rounds"], name, _of(key)) / 1024
            versus = ratio(numbers["rounds"], name, "1", _of(key))
            workers = "1 worker" if name == "1" else f"{name} workers"
            bar = None if name == "1" else 1.6
            yield Figure(f"{size}, {what}", workers, value, "MB", versus, "1 worker", at_most=bar)


def scoring(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Return the rate of scoring without what a process costs at its start, and the memory of a large table."""
    few, many = (str(rows) for rows in numbers["rows"])
    added = int(many) - int(few)
    rates = [
        {name: added / (sizes[many]["seconds"] - sizes[few]["seconds"]) for name, sizes in measured.items()}
        for measured in numbers["rounds"]
    ]
    workers = f"{OURS}, 2 workers"
    for name in names_in(rates):
        bar = 0.97 if name == OURS else None
        yield Figure("rate", name, middle(rates, name), "rows/s", ratio(rates, name, BASE), at_least=bar)
    versus = ratio(rates, workers, OURS)
    yield Figure("rate of 2 workers", workers, middle(rates, workers), "rows/s", versus, OURS, at_least=1.6)
    for name in names_in(rates):
        starts = [
            measured[name][few]["seconds"] - int(few) / rate[name]
            for measured, rate in zip(numbers["rounds"], rates, strict=True)
        ]
        yield Figure("start and end", name, median(starts), "s")
    for name in names_in(rates):
        peaks = [measured[name][many]["peak_kb"] / measured[name][few]["peak_kb"] for measured in numbers["rounds"]]
        bar = 1.1 if name != BASE else None
        value = median(measured[name][many]["peak_kb"] for measured in numbers["rounds"]) / 1024
        what = f"peak memory with {int(many):,} rows, beside {int(few):,}"
        yield Figure(what, name, value, "MB", median(peaks), f"{int(few):,} rows", at_most=bar)


def spark(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the rate under `spark_udf`, once the Python workers have loaded the models."""
    passes = [
        {name: series[number] for name, series in seconds.items()}
        for seconds in numbers["rounds"]
        for number in range(2, min(map(len, seconds.values())))
    ]
    for name in names_in(passes):
        rate = numbers["rows"] / middle(passes, name)
        bar = 1.05 if name == OURS else None
        versus = ratio(passes, name, BASE)
        yield Figure("rate, and the ratio of times", name, rate, "rows/s", versus, at_most=bar)


def concurrency(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the wrong answers; a request without an answer counts as one."""
    for setting in numbers["series"]:
        for way in ("http", "threads"):
            for name, tally in setting[way].items():
                wrong = tally["wrong"] + tally["failed"]
                what = f"{_LARGE[setting['kind']]} model, wrong of {setting['requests']:,} requests, {way}"
                yield Figure(what, name, wrong, "", at_most=0 if name == OURS else None, judged=wrong)


def startup(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time of commands."""
    for setting in numbers["series"]:
        for name in names_in(setting["rounds"]):
            value = middle(setting["rounds"], name)
            yield Figure(setting["command"], name, value, "s", ratio(setting["rounds"], name, "plain"), "plain")


def check(numbers: dict[str, Any]) -> Iterator[Figure]:
    """Yield the time of the check beside that of listing pipelines, and what each binding adds."""
    listed, checked = "registry list", "bind check"
    wall, processor = _of("wall"), _of("processor")
    spent: dict[int, float] = {}
    for setting in numbers["series"]:
        rounds, example = setting["rounds"], setting["project"] == "example"
        what = "the example" if example else f"1,000 nodes, {int(setting['project']):,} bindings"
        yield Figure(what, listed, middle(rounds, listed, wall), "s")
        versus = ratio(rounds, checked, listed, wall)
        bar = 1.3 if example else None
        yield Figure(what, checked, middle(rounds, checked, wall), "s", versus, listed, at_most=bar)
        if not example:
            more = difference(rounds, checked, listed, wall)
            bar = 3.0 if setting["project"] == "200" else None
            yield Figure(f"{what}, more", checked, more, "s", at_most=bar, judged=more)
            spent[int(setting["project"])] = middle(rounds, checked, processor)
    few, some, many = min(spent), 300, max(spent)
    early = 1e3 * (spent[some] - spent[few]) / (some - few)
    late = 1e3 * (spent[many] - spent[some]) / (many - some)
    yield Figure(f"processor time for each binding, {few} to {some}", checked, early, "ms")
    yield Figure(f"processor time for each binding, {some} to {many:,}", checked, late, "ms")
    growth = late / early
    yield Figure(
        "processor time for each binding, when many against when few", checked, growth, "", at_most=1.5, judged=growth
    )


def _of(key: str) -> Callable[[Any], float]:
    return lambda measured: float(measured[key])
