"""The node of the score_daily pipeline."""

from collections.abc import Callable

import pandas as pd


def predict_with(model: Callable[[pd.DataFrame], pd.DataFrame], penguins: pd.DataFrame) -> pd.DataFrame:
    """Put the predictions of a model beside the table that they are for."""
    return penguins.join(model(penguins))
