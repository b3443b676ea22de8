"""What one writes by hand with FastAPI: the same functions, called in order."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
from batched_project.nodes import complete, decide, derive, encode, scale
from fastapi import FastAPI
from pydantic import BaseModel

DATA = Path("data")
MEDIANS, SCALER, CLASSIFIER = (
    pickle.loads((DATA / f"{name}.pkl").read_bytes()) for name in ("medians", "scaler", "classifier")
)

app = FastAPI()


class RequestRow(BaseModel):
    """A customer."""

    age: float | None
    income: float | None
    visits: float | None
    spend: float | None
    region: str | None


class RequestRows(BaseModel):
    """A request, in one of MLflow's forms."""

    dataframe_records: list[RequestRow]


def predict(table: pd.DataFrame) -> pd.DataFrame:
    """Call the functions of the five nodes."""
    return decide(scale(derive(encode(complete(table, MEDIANS))), SCALER), CLASSIFIER)


@app.get("/ping")
def ping() -> str:
    """Say that the server is ready."""
    return "ready"


@app.post("/invocations")
def invocations(rows: RequestRows) -> dict[str, Any]:
    """Predict."""
    table = pd.DataFrame([row.model_dump() for row in rows.dataframe_records])
    return {"predictions": predict(table).to_dict(orient="records")}
