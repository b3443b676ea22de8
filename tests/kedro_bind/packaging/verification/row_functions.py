"""Small models, row-wise and not; ordinary rows do not show the difference."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

ROWS = pd.DataFrame(
    {
        "spend": [10.0 + (7 * row) % 23 + row / 64 for row in range(60)],
        "visits": [(5 * row) % 11 for row in range(60)],
        "region": ["north", "south", "east"] * 19 + ["north", "south", "far"],
        "since": pd.date_range("2024-01-01", periods=60, freq="D"),
        "member": [row % 3 == 0 for row in range(60)],
        "seen": [f"2024-03-{1 + row % 28:02} 08:00" for row in range(60)],
    }
)
WEIGHTS = np.linspace(-1, 1, 24).reshape(2, 12)
KNOWN = {"north": 1.0, "south": 2.0, "east": 3.0}

ROW_WISE = {}
NOT_ROW_WISE = {}


def row_wise(function):
    ROW_WISE[function.__name__] = function
    return function


def not_row_wise(function):
    NOT_ROW_WISE[function.__name__] = function
    return function


def _score(table, spend=None):
    return (table["spend"] if spend is None else spend) * 2 - table["visits"]


@row_wise
def linear(table):
    return _score(table)


@row_wise
def linear_as_a_table(table):
    return pd.DataFrame({"score": _score(table), "high": _score(table) > 20})


@row_wise
def linear_as_an_array(table):
    return table[["spend", "visits"]].to_numpy() @ np.array([2.0, -1.0])


@row_wise
def matrix_product_with_rounding(table):
    return np.tanh(table[["spend", "visits"]].to_numpy() @ WEIGHTS)


@row_wise
def single_precision(table):
    return (table[["spend", "visits"]].to_numpy(dtype="float32") @ WEIGHTS.astype("float32")).sum(axis=1)


@row_wise
def a_list(table):
    return [f"{region}:{spend:.2f}" for region, spend in zip(table["region"], table["spend"], strict=True)]


@row_wise
def a_list_of_mappings(table):
    return [{"score": value} for value in _score(table)]


@row_wise
def fills_with_a_constant(table):
    return _score(table, table["spend"].fillna(21.0))


@row_wise
def passes_missing_values_on(table):
    return table["spend"] / 2


@row_wise
def looks_a_category_up(table):
    return table["region"].map(KNOWN).fillna(0.0).astype("float64")


@row_wise
def rejects_missing_values(table):
    if table["spend"].isna().any():
        raise ValueError("spend is missing")
    return _score(table)


@row_wise
def rejects_unseen_categories(table):
    _reject_unseen(table)
    return table["region"].map({**KNOWN, "far": 9.0}).astype("float64")


def _reject_unseen(table):
    if not table["region"].isin([*KNOWN, "far"]).all():
        raise KeyError("region")


@row_wise
def sorts_and_puts_back(table):
    return _score(table).sort_values().sort_index()


@row_wise
def merges_with_a_lookup_table(table):
    prices = pd.DataFrame({"region": list(KNOWN), "price": list(KNOWN.values())})
    return table.merge(prices, on="region", how="left")["price"].fillna(0.0)


@row_wise
def clips_to_fitted_bounds(table):
    return table["spend"].clip(12.0, 30.0)


@row_wise
def counts_within_a_row(table):
    return table[["spend", "region"]].notna().sum(axis=1)


@row_wise
def row_mean(table):
    return table[["spend", "visits"]].mean(axis=1)


@row_wise
def weekday(table):
    return table["since"].dt.weekday.fillna(-1).astype("int64")


@row_wise
def reads_dates_of_one_format(table):
    return pd.to_datetime(table["seen"], format="%Y-%m-%d %H:%M").dt.month.fillna(-1).astype("int64")


@row_wise
def cuts_into_fitted_bins(table):
    return pd.cut(table["spend"], [-np.inf, 15, 25, np.inf], labels=["low", "middle", "high"]).astype(str)


@row_wise
def one_hot_of_fitted_categories(table):
    return pd.DataFrame({name: (table["region"] == name).astype(int) for name in KNOWN})


@row_wise
def applies_a_function_to_each_row(table):
    return table.apply(lambda row: float(row["spend"]) * 2 if row["member"] else -1.0, axis=1)


@row_wise
def two_dimensional_array(table):
    return np.stack([_score(table).to_numpy(), table["visits"].to_numpy(dtype="float64")], axis=1)


@not_row_wise
def fills_from_the_row_above(table):
    return _score(table, table["spend"].ffill().fillna(0.0))


@not_row_wise
def fills_from_the_row_below(table):
    return _score(table, table["spend"].bfill().fillna(0.0))


@not_row_wise
def fills_from_the_row_above_and_rejects_the_first(table):
    filled = table["spend"].ffill()
    if filled.isna().any():
        raise ValueError("spend is missing")
    return _score(table, filled)


@not_row_wise
def fills_with_the_mean_of_the_batch(table):
    return _score(table, table["spend"].fillna(table["spend"].mean()).fillna(0.0))


@not_row_wise
def interpolates(table):
    return _score(table, table["spend"].interpolate().fillna(0.0))


@not_row_wise
def ranks(table):
    return table["spend"].rank(pct=True)


@not_row_wise
def drops_duplicates(table):
    return _score(table.drop_duplicates())


@not_row_wise
def drops_missing_values(table):
    return _score(table.dropna(subset=["spend"]))


@not_row_wise
def filters_extremes(table):
    return _score(table[table["spend"].abs().fillna(0) < 200])


@not_row_wise
def sorts(table):
    return table.sort_values("spend", kind="stable")["spend"].reset_index(drop=True)


@not_row_wise
def counts_a_rare_category(table):
    sizes = table.groupby("region", dropna=False)["visits"].transform("size")
    return _score(table) + (sizes > 1) * (table["region"] == "far")


@not_row_wise
def centres_a_rare_category(table):
    means = table.groupby("region", dropna=False)["spend"].transform("mean")
    return table["spend"].where(table["region"] != "far", table["spend"] - means)


@not_row_wise
def centres_above_a_hundred_rows(table):
    return table["spend"] - (table["spend"].mean() if len(table) > 100 else 0.0)


@not_row_wise
def scales_by_the_largest(table):
    largest = table["spend"].max()
    return table["spend"] / (largest if largest > 1_000 else 100.0)


@not_row_wise
def differs_from_the_row_above(table):
    return (table["since"].diff().dt.days.fillna(0) < 0).astype(int)


@not_row_wise
def numbers_the_rows(table):
    return pd.DataFrame({"id": np.arange(len(table)), "score": _score(table)})


@not_row_wise
def factorizes(table):
    return pd.factorize(table["region"])[0]


@not_row_wise
def one_hot_of_the_batch(table):
    return pd.get_dummies(table["region"])


@not_row_wise
def type_depends_on_the_batch(table):
    score = table["visits"].where(table["spend"].notna())
    return score.astype("int64") if score.notna().all() else score


@not_row_wise
def draws_at_random(table):
    return _score(table) + np.random.default_rng().normal(size=len(table))


_calls = itertools.count()


@not_row_wise
def keeps_state_between_calls(table):
    return _score(table) + next(_calls) // 40


@not_row_wise
def remembers_what_it_has_seen(table, seen=set()):  # noqa: B006 - the state is intended
    first = [region not in seen for region in table["region"]]
    seen.update(table["region"])
    return first


@not_row_wise
def averages_into_one_number(table):
    return np.array([_score(table).mean()])


@not_row_wise
def predicts_a_mapping(table):
    return {"score": _score(table).tolist()}


@not_row_wise
def normalises_by_the_batch(table):
    values = table[["spend", "visits"]].to_numpy()
    return values[:, 0] / max(np.abs(np.nan_to_num(values)).sum() / 1e9, 1.0)


@not_row_wise
def counts_duplicates(table):
    return table.duplicated(keep=False).astype(int)


@not_row_wise
def guesses_the_format_of_dates(table):
    return pd.to_datetime(table["seen"], errors="coerce").dt.day.astype("float64").fillna(-1.0)


@not_row_wise
def guesses_the_format_of_dates_and_rejects_others(table):
    return pd.to_datetime(table["seen"]).dt.day.astype("float64")


@not_row_wise
def a_rolling_mean(table):
    return table["visits"].rolling(3, min_periods=1).mean()


@not_row_wise
def fails_on_a_large_batch(table):
    if len(table) > 500:
        raise MemoryError("too many rows")
    return _score(table)
