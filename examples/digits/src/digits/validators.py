"""What the images of a request have to be."""

from __future__ import annotations

import pandas as pd


def check_images(images: pd.DataFrame) -> pd.DataFrame:
    """Return the images unchanged, or refuse them: a pixel has a value from 0 to 16."""
    outside = ~images.apply(lambda column: column.between(0, 16))
    if outside.to_numpy().any():
        column = outside.any().idxmax()
        raise ValueError(f"{column}: {int(outside[column].sum())} values are not between 0 and 16")
    return images
