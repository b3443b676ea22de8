"""What pictures are of, in several sizes, without a Kedro project."""

from __future__ import annotations

import random
from dataclasses import replace

from kedro_bind.render.picture.subject import (
    CarriedArtifact,
    CarriedParameter,
    DrawnEvaluation,
    Field,
    Step,
    Subject,
)

SMALL = Subject(
    name="churn",
    place="models:/churn/3",
    input_name="customers",
    training_input="customers",
    training=(
        Step("fit_scaler", "shop.nodes:fit_scaler", ("customers",), ("scaler",)),
        Step("scale", "shop.nodes:scale", ("customers", "scaler"), ("scaled",)),
        Step("fit_classifier", "shop.nodes:fit_classifier", ("scaled", "params:depth"), ("classifier",)),
    ),
    inference=(
        Step("scale", "shop.nodes:scale", ("customers", "scaler"), ("scaled",)),
        Step("predict", "shop.nodes:predict", ("scaled", "classifier", "params:threshold"), ("predictions",)),
    ),
    artifacts=(
        CarriedArtifact("classifier", "classifier", "pickle.PickleDataset", 1532, "ab" * 32),
        CarriedArtifact("scaler", "scaler", "json.JSONDataset", 120, "cd" * 32),
    ),
    parameters=(CarriedParameter("params:threshold", "0.0", settable=True),),
    description="Tells which customers are about to leave.",
    inputs=(Field("spend", "double"), Field("visits", "long", optional=True)),
    outputs=(Field("score", "double"), Field("churns", "boolean")),
    notes={"classifier": (("copy mode", "deepcopy"),)},
    facts=(("runner", "SequentialRunner"), ("row-wise", "yes")),
)
"""The binding of the projects in tests/kedro_project.py, as it is once it is logged."""
SCORED = replace(
    SMALL,
    evaluation=DrawnEvaluation(
        "holdout",
        (
            Step("compare", "shop.nodes:compare", ("predictions", "holdout", "labels"), ("compared",)),
            Step("score", "shop.nodes:score", ("compared", "classifier", "params:scale"), ("scores", "report")),
        ),
        ("scores",),
    ),
)
"""The same with an evaluation, in which one dataset is intermediate, and one output is not a metric."""


def with_evaluation(subject: Subject, nodes: int) -> Subject:
    """Return a binding with an evaluation of that many nodes, which all score the prediction that comes last."""
    predictions = subject.inference[-1].outputs[0]
    names = [f"evaluation.measure_{index}_of_all_customers" for index in range(nodes)]
    steps = [Step(name, "shop.nodes:measure", (predictions, "labels"), (f"{name}_scores",)) for name in names]
    return replace(subject, evaluation=DrawnEvaluation("customers_that_training_never_saw", tuple(steps)))


def large_subject(nodes: int = 200, seed: int = 1) -> Subject:
    """Return a binding with that many nodes, half of which train: long names, branches, lines over many nodes."""
    chance = random.Random(seed)
    data = ["raw.customers", "raw.orders", "raw.products"]
    training: list[Step] = []
    for index in range(nodes // 2):
        inputs = [chance.choice(data[-25:]) for _ in range(chance.randint(1, 3))]
        inputs += [f"params:feature_engineering.option_{index}"] if chance.random() < 0.3 else []
        outputs = [f"feature_{index}"] + ([f"feature_{index}_report"] if chance.random() < 0.15 else [])
        name = f"data_science.build_feature_{index}_from_orders_and_customers"
        training.append(Step(name, f"shop.nodes:build_{index}", tuple(dict.fromkeys(inputs)), tuple(outputs)))
        data += outputs
    artifacts = sorted(chance.sample(data[3:], min(25, nodes // 4)))
    served = ["customers"]
    inference: list[Step] = []
    for index in range(nodes // 2):
        inputs = [chance.choice(served[-12:]) for _ in range(chance.randint(1, 2))]
        inputs += [artifacts[index // 4 % len(artifacts)]] if index % 4 == 0 else []
        inputs += [f"params:threshold_{index}"] if index % 20 == 0 else []
        inference.append(
            Step(f"serving.apply_{index}", f"shop.nodes:apply_{index}", tuple(inputs), (f"served_{index}",))
        )
        served.append(f"served_{index}")
    return Subject(
        name="large",
        place="models:/large/1",
        input_name="customers",
        training_input="raw.customers",
        training=tuple(training),
        inference=tuple(inference),
        artifacts=tuple(CarriedArtifact(name, name, "pickle.PickleDataset", 1000, "ab" * 32) for name in artifacts),
        parameters=tuple(
            CarriedParameter(f"params:threshold_{index}", "0.5", settable=True) for index in range(0, nodes // 2, 20)
        ),
        inputs=tuple(Field(f"column_{index}", "double") for index in range(30)),
    )
