"""The tags of a run: what was run, by which versions, and how it failed."""

from __future__ import annotations

import importlib.metadata
import shlex
from typing import TYPE_CHECKING, Any

from kedro_bind.project import params_option
from kedro_bind.redaction import redact, redact_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro_bind.project import Origin

__all__ = ["ERROR_TAGS", "command_of", "error_tags", "run_tags"]

ERROR_TAGS = ("kedro_bind.error.type", "kedro_bind.error.message")
_MOST_CHARACTERS = 8000
"""MLflow's limit for the value of a tag; tests/integration/test_private_mlflow.py compares the two."""
_OPTIONS = (
    ("pipelines", "pipeline_names"),
    ("tags", "tags"),
    ("nodes", "node_names"),
    ("from-nodes", "from_nodes"),
    ("to-nodes", "to_nodes"),
    ("from-inputs", "from_inputs"),
    ("to-outputs", "to_outputs"),
    ("namespaces", "namespaces"),
)


def run_tags(origin: Origin, bindings: Iterable[str], run_params: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a run, with MLflow's own names if it has them; a tag without a value is left out."""
    git = origin.git.state
    tags = {
        "kedro_bind.bindings": ",".join(bindings),
        "kedro_bind.pipelines": ",".join(origin.pipeline_names),
        "kedro_bind.env": origin.env,
        "kedro_bind.version": importlib.metadata.version("kedro-bind"),
        "kedro_version": importlib.metadata.version("kedro"),
        "kedro_command": command_of(run_params) if run_params else "",
        "mlflow.source.git.commit": git.get("commit", ""),
        "mlflow.source.git.dirty": str(git["dirty"]).lower() if git else "",
    }
    return {key: _cut(redact(value)) for key, value in tags.items() if value}


def error_tags(error: BaseException) -> dict[str, str]:
    """Return the tags that say how a run failed."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    tags = dict(zip(ERROR_TAGS, (name, redact_message(str(error))), strict=True))
    return {key: _cut(value) for key, value in tags.items() if value}


def command_of(run_params: Mapping[str, Any]) -> str:
    """Return the command for such a run, from the parameters that Kedro passes to its hooks."""
    words = ["kedro", "run"]
    for option, key in _OPTIONS:
        value = run_params.get(key)
        if value:
            words.append(f"--{option}={value if isinstance(value, str) else ','.join(value)}")
    if run_params.get("env"):
        words.append(f"--env={run_params['env']}")
    if versions := run_params.get("load_versions"):
        words.append(f"--load-versions={','.join(f'{name}:{version}' for name, version in versions.items())}")
    if parameters := run_params.get("runtime_params"):
        words.append(params_option(parameters))
    runner = str(run_params.get("runner") or "").rpartition(".")[2].strip("<>").split(" ")[0]
    if runner not in ("", "None", "SequentialRunner"):
        words.append(f"--runner={runner}")
    if run_params.get("only_missing_outputs"):
        words.append("--only-missing-outputs")
    return shlex.join(words)


def _cut(text: str) -> str:
    return text[:_MOST_CHARACTERS]
