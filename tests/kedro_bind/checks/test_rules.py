"""Rules over several bindings, each of which needs something that may be unknown or broken."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node

from kedro_bind.binding.resolve import Drafted
from kedro_bind.checks import CheckContext, check_bindings, locate_findings
from kedro_bind.checks.rules import CHECK_RULES, check_drafts
from tests.bindings import resolved
from tests.kedro_bind.model import nodes


@pytest.fixture
def binding():
    return resolved(
        Pipeline([node(nodes.add, ["x", "offset"], "y", name="add")]),
        training=Pipeline([node(len, "x", "offset", name="fit")]),
        name="churn",
        kpm_kwargs={"runner": "ThredRunner"},
    )


def codes(findings):
    return sorted(finding.code for finding in findings)


def test_rules_that_need_the_catalog_are_skipped_without_one(binding):
    assert "not-persisted" not in codes(check_bindings([binding], CheckContext()))
    catalog = DataCatalog({"x": MemoryDataset([1]), "offset": MemoryDataset(1)})
    assert "not-persisted" in codes(check_bindings([binding], CheckContext(catalog)))


def test_a_rule_is_skipped_only_if_what_it_needs_is_broken(binding):
    context = CheckContext(DataCatalog({"x": MemoryDataset([1]), "offset": MemoryDataset(1)}))
    found = codes(check_drafts([Drafted(binding, broken=frozenset({"runner"}))], context))
    assert "unknown-runner" not in found
    assert "not-persisted" in found
    assert "unknown-runner" in codes(check_bindings([binding], context))


def test_every_path_starts_with_the_name_of_the_binding(binding):
    context = CheckContext(DataCatalog({"x": MemoryDataset([1]), "offset": MemoryDataset(1)}))
    assert {finding.binding for finding in check_bindings([binding], context)} == {"churn"}


def test_a_finding_about_a_binding_made_in_code_names_it(binding):
    context = CheckContext(DataCatalog({"x": MemoryDataset([1]), "offset": MemoryDataset(1)}))
    for finding in locate_findings(check_bindings([binding], context), None):
        assert "(binding 'churn')" in finding.text
        assert finding.file is None


def test_no_two_rules_have_one_name():
    names = [rule.name for rule in CHECK_RULES]
    assert len(set(names)) == len(names)
