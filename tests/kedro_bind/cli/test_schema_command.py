"""`kedro bind schema`."""

from __future__ import annotations

import json

import kedro.framework.project  # noqa: F401 - logs a line to standard output when it is first imported
from click.testing import CliRunner

from conf_schema import schema_text
from kedro_bind.cli import bind


def test_the_schema_is_printed_as_json():
    result = CliRunner().invoke(bind, ["schema"])
    assert (result.exit_code, result.stdout) == (0, schema_text())
    assert json.loads(result.stdout)["$schema"]


def test_the_schema_is_written_to_a_file_and_nothing_is_printed(tmp_path):
    result = CliRunner().invoke(bind, ["schema", f"--output={tmp_path / 'schema.json'}"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema_text()
