from __future__ import annotations

import pytest

from conf_schema import Diagnostic, Sources, did_you_mean, parse_source
from kedro_bind.checks import Report, fix
from kedro_bind.errors import KedroBindError

FILE = "pipeline_ml.yml"


def check_of(folder, candidates):
    """Return a check that wants the name of a value to be one of the candidates, the first that is close."""

    def check():
        sources = Sources((parse_source((folder / FILE).read_bytes(), FILE)[0],))
        name = sources.files[0].values["churn"]["input_name"]
        hint = did_you_mean(name, candidates(name))
        found = Diagnostic("bad-input-name", "m", hint, path=("churn", "input_name"))
        return Report((sources.locate(found),) if hint else (), sources=sources)

    return check


def write(folder, text):
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder / FILE


def test_suggestions_that_lead_back_end(tmp_path):
    path = write(tmp_path, "churn: {input_name: names}")
    check, edits = check_of(tmp_path, lambda name: ["namez"] if name == "names" else ["names"]), []
    fix(check, tmp_path, edits.append)
    assert [edit.new for edit in edits] == ["namez"]
    assert path.read_text(encoding="utf-8") == "churn: {input_name: namez}"


def test_a_file_that_changes_meanwhile_is_kept(tmp_path):
    path = write(tmp_path, "churn: {input_name: nams}")
    check = check_of(tmp_path, lambda name: ["names"])

    def check_and_change():
        report = check()
        write(tmp_path, "churn: {input_name: mine}")
        return report

    with pytest.raises(KedroBindError, match="changed while it was checked; run the check again"):
        fix(check_and_change, tmp_path, print)
    assert path.read_text(encoding="utf-8") == "churn: {input_name: mine}"


def test_a_file_that_is_not_on_this_machine_is_an_error_that_says_so(tmp_path):
    write(tmp_path, "churn: {input_name: nams}")
    with pytest.raises(KedroBindError, match="can't be edited: No such file or directory; correct it by hand"):
        fix(check_of(tmp_path, lambda name: ["names"]), tmp_path / "elsewhere", print)


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.yml").write_text("churn: {input_name: nams}", encoding="utf-8")
    (tmp_path / FILE).symlink_to("real.yml")
    check = check_of(tmp_path, lambda name: [] if name == "names" else ["names"])
    assert fix(check, tmp_path, print).findings == ()
    assert (tmp_path / FILE).is_symlink()
    assert (tmp_path / "real.yml").read_text(encoding="utf-8") == "churn: {input_name: names}"
