"""What an output was made of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.manifest import FILE, Manifest, Totals, read_manifest, write_manifest
from kedro_bind.scoring.parts import Parts

FILES = [{"path": "a.csv", "size": 10, "modified": "1"}, {"path": "b.csv", "size": 20, "modified": "1"}]
MANIFEST = Manifest(
    model="models:/churn/3",
    version="3",
    plan="0" * 64,
    params={"threshold": 0.5},
    keep=["id"],
    chunk_rows=100,
    format="parquet",
    on_bad_rows="fail",
    files=FILES,
    kedro_bind="1.0",
)


@pytest.fixture
def parts(tmp_path):
    return Parts(TablePlace(str(tmp_path), "parquet"))


def read(parts):
    return read_manifest(parts.file_system, f"{parts.folder}/{FILE}")


@pytest.mark.parametrize("manifest", [MANIFEST, replace(MANIFEST, schema="abc", totals=Totals(5, 1, 2))])
def test_it_is_read_as_it_was_written(parts, manifest):
    assert read(parts) is None
    write_manifest(manifest, parts)
    assert read(parts) == manifest


def test_it_may_be_written_elsewhere(parts):
    write_manifest(MANIFEST, parts, f"{parts.folder}/other.json")
    assert read(parts) is None
    assert read_manifest(parts.file_system, f"{parts.folder}/other.json") == MANIFEST


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"totals": 3}'])
def test_another_file_is_refused(parts, tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(KedroBindError, match="is not a manifest of this version; start anew with '--overwrite'"):
        read(parts)


def test_keys_of_later_versions_are_ignored(parts, tmp_path):
    write_manifest(MANIFEST, parts)
    content = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**content, "later": True}))
    assert read(parts) == MANIFEST


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "models:/churn/4"}, "another model ('models:/churn/3', now 'models:/churn/4')"),
        ({"params": {"threshold": 0.6}}, "other '--params' ({'threshold': 0.5}, now {'threshold': 0.6})"),
        ({"keep": []}, "other '--keep' columns (['id'], now [])"),
        ({"files": FILES[:1]}, "b.csv, which is no longer there"),
        ({"files": [*FILES, {"path": "c.csv", "size": 1, "modified": "1"}]}, "no c.csv, which is new"),
        ({"files": [FILES[0], {**FILES[1], "size": 21}]}, "an earlier b.csv, which has changed since"),
    ],
)
def test_only_the_same_run_may_finish_an_output(changes, message):
    other = replace(MANIFEST, **changes)
    assert list(MANIFEST.differences(other)) == [message]
    with pytest.raises(KedroBindError) as raised:
        MANIFEST.require_same(other, "out")
    assert str(raised.value) == f"out can't be resumed: it was begun with {message}; start anew with '--overwrite'"


def test_what_does_not_change_predictions_may_differ():
    MANIFEST.require_same(replace(MANIFEST, schema="abc", kedro_bind="2.0", totals=Totals(1, 0, 1)), "out")


def test_secrets_are_not_written_and_do_not_keep_a_run_from_being_resumed(parts, tmp_path):
    secret = replace(MANIFEST, params={"api_token": "hunter2hunter2", "threshold": 0.5})
    write_manifest(secret, parts)
    assert "hunter2" not in (tmp_path / FILE).read_text()
    read(parts).require_same(secret, "out")
    with pytest.raises(KedroBindError, match="threshold"):
        read(parts).require_same(replace(secret, params={**secret.params, "threshold": 0.6}), "out")
