import pandas as pd


def fit_scaler(customers: pd.DataFrame) -> dict:
    return {"mean": float(customers["spend"].mean()), "std": float(customers["spend"].std())}


def scale(customers: pd.DataFrame, scaler: dict) -> pd.DataFrame:
    return customers.assign(spend=(customers["spend"] - scaler["mean"]) / scaler["std"])


def fit_classifier(scaled: pd.DataFrame, depth: int) -> dict:
    return {"weight": -1.0 * depth, "bias": float(scaled["visits"].mean())}


def predict(scaled: pd.DataFrame, classifier: dict, threshold: float) -> pd.DataFrame:
    score = classifier["weight"] * scaled["spend"] + classifier["bias"] - scaled["visits"]
    return pd.DataFrame({"score": score, "churns": score > threshold})


def report(customers: pd.DataFrame) -> str:
    return f"{len(customers)} customers"
