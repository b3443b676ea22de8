from __future__ import annotations

import pytest

from tests.conf_schema.reading import findings_in, only, read


@pytest.mark.parametrize("scalar", ["!!timestamp x", "!!bool x", "!!int x", "!!float x"])
def test_a_scalar_that_its_tag_does_not_fit_is_found_in_its_line(scalar):
    finding = only(findings_in(f"a:\n  b: {scalar}\n"))
    assert (finding.code, finding.line, finding.column) == ("yaml-syntax", 2, 6)


def test_an_equals_sign_is_text():
    source = read("churn: {=: x}\n=: y\n")
    assert source.values == {"churn": {"=": "x"}, "=": "y"}


def test_a_date_is_a_name_as_kedro_reads_it():
    assert list(read("2024-01-31: {}\n").names) == ["2024-01-31"]


def test_an_invalid_date_is_text_as_kedro_reads_it():
    assert findings_in("a:\n  since: 2024-13-31\n") == []


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.mkdir [{}]",
        "!!python/object/new:os.mkdir [{}]",
        "!!python/name:os.mkdir",
        "!!python/module:os",
    ],
)
def test_a_tag_that_names_code_is_refused_and_nothing_runs(tag, tmp_path):
    made = tmp_path / "made"
    finding = only(findings_in(f"churn:\n  training: {tag.format(made)}\n"))
    assert (finding.code, finding.line, finding.column) == ("yaml-syntax", 2, 13)
    assert "python/" in finding.message
    assert not made.exists()
