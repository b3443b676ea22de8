"""Compile a plan to one Python function: no runner, no catalog, no hooks at predict time.

The source of the function consists of indices only (`v3 = f3(v1, a0)`), so that no text of a plan gets into it.
Predictions equal those of Kedro's SequentialRunner on MemoryDatasets; the helpers say how.
"""

from __future__ import annotations

import inspect
import linecache
from collections import Counter
from itertools import count
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from kedro_bind.model.copying import copier, is_immutable
from kedro_bind.model.node_outputs import chunked, keyed, listed, some
from kedro_bind.names import bare, flat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kedro_bind.model.plan import NodePlan, Plan

__all__ = ["CompiledPlan", "compile_plan", "name_node"]

_serial = count()


class CompiledPlan:
    """A plan that is ready to predict; as stateless and thread-safe as its nodes."""

    def __init__(self, run: Callable[..., Any], node_names: Mapping[int, str], defaults: Mapping[str, Any]) -> None:
        self._run = run
        self._node_names = node_names
        self._defaults = dict(defaults)

    def __call__(self, model_input: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """Predict; `parameters` replace defaults by their full names (`params:…`) for this call only."""
        values = {**self._defaults, **parameters} if parameters else self._defaults
        try:
            return self._run(model_input, values)
        except Exception as error:
            self._name_node(error)
            raise

    def _name_node(self, error: Exception) -> None:
        """Add to an error which node raised it."""
        traceback = error.__traceback__
        while traceback is not None and traceback.tb_frame.f_code is not self._run.__code__:
            traceback = traceback.tb_next
        name = self._node_names.get(traceback.tb_lineno) if traceback is not None else None
        if name is not None:
            name_node(error, name)


def name_node(error: Exception, name: str) -> None:
    """Add a note to an error that says which node raised it."""
    note = f"raised in node '{name}' of the inference pipeline"
    notes = getattr(error, "__notes__", [])
    # Python 3.10 has no notes: there, a traceback names the node in its line instead (see `_Compiler._annotated`).
    # A node may raise the same object again and again.
    if note not in notes:
        error.__notes__ = [*notes, note]  # type: ignore[attr-defined]  # in Python 3.10, for which mypy checks


def compile_plan(plan: Plan, functions: Sequence[Callable[..., Any]], artifacts: Mapping[str, Any]) -> CompiledPlan:
    """Compile a plan with its loaded functions (one for each node) and artifacts."""
    return _Compiler(plan, functions, artifacts).compile()


class _Compiler:
    """Writes the function line by line.

    Kedro copies a MemoryDataset when it is saved and when it is loaded. The copy at the last load of an intermediate is
    left out here, since nothing else can reach the stored object any more.
    """

    def __init__(self, plan: Plan, functions: Sequence[Callable[..., Any]], artifacts: Mapping[str, Any]) -> None:
        self.plan, self.functions = plan, functions
        self.names: dict[str, Any] = {"some": some, "listed": listed, "keyed": keyed, "chunked": chunked}
        self.lines: list[str] = []
        self.node_names: dict[int, str] = {}
        self.values: dict[str, str] = {}
        self.uses_left = _uses(plan)
        self.artifacts = {name: self._constant(value, "a") for name, value in artifacts.items()}

    def compile(self) -> CompiledPlan:
        for name in self.plan.parameters:
            self.values[name] = f"v{len(self.values)}"
            self._line(f"{self.values[name]} = p[{self._constant(name, 'k')}]")
        self._store(self.plan.input_name, "x")
        for node, function in zip(self.plan.nodes, self.functions, strict=True):
            self._node(node, function)
        self._line(f"return {self._load(self.plan.output_name)}")
        text = "def run(x, p):\n" + "".join(f"    {line}\n" for line in self.lines)
        file = f"<kedro_bind plan {next(_serial)}>"
        exec(compile(text, file, "exec"), self.names)  # noqa: S102 - the source consists of indices, see the module
        linecache.cache[file] = (len(text), None, self._annotated(text), file)
        return CompiledPlan(self.names["run"], self.node_names, self.plan.parameters)

    def _annotated(self, text: str) -> list[str]:
        """Return the lines as a traceback shows them, each with the name of its node."""
        names = self.node_names
        return [
            f"{line}  # node {names[number]!r}\n" if number in names else f"{line}\n"
            for number, line in enumerate(text.splitlines(), start=1)
        ]

    def _line(self, line: str, node: str | None = None) -> None:
        self.lines.append(line)
        if node is not None:
            self.node_names[len(self.lines) + 1] = node

    def _constant(self, value: Any, prefix: str) -> str:
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def _copied(self, name: str, expression: str) -> str:
        copy = copier(self.plan.copy_mode.get(name))
        return expression if copy is None else f"{self._constant(copy, 'c')}({expression})"

    def _load(self, name: str) -> str:
        """Return the expression that loads a dataset."""
        if name in self.artifacts:
            return self._copied(name, self.artifacts[name])
        if name in self.plan.parameters:
            value = self.values[name]
            return value if is_immutable(self.plan.parameters[name]) else self._copied(name, value)
        stem = bare(name)
        self.uses_left[stem] -= 1
        return self.values[stem] if self.uses_left[stem] == 0 else self._copied(name, self.values[stem])

    def _store(self, name: str, expression: str, node: str | None = None) -> None:
        """Write the line that stores a dataset, unless nothing loads it."""
        stem = bare(name)
        if self.uses_left.get(stem):
            self.values[stem] = f"v{len(self.lines)}"
            self._line(f"{self.values[stem]} = {self._copied(name, expression)}", node)

    def _node(self, node: NodePlan, function: Callable[..., Any]) -> None:
        call = f"{self._constant(function, 'f')}({self._arguments(node)})"
        generates = inspect.isgeneratorfunction(function)
        outputs = flat(node.outputs)
        if not outputs:
            self._line(call, node.name)
        elif isinstance(node.outputs, str) and not generates:
            self._single(node.outputs, call, node.name)
        else:
            self._line(f"r = {self._checked(call, node, generates=generates)}", node.name)
            for position, name in enumerate(outputs):
                self._store(name, "r" if isinstance(node.outputs, str) else f"r[{position}]", node.name)
            self._line("del r")
        self._release(node)

    def _single(self, output: str, call: str, node: str) -> None:
        """Write the lines of a node with one output, the usual case, in as few steps as possible."""
        stem = bare(output)
        kept = bool(self.uses_left.get(stem)) and copier(self.plan.copy_mode.get(output)) is None
        variable = f"v{len(self.lines)}" if kept else "r"
        self._line(f"{variable} = {call}", node)
        self._line(f"if {variable} is None: some(None, {self._constant(node, 'n')})", node)
        if kept:
            self.values[stem] = variable
        else:
            self._store(output, "r", node)
            self._line("del r")

    def _checked(self, call: str, node: NodePlan, *, generates: bool) -> str:
        """Return the expression that checks the result of a node against its declared outputs."""
        label = self._constant(node.name, "n")
        if isinstance(node.outputs, str):
            return f"chunked({call}, some, {label})"
        keys = list(node.outputs) if isinstance(node.outputs, dict) else len(node.outputs or ())
        check = "keyed" if isinstance(node.outputs, dict) else "listed"
        form = self._constant(keys, "k")
        return f"chunked({call}, {check}, {form}, {label})" if generates else f"{check}({call}, {form}, {label})"

    def _arguments(self, node: NodePlan) -> str:
        """Return the arguments of a node's function; a dataset that it takes twice is loaded once."""
        loaded: dict[str, str] = {}
        names = flat(node.inputs)
        for name in names:
            if name not in loaded:
                loaded[name] = self._load(name)
                if names.count(name) > 1:
                    self._line(f"t{len(loaded)} = {loaded[name]}", node.name)
                    loaded[name] = f"t{len(loaded)}"
        if not isinstance(node.inputs, dict):
            return ", ".join(loaded[name] for name in names)
        return ", ".join(
            f"{word}={loaded[name]}"
            if word.isidentifier() and not iskeyword(word)
            else f"**{{{self._constant(word, 'k')}: {loaded[name]}}}"
            for word, name in node.inputs.items()
        )

    def _release(self, node: NodePlan) -> None:
        """Write the line that deletes the datasets that no later node loads."""
        stems = dict.fromkeys(bare(name) for name in flat(node.inputs))
        done = [self.values.pop(stem) for stem in stems if stem in self.values and self.uses_left.get(stem) == 0]
        if done:
            self._line(f"del {', '.join(done)}")


def _uses(plan: Plan) -> dict[str, int]:
    """Count how many nodes load each dataset; the caller loads the output once."""
    names = [name for node in plan.nodes for name in dict.fromkeys(flat(node.inputs))]
    return dict(Counter(bare(name) for name in [*names, plan.output_name]))
