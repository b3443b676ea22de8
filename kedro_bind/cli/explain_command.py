"""`kedro bind explain`."""

from __future__ import annotations

import click

from kedro_bind.process.stdout import AnswerCommand, answer

__all__ = ["command"]


@click.command(
    name="explain",
    cls=AnswerCommand,
    epilog="Example: kedro bind explain empty-selection",
)
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a finding of 'kedro bind check': what it means, an example, the fix.

    CODE is what a finding ends with, in brackets. Without it, all codes are listed. Outside of a Kedro project, run
    'python -m kedro_bind explain CODE'.
    """
    from conf_schema import did_you_mean
    from kedro_bind.render.explanation import codes, explanation

    known = codes()
    if code is None:
        answer("\n".join(known))
        return
    code = code.strip("[]")  # as a finding prints it
    if code not in known:
        hint = did_you_mean(code, known) or "'kedro bind explain' lists the codes"
        raise click.UsageError(f"there is no code '{code}'; {hint}")
    answer(explanation(code), nl=False)
