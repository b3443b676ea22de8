"""The schema of a project in the YAML language server that VS Code and others use.

`npm ci` in this folder installs the server; without Node.js, or without that, these tests are skipped.
"""

from __future__ import annotations

import itertools
import shutil

import pytest

from conf_schema import project_schema, schema_text
from kedro_bind.binding.project_names import names_of
from tests.editor.language_server import SERVER, LanguageServer
from tests.test_golden import PROJECT, pipelines_of, project_of, report_of

pytestmark = [
    pytest.mark.editor,
    pytest.mark.skipif(
        shutil.which("node") is None or not SERVER.is_file(), reason="needs Node.js, and 'npm ci' in tests/editor"
    ),
]
MODELINE = "# yaml-language-server: $schema=../kedro_bind.schema.json\n"
DOCUMENT = "conf/base/pipeline_ml.yml"


@pytest.fixture(scope="module", autouse=True)
def project_on_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROJECT / "src")
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = project_of("clean/minimal", tmp_path_factory.mktemp("editor"))
    schema = schema_text(project_schema(names_of(pipelines_of(made))))
    (made / "conf" / "kedro_bind.schema.json").write_text(schema, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def server(project):
    with LanguageServer(project) as started:
        yield started


_serial = itertools.count()


@pytest.fixture
def shown(project, server):
    """Open a new document; the place of `|` in it, which is taken out, is returned with its path."""

    def show(text):
        path = project / "conf" / "base" / f"shown_{next(_serial)}.yml"
        before = MODELINE + text.partition("|")[0]
        server.open(path, MODELINE + text.replace("|", "", 1))
        return path, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1

    return show


def labels(result):
    items = result["items"] if isinstance(result, dict) else result
    return {item["label"] for item in items}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("churn:\n  training:\n    tags: [|]\n", {"training", "inference"}),
        ("churn:\n  training:\n    tags: |\n", {"training", "inference"}),
        ("churn:\n  training:\n    pipeline: |\n", {"data_science", "__default__"}),
        ("churn:\n  input_name: |\n", {"customers", "scaler"}),
        ("churn:\n  model:\n    predict_params:\n      - |\n", {"threshold", "params:threshold"}),
        ("churn:\n  |\n", {"training", "inference", "input_name", "model"}),
    ],
)
def test_names_of_the_project_are_completed(text, expected, shown, server):
    assert expected <= labels(server.at("completion", *shown(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("churn:\n  train|ing:\n    tags: training\n", "The nodes that fit what inference needs."),
        ("churn:\n  training:\n    ta|gs: training\n", "Keep the nodes that have any of these tags."),
    ],
)
def test_a_description_is_shown_on_hover(text, expected, shown, server):
    assert expected in server.at("hover", *shown(text))["contents"]["value"]


GOOD = """\
churn:
  training: {{pipeline: data_science, tags: {tag}}}
  inference: {{pipeline: data_science, tags: inference}}
  input_name: {input}
  copy_mode: {mode}
"""
RIGHT = {"tag": "training", "input": "customers", "mode": "assign"}


@pytest.mark.parametrize("wrong", [{"tag": "trian"}, {"input": "custmers"}, {"mode": "asign"}], ids=str)
def test_a_wrong_value_is_marked_where_the_check_marks_it(wrong, project, shown, server):
    text = GOOD.format(**(RIGHT | wrong))
    path, _, _ = shown(text)
    (project / DOCUMENT).write_text(MODELINE + text, encoding="utf-8")
    places = [
        (start["line"] + 1, start["character"] + 1)
        for start in (found["range"]["start"] for found in server.diagnostics(path))
    ]
    assert places == [(finding.line, finding.column) for finding in report_of(project).findings]
    assert len(places) == 1


@pytest.mark.parametrize("right", [{}, {"tag": '"${globals:tag}"'}], ids=str)
def test_what_is_right_or_an_interpolation_is_not_marked(right, shown, server):
    path, _, _ = shown(GOOD.format(**(RIGHT | right)))
    assert server.diagnostics(path) == []
