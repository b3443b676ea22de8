"""Generated projects: a chain of stages, each with a node that fits and a node that applies the result."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import yaml
from kedro.pipeline import Pipeline, node, pipeline

from tests.soundness import nodes

if TYPE_CHECKING:
    import random

STAGES = 4
TYPED = find_spec("kedro.validation") is not None
"""Whether this Kedro types parameters, as it does from 1.3 on."""
VALIDATED = TYPED and find_spec("kedro.validation.core") is not None
"""Whether it validates datasets, as it does from 1.7 on."""


@dataclass
class Case:
    """A project as values: the content of its files, and the functions of its nodes."""

    stages: int
    catalog: dict[str, Any]
    parameters: dict[str, Any]
    document: dict[str, Any]
    functions: dict[str, Any] = field(default_factory=dict)
    with_parameter: set[int] = field(default_factory=set)
    shared_words: bool = False
    with_rate: set[int] = field(default_factory=set)
    with_cut: set[int] = field(default_factory=set)
    tail: str = ""
    mutations: list[str] = field(default_factory=list)

    def fitted(self, stage: int) -> str:
        """Return the name of what a stage fits."""
        return f"fitted_{stage}{self.tail}"

    def pipelines(self) -> dict[str, Pipeline]:
        """Build the registered pipelines."""
        made = []
        for stage in range(self.stages):
            last = stage == self.stages - 1
            extra = [f"params:level_{stage}"] if stage in self.with_parameter else []
            words = ["words"] if self.shared_words and stage == 0 else []
            tags = ["inference"] if last else ["training", "inference"]
            table, fitted, output = f"table_{stage}", self.fitted(stage), f"table_{stage + 1}"
            rate = [f"params:rate_{stage}"] if stage in self.with_rate else []
            fit = self.functions.get(f"fit_{stage}", nodes.fit)
            made.append(node(fit, [table, *words, *rate], fitted, name=f"fit_{stage}", tags="training"))
            function = self.functions.get(f"apply_{stage}", nodes.apply)
            cut = [f"params:cut_{stage}"] if stage in self.with_cut else []
            if cut:
                function = nodes.apply_cut if stage % 2 else nodes.apply_optional_cut
            made.append(node(function, [table, fitted, *cut, *words, *extra], output, name=f"apply_{stage}", tags=tags))
        chain = Pipeline(made)
        other = Pipeline([node(nodes.fit, "table_0", "report", name="report")])
        applied = chain.only_nodes_with_tags("inference")
        parameters = {name for name in applied.inputs() if name.startswith("params:")}
        served = pipeline(applied, namespace="served", parameters=parameters)
        level = ["params:level_0"] if 0 in self.with_parameter else []
        scoring, scoring_served = (
            Pipeline([node(nodes.rate, [f"{space}table_{self.stages}", "table_0", *level], "rating", name="rate")])
            for space in ("", "served.")
        )
        return {
            "chain": chain,
            "other": other,
            "served": served,
            "scoring": scoring,
            "scoring_served": scoring_served,
            "__default__": chain + other,
        }


VALIDATORS = [
    "tests.soundness.nodes.Filled",
    {"class": "tests.soundness.nodes.Filled", "on": ["load"]},
    {"class": "tests.soundness.nodes.Filled", "severity": "warn", "skip_load_after_save": True},
]


def valid(source: random.Random) -> Case:
    """Generate a project that is right."""
    stages = source.randint(1, STAGES)
    catalog: dict[str, Any] = {"table_0": {"type": "pickle.PickleDataset", "filepath": "data/table.pkl"}}
    # Longer than a file system allows for a name; the files have names of their own.
    tail = "_long" * source.choice([0, 0, 0, 60])
    for stage in range(stages):
        name = f"fitted_{stage}{tail}"
        pickled = {"type": "pickle.PickleDataset", "filepath": f"data/fitted_{stage}.pkl"}
        catalog[name] = source.choice(
            [
                pickled,
                {**pickled, "versioned": True},
                {"type": "json.JSONDataset", "filepath": f"data/fitted_{stage}.json"},
                {"type": "CachedDataset", "dataset": {**pickled}},
                {"type": "tests.soundness.nodes.Store", "place": name},
            ]
        )
    if source.random() < 0.2 and not tail:
        pattern = {"type": "pickle.PickleDataset", "filepath": "data/{what}.pkl"}
        catalog = {"table_0": catalog["table_0"], "fitted_{what}": pattern}
    shared = source.random() < 0.3
    if shared:
        catalog["words"] = {"type": "json.JSONDataset", "filepath": "data/words.json"}
    values = [1, 0.5, "high", True, [1, 2], ["a"], {"low": 1, "high": [0.5]}, None, [{"a": 1}], [], {}]
    parameters = {f"level_{stage}": source.choice(values) for stage in range(stages)}
    one_or_list = source.choice([lambda name: name, lambda name: [name]])
    binding: dict[str, Any] = {
        "training": {"pipeline": one_or_list("chain"), "tags": one_or_list("training")},
        "inference": {"pipeline": one_or_list("chain"), "tags": one_or_list("inference")},
        "input_name": "table_0",
    }
    if source.random() < 0.4:
        copy_mode: Any = source.choice(["assign", "copy", "deepcopy"])
        binding["copy_mode"] = source.choice([copy_mode, {f"fitted_0{tail}": copy_mode}])
    if source.random() < 0.3:
        runners: list[Any] = ["ThreadRunner", {"type": "ThreadRunner", "max_workers": 2}, "SequentialRunner"]
        binding["runner"] = source.choice([*runners, {"type": "tests.soundness.nodes.Needy", "needed": 1}])
    if source.random() < 0.3:
        binding["model"] = source.choice(
            [{"name": "one"}, {"registered_model_name": "one", "aliases": ["best"]}, {"predict_params": "none"}]
        )
    functions = {"apply_0": nodes.nested()}
    case = Case(
        stages,
        catalog,
        parameters,
        {"bound": binding},
        functions if source.random() < 0.1 else {},
        {stage for stage in range(stages) if source.random() < 0.5},
        shared,
        {stage for stage in range(stages) if source.random() < 0.3},
        {stage for stage in range(stages) if TYPED and source.random() < 0.3},
        tail,
    )
    parameters |= {f"rate_{stage}": source.choice([0.1, None, {"low": 1}]) for stage in case.with_rate}
    parameters |= {f"cut_{stage}": {"at": source.choice([1, 0.5, "2"])} for stage in case.with_cut}
    for name in ("table_0", case.fitted(0)):
        if VALIDATED and source.random() < 0.2 and name in catalog:
            catalog[name] = {**catalog[name], "validator": source.choice(VALIDATORS)}
    if source.random() < 0.2 and binding.get("copy_mode") in (None, "assign", "copy", "deepcopy"):
        _serve_in_namespace(case)
    _evaluate(case, source)
    return case


def _serve_in_namespace(case: Case) -> None:
    """Let the nodes of inference be in a namespace of their own, with all that training hands over mapped."""
    binding = _binding(case)
    names = [case.fitted(stage) for stage in range(case.stages)] + ["words"] * case.shared_words
    binding["inference"] = {"pipeline": "served"}
    if isinstance(binding.get("evaluation"), dict):
        binding["evaluation"]["pipeline"] = "scoring_served"
    binding["input_name"] = "served.table_0"
    binding.setdefault("training", {})["input_name"] = "table_0"
    binding["artifacts"] = {f"served.{name}": name for name in names}


def _typo(word: str, source: random.Random) -> str:
    place = source.randrange(len(word))
    return word[:place] + source.choice("xyz") + word[place + 1 :]


def _binding(case: Case) -> dict[str, Any]:
    binding: dict[str, Any] = case.document["bound"]
    return binding


def mutated(source: random.Random) -> Case:
    """Generate a project that was right, with one or two changes."""
    case = copy.deepcopy(valid(source))
    for _ in range(source.choice([1, 1, 2])):
        mutation = source.choice(MUTATIONS)
        mutation(case, source)
        case.mutations.append(mutation.__name__.strip("_"))
    return case


def _misspell_tag(case: Case, source: random.Random) -> None:
    _binding(case).setdefault(source.choice(["training", "inference"]), {})["tags"] = _typo("training", source)


def _misspell_pipeline(case: Case, source: random.Random) -> None:
    _binding(case).setdefault(source.choice(["training", "inference"]), {})["pipeline"] = _typo("chain", source)


def _misspell_key(case: Case, source: random.Random) -> None:
    binding = _binding(case)
    key = source.choice(list(binding))
    binding[_typo(key, source)] = binding.pop(key)


def _misspell_input(case: Case, source: random.Random) -> None:
    _binding(case)["input_name"] = source.choice([_typo("table_0", source), "table_1", "fitted_0", "params:level_0"])


def _take_other_tags(case: Case, source: random.Random) -> None:
    binding = _binding(case)
    side = source.choice(["training", "inference"])
    binding[side] = source.choice([{"pipeline": "chain"}, {"pipeline": "other"}, {}, {"pipeline": "chain", "tags": []}])


def _leave_out_entry(case: Case, source: random.Random) -> None:
    case.catalog.pop(source.choice(list(case.catalog)[1:] or ["words"]), None)


def _keep_in_memory(case: Case, source: random.Random) -> None:
    case.catalog[source.choice(list(case.catalog)[1:] or ["words"])] = {"type": "MemoryDataset"}


def _misspell_type(case: Case, source: random.Random) -> None:
    name = source.choice(list(case.catalog)[1:] or ["words"])
    case.catalog[name] = source.choice(
        [{"type": "pickle.PickelDataset", "filepath": "x.pkl"}, {"type": "pickle.PickleDataset", "file": "x.pkl"}]
    )


def _drop_parameter(case: Case, source: random.Random) -> None:
    case.parameters.pop(source.choice(list(case.parameters) or ["level_0"]), None)


def _drop_training_parameter(case: Case, source: random.Random) -> None:
    case.with_rate.add(source.randrange(case.stages))
    case.parameters.pop(f"rate_{min(case.with_rate)}", None)


def _mistype_parameter(case: Case, source: random.Random) -> None:
    """Type a parameter as its value, or another node's hint, does not allow."""
    if not TYPED:
        return
    stage = source.randrange(case.stages)
    case.with_cut.add(stage)
    match source.randrange(4):
        case 0:
            case.parameters[f"cut_{stage}"] = {"at": "high"}
        case 1:
            case.parameters[f"cut_{stage}"] = {"att": 1}
        case 2:
            case.parameters[f"cut_{stage}"] = None
        case _:
            case.parameters.pop(f"cut_{stage}", None)


def _misdeclare_validator(case: Case, source: random.Random) -> None:
    name = source.choice(["table_0", case.fitted(0)])
    if VALIDATED and name in case.catalog:
        case.catalog[name]["validator"] = source.choice(
            [
                "tests.soundness.nodes.Fulled",
                {"class": "tests.soundness.nodes.Filled", "on": ["lode"]},
                {"klass": "tests.soundness.nodes.Filled"},
                {"class": "tests.soundness.nodes.Filled", "options": {"most": 1}},
                ["tests.soundness.nodes.Filled"],
            ]
        )


def _lengthen_name(case: Case, source: random.Random) -> None:
    """Choose a name for the model that a store or a file system may reject."""
    key = source.choice(["name", "registered_model_name"])
    _binding(case).setdefault("model", {})[key] = "m" * source.choice([200, 256, 300, 1000])


def _bind_to_itself(case: Case, source: random.Random) -> None:
    whole = {"pipeline": "chain"}
    _binding(case)["inference"] = source.choice([whole, {**whole, "tags": ["training", "inference"]}])
    if source.random() < 0.5:
        _binding(case)["training"] = whole


def _misspell_namespace(case: Case, source: random.Random) -> None:
    _serve_in_namespace(case)
    binding = _binding(case)
    match source.randrange(4):
        case 0:
            del binding["artifacts"]
        case 1:
            binding["input_name"] = "table_0"
        case 2:
            binding.setdefault("training", {})["input_name"] = "served.table_0"
        case _:
            binding["artifacts"].pop(f"served.{case.fitted(0)}")


def _choose_runner(case: Case, source: random.Random) -> None:
    _binding(case)["runner"] = source.choice(
        [
            "ThreadRuner",
            "ParallelRunner",
            {"type": "ThreadRunner", "max_worker": 2},
            {"type": "ThreadRunner", "max_workers": 0},
            {"type": "ThreadRunner", "max_workers": "two"},
            "tests.soundness.nodes.Needy",
            "tests.soundness.nodes.Store",
            "AbstractRunner",
            {"type": "SequentialRunner", "is_async": True},
        ]
    )


def _lock_function(case: Case, source: random.Random) -> None:
    case.functions[f"apply_{source.randrange(case.stages)}"] = nodes.locked()


def _misuse_names(case: Case, source: random.Random) -> None:
    _binding(case).setdefault("model", {}).update(
        source.choice(
            [
                {"predict_params": ["level_9"]},
                {"predict_params": ["params:level_0"]},
                {"predict_params": "some"},
                {"code_paths": ["nowhere"]},
                {"aliases": ["best"]},
            ]
        )
    )


def _map_artifact(case: Case, source: random.Random) -> None:
    _binding(case)["artifacts"] = source.choice(
        [{"fitted_0": "fitted_0"}, {"fitted_0": "fitted_8"}, {"fitted_9": "fitted_0"}, {"table_0": "table_0"}]
    )


def _choose_copy_mode(case: Case, source: random.Random) -> None:
    _binding(case)["copy_mode"] = source.choice([{"fitted_9": "copy"}, "cpy", {"table_1": "copy"}, None])


def _rename_model(case: Case, source: random.Random) -> None:
    _binding(case).setdefault("model", {}).update(
        source.choice(
            [
                {"name": source.choice(["a/b", "a.b", "100%", "a:b", "fine name"])},
                {"registered_model_name": source.choice(["a/b", "a:b", "fine.name"])},
                {"registered_model_name": "one", "aliases": [source.choice(["latest", "v1", "the best", "fine"])]},
            ]
        )
    )


def _evaluate(case: Case, source: random.Random) -> None:
    """Let an evaluation score the model, on the data that it is trained on, in some of the projects."""
    if source.random() > 0.4:
        return
    binding = _binding(case)
    served = binding["inference"] == {"pipeline": "served"}
    options: list[dict[str, Any]] = [{}, {"metrics": "rating"}, {"input_name": "table_0", "env_manager": "local"}]
    binding["evaluation"] = {"pipeline": "scoring_served" if served else "scoring", **source.choice(options)}
    if source.random() < 0.3:
        case.catalog["rating"] = {"type": "json.JSONDataset", "filepath": "data/rating.json"}


def _misdeclare_evaluation(case: Case, source: random.Random) -> None:
    _binding(case)["evaluation"] = source.choice(
        [
            {},
            {"pipeline": _typo("scoring", source)},
            {"pipeline": "other"},
            {"pipeline": "chain"},
            {"pipeline": ["scoring", "chain"]},
            {"pipeline": "scoring", "tags": "scoring"},
            {"pipeline": "scoring", "input_name": "table_1"},
            {"pipeline": "scoring", "input_name": _typo("table_0", source)},
            {"pipeline": "scoring", "metrics": ["ratings"]},
            {"pipeline": "scoring", "metrics": ["rating", "rating"]},
            {"pipeline": "scoring", "env_manager": "venv"},
            {"pipeline": "scoring", "metric": "rating"},
            "scoring",
        ]
    )


MUTATIONS = [
    _misspell_tag, _misspell_pipeline, _misspell_key, _misspell_input, _take_other_tags, _leave_out_entry,
    _keep_in_memory, _misspell_type, _drop_parameter, _choose_runner, _lock_function, _misuse_names, _map_artifact,
    _choose_copy_mode, _rename_model, _drop_training_parameter, _bind_to_itself, _misspell_namespace,
    _mistype_parameter, _misdeclare_validator, _lengthen_name, _misdeclare_evaluation,
]  # fmt: skip


def written(case: Case) -> str:
    """Return the document as YAML."""
    return yaml.safe_dump(case.document, sort_keys=False)
