from __future__ import annotations

from conf_schema import Diagnostic, Severity
from kedro_bind.binding.rule import find_problems, rule

ERROR = Diagnostic("bad-value", "no")
WARNING = Diagnostic("captured-by-value", "careful", severity=Severity.WARNING)


def finds(finding, *needs, breaks=()):
    return rule(*needs, breaks=breaks)(lambda subject: [finding])


def test_a_rule_is_skipped_only_if_a_part_that_it_needs_is_broken():
    rules = (finds(ERROR, "training", breaks=["artifacts"]), finds(WARNING, "artifacts"), finds(WARNING, "model"))
    assert find_problems(rules, None) == ([ERROR, WARNING], frozenset({"artifacts"}))


def test_a_warning_breaks_nothing():
    rules = (finds(WARNING, breaks=["artifacts"]), finds(WARNING, "artifacts"))
    assert find_problems(rules, None) == ([WARNING, WARNING], frozenset())


def test_what_is_broken_before_stays_broken():
    assert find_problems((finds(ERROR, "training"),), None, ["training"]) == ([], frozenset({"training"}))
