"""The compiled plan returns what Kedro's SequentialRunner returns, and leaves the same data unchanged."""

from __future__ import annotations

import copy
import logging
import threading
import traceback
import weakref

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from kedro_bind.model.compiled import compile_plan
from kedro_bind.model.node_outputs import NodeOutputError
from kedro_bind.model.plan import NodePlan, Plan


def plan_of(nodes, *, parameters=None, copy_mode=None, output="out", input_name="x"):
    """Return the plan and the functions of Kedro nodes."""
    pipeline = Pipeline(nodes)
    plan = Plan(
        name="test",
        input_name=input_name,
        output_name=output,
        nodes=[
            NodePlan(name=step.name, inputs=step._inputs or None, outputs=step._outputs or None)  # noqa: SLF001 - as given
            for step in pipeline.nodes
        ],
        parameters=parameters or {},
        predict_params=sorted(parameters or {}),
        copy_mode=copy_mode or {},
    )
    return plan, [step.func for step in pipeline.nodes]


def run_compiled(nodes, value, artifacts=None, **options):
    plan, functions = plan_of(nodes, **options)
    return compile_plan(plan, functions, artifacts or {})(value)


@pytest.fixture(autouse=True, scope="module")
def quiet():
    """Switch off the log lines for datasets and nodes, which take longer than the nodes."""
    logger = logging.getLogger("kedro")
    before = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(before)


# Random pipelines ----------------------------------------------------------------------------------------


def results_of(kind, count, arguments):
    """Yield the results of a node: new data, its arguments, or its arguments changed in place."""
    first = arguments[0] if arguments else [["none"]]
    for position in range(count):
        if kind == "identity":
            yield first
        elif kind == "mutate":
            first[0].append(f"m{position}")
            first.append(["grown"])
            yield [copy.deepcopy(first)]
        else:
            yield [["new", position], *(copy.deepcopy(argument) for argument in arguments)]


SHAPES = {
    "single": lambda results: results[0],
    "keyed": lambda results: {f"k{position}": result for position, result in enumerate(results)},
    "tuple": tuple,
    "list": list,
    "none": lambda results: None,
}


def make_function(kind, count, form):
    """Return a node function over nested lists: pure, mutating, the identity, or a generator."""

    def plain(*args, **kwargs):
        return SHAPES[form](list(results_of(kind, count, [*args, *kwargs.values()])))

    def generating(*args, **kwargs):
        yield plain(*args, **kwargs)
        yield plain(*args, **kwargs)

    return generating if kind == "generate" and form != "none" else plain


@st.composite
def pipelines(draw):
    """Draw nodes with random forms, fan-out and copy modes, and one output."""
    available = ["x", "a0", "a1", "params:p", "params:q"]
    nodes, produced, used = [], [], set()
    for index in range(draw(st.integers(1, 6))):
        inputs = draw(st.lists(st.sampled_from(available), max_size=3))
        kind = draw(st.sampled_from(["pure", "mutate", "identity", "generate"]))
        form = draw(st.sampled_from(["single", "list", "tuple", "keyed", "none"]))
        if form == "none" and not inputs:
            form = "single"
        count = 1 if form in ("single", "none") else draw(st.integers(1, 3))
        names = [f"d{index}_{position}" for position in range(count)]
        outputs = {
            "single": names[0],
            "none": None,
            "keyed": {f"k{position}": name for position, name in enumerate(names)},
        }.get(form, names)
        shape = draw(st.sampled_from(["list", "dict"]))
        node_inputs = inputs
        if not inputs:
            node_inputs = None
        elif shape == "dict":
            node_inputs = {f"arg{position}": name for position, name in enumerate(inputs)}
        elif len(inputs) == 1:
            node_inputs = inputs[0]
        nodes.append(node(make_function(kind, count, form), node_inputs, outputs, name=f"n{index}"))
        used |= set(inputs)
        if form != "none":
            available += names
            produced += names
    last = sorted(set(produced) - used) + draw(st.lists(st.sampled_from(available), max_size=2))
    nodes.append(
        node(
            make_function(draw(st.sampled_from(["pure", "mutate", "identity"])), 1, "single"),
            last or ["x"],
            "out",
            name="last",
        )
    )
    modes = {
        name: draw(st.sampled_from(["assign", "copy", "deepcopy"]))
        for name in draw(st.sets(st.sampled_from([*available, "out"])))
    }
    return nodes, modes


def run_by_kedro(nodes, modes, value, artifacts, parameters):
    datasets = {}
    for name, data in {**artifacts, **parameters, "x": value}.items():
        dataset = MemoryDataset(copy_mode="assign")
        dataset.save(data)
        dataset._copy_mode = modes.get(name)  # noqa: SLF001 - an artifact is shared, and copied only when it is loaded
        datasets[name] = dataset
    datasets["x"] = MemoryDataset(copy_mode=modes.get("x"))
    datasets["x"].save(value)
    catalog = DataCatalog(datasets)
    for name in Pipeline(nodes).all_outputs():
        catalog[name] = MemoryDataset(copy_mode=modes.get(name))
    return SequentialRunner().run(Pipeline(nodes), catalog)["out"].load()


@settings(max_examples=400, deadline=None)
@given(pipelines())
def test_random_pipelines_agree_with_kedro(case):
    nodes, modes = case
    artifacts = {"a0": [["a"], ["b"]], "a1": [["c"]]}
    parameters = {"params:p": [["p"]], "params:q": [[1, 2]]}
    theirs, ours = copy.deepcopy(artifacts), copy.deepcopy(artifacts)
    plan, functions = plan_of(nodes, parameters=copy.deepcopy(parameters), copy_mode=modes)
    compiled = compile_plan(plan, functions, ours)
    their_parameters = copy.deepcopy(parameters)
    for _ in range(2):
        their_value, our_value = [["x"], ["y"]], [["x"], ["y"]]
        expected = run_by_kedro(nodes, modes, their_value, theirs, their_parameters)
        assert compiled(our_value) == expected
        assert our_value == their_value
        assert ours == theirs


# Single rules --------------------------------------------------------------------------------------------


def one(value):
    return value


def pair(left, right):
    return {"left": left, "right": right}


def test_every_form_of_inputs_and_outputs():
    nodes = [
        node(lambda: 5, None, "five", name="none_in"),
        node(lambda x: [x, x + 1], "x", ["a", "b"], name="list_out"),
        node(lambda v: {"k": v, "l": -v}, {"v": "b"}, {"l": "minus", "k": "plus"}, name="dict_both"),
        node(lambda *values: sum(values), ["five", "a", "minus", "plus", "a"], "out", name="repeated"),
        node(lambda x: None, "x", None, name="none_out"),
    ]
    assert run_compiled(nodes, 10) == 5 + 10 - 11 + 11 + 10


def test_keywords_that_are_not_identifiers_are_passed():
    nodes = [node(lambda **words: words, {"a b": "x", "class": "x"}, "out", name="odd")]
    assert run_compiled(nodes, 1) == {"a b": 1, "class": 1}


def test_transcoded_names_are_one_dataset():
    nodes = [node(one, "x", "data@pandas", name="write"), node(one, "data@spark", "out", name="read")]
    assert run_compiled(nodes, 3) == 3


def test_parameters_apply_to_one_call():
    plan, functions = plan_of([node(pair, ["x", "params:t"], "out", name="n")], parameters={"params:t": 1})
    compiled = compile_plan(plan, functions, {})
    assert compiled(0, {"params:t": 9})["right"] == 9
    assert compiled(0)["right"] == 1


def test_a_mutated_parameter_does_not_reach_the_next_call():
    def grow(x, values):
        values.append(x)
        return list(values)

    plan, functions = plan_of([node(grow, ["x", "params:v"], "out", name="n")], parameters={"params:v": [0]})
    compiled = compile_plan(plan, functions, {})
    assert compiled(1) == [0, 1]
    assert compiled(2) == [0, 2]


@pytest.mark.parametrize(
    ("function", "outputs", "message"),
    [
        (lambda x: None, "out", "returned None"),
        (lambda x: [x, None], ["out", "other"], "returned None"),
        (lambda x: x, ["out", "other"], "returned a 'int'"),
        (lambda x: [x], ["out", "other"], "returned 1 values; it has 2 outputs"),
        (lambda x: [x], {"k": "out"}, "returned a 'list'; return a dictionary with the keys"),
        (lambda x: {"l": x}, {"k": "out"}, "returned the keys"),
    ],
)
def test_results_that_do_not_fit_the_outputs_are_rejected_with_the_name_of_the_node(function, outputs, message):
    nodes = [node(function, "x", outputs, name="liar")]
    if isinstance(outputs, list):
        nodes.append(node(one, "other", None, name="reader"))
    with pytest.raises(NodeOutputError, match=message) as caught:
        run_compiled(nodes, 1)
    assert "node 'liar'" in str(caught.value)


def test_an_empty_generator_is_rejected():
    def nothing(x):
        yield from ()

    with pytest.raises(NodeOutputError, match="yielded nothing"):
        run_compiled([node(nothing, "x", "out", name="n")], 1)


def test_a_failing_node_raises_its_own_error_with_its_name_and_the_next_call_is_fine():
    def halve(x):
        return 10 // x

    nodes = [node(one, "x", "y", name="before"), node(halve, "y", "out", name="divide")]
    plan, functions = plan_of(nodes)
    compiled = compile_plan(plan, functions, {})
    with pytest.raises(ZeroDivisionError) as caught:
        compiled(0)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert "# node 'divide'" in shown
    assert caught.value.__notes__ == ["raised in node 'divide' of the inference pipeline"]
    assert compiled(5) == 2


def test_an_error_that_is_raised_again_and_again_has_one_note():
    error = LookupError("always the same")

    def fail(x):
        raise error

    plan, functions = plan_of([node(fail, "x", "out", name="fails")])
    compiled = compile_plan(plan, functions, {})
    for _ in range(3):
        with pytest.raises(LookupError):
            compiled(0)
    assert error.__notes__ == ["raised in node 'fails' of the inference pipeline"]


@pytest.mark.needs(kedro="1.4")  # earlier versions reject a generator that a plain function returns
@pytest.mark.parametrize(
    ("chunks", "outputs"),
    [
        ([(1, "a"), (2, "b")], ["numbers", "letters"]),
        ([{"n": 1, "l": "a"}, {"l": "b", "n": 2}], {"n": "numbers", "l": "letters"}),
    ],
)
def test_a_generator_that_a_plain_function_returns_is_split_as_in_kedro(chunks, outputs):
    def returns(x):
        return (chunk for chunk in chunks)

    nodes = [
        node(returns, "x", outputs, name="returns"),
        node(lambda numbers, letters: [list(numbers), list(letters)], ["numbers", "letters"], "out", name="reads"),
    ]
    modes = {"numbers": "assign", "letters": "assign"}
    expected = run_by_kedro(nodes, modes, 0, {}, {})
    assert run_compiled(nodes, 0, copy_mode=modes) == expected == [[1, 2], ["a", "b"]]


@pytest.mark.parametrize(("chunks", "message"), [([], "yielded nothing"), ([(1, 2, 3)], "returned 3 values")])
def test_a_returned_generator_whose_chunks_do_not_fit_is_rejected(chunks, message):
    nodes = [
        node(lambda x: (chunk for chunk in chunks), "x", ["out", "other"], name="liar"),
        node(one, "other", None, name="reader"),
    ]
    with pytest.raises(NodeOutputError, match=f"node 'liar' {message}"):
        run_compiled(nodes, 0)


def test_no_text_of_a_plan_gets_into_the_compiled_source():
    evil = "x'); raise SystemExit('"
    nodes = [
        NodePlan(name=evil, inputs=evil, outputs=evil + "2"),
        NodePlan(name="n", inputs={evil: evil + "2"}, outputs="out"),
    ]
    plan = Plan(name=evil, input_name=evil, output_name="out", nodes=nodes, parameters={evil + "3": 1})
    assert compile_plan(plan, [one, lambda **words: words[evil]], {})(7) == 7


def test_intermediates_are_released_after_their_last_consumer():
    class Big:
        pass

    alive = []

    def make(x):
        made = Big()
        alive.append(weakref.ref(made))
        return made

    def look(x, big):
        return x

    def check(y):
        return alive[-1]() is None

    nodes = [
        node(make, "x", "big", name="make"),
        node(look, ["x", "big"], "y", name="look"),
        node(check, "y", "out", name="check"),
    ]
    assert run_compiled(nodes, 1, copy_mode={"big": "assign"}) is True


def test_an_intermediate_with_one_consumer_is_not_copied_for_it():
    copies = []

    class Counted:
        def __deepcopy__(self, memo):
            copies.append(1)
            return Counted()

    nodes = [node(lambda x: Counted(), "x", "made", name="make"), node(lambda made: 1, "made", "out", name="use")]
    run_compiled(nodes, 1, copy_mode={"made": "deepcopy", "x": "assign"})
    assert len(copies) == 1  # when it is saved; Kedro makes another when it is loaded


def test_tables_are_copied_as_a_memory_dataset_without_a_mode_does():
    table = pd.DataFrame({"a": [1]})

    def change(x, artifact):
        artifact["a"] = 5
        return artifact

    run_compiled([node(change, ["x", "artifact"], "out", name="n")], 1, artifacts={"artifact": table})
    assert table["a"].tolist() == [1]


def test_threads_with_different_parameters_get_their_own_predictions():
    plan, functions = plan_of([node(pair, ["x", "params:t"], "out", name="n")], parameters={"params:t": 0})
    compiled = compile_plan(plan, functions, {})
    wrong = []

    def work(mark):
        for number in range(2000):
            prediction = compiled(number, {"params:t": mark})
            if prediction != {"left": number, "right": mark}:
                wrong.append(prediction)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
