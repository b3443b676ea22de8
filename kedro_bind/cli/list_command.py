"""`kedro bind list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import config_of, verbose_option, where_options
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

    from conf_schema import Selection

__all__ = ["command"]


@click.command(
    name="list",
    cls=AnswerCommand,
    epilog="Example: kedro bind list --env=prod",
)
@where_options
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    *,
    verbose: bool,
) -> None:
    """List the bindings, with their pipelines and where they are declared."""
    with no_traceback(verbose=verbose):
        config = config_of(metadata, env, conf_source, params)
        if config is None or not config.names:
            answer("no bindings; declare one in conf/base/pipeline_ml.yml")
            return
        for name in config.names:
            source = config.sources.declaring(name)
            place = f"{source.file}:{source.names[name].line}" if source else ""
            binding = config.document.bindings.get(name)
            answer(f"{name}  ({place})")
            if binding is None:
                answer(f"  invalid; run 'kedro bind check {name}' to see why")
                continue
            supplied = f", from '{binding.input_name}'" if binding.input_name else ""
            answer(f"  training:  {_selection(binding.training)}")
            answer(f"  inference: {_selection(binding.inference)}{supplied}")
            if binding.model.registered_model_name:
                answer(f"  registers: {binding.model.registered_model_name}")


def _selection(selection: Selection) -> str:
    filters = selection.filters | ({"exclude_tags": list(selection.exclude_tags)} if selection.exclude_tags else {})
    details = "; ".join(f"{key} {', '.join(values)}" for key, values in filters.items())
    return " + ".join(selection.pipeline) + (f" ({details})" if details else "")
