"""A pandera schema."""

from __future__ import annotations

import pandera.pandas as pa

Sizes = pa.DataFrameSchema({"size": pa.Column(int, pa.Check.ge(0)), "kind": pa.Column(str, pa.Check.isin(["a", "b"]))})
