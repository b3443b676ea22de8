"""Findings as SARIF 2.1.0, the format that code scanning services read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kedro_bind.documentation import SITE
from kedro_bind.render.explanation import address_of
from kedro_bind.render.text import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conf_schema import Diagnostic
    from kedro_bind.checks import Report

__all__ = ["render_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "PROJECTROOT"


def render_sarif(report: Report) -> str:
    """Write a report as one run of SARIF, with a rule for each code in it."""
    found = list(folded(report.findings))
    codes = list(dict.fromkeys(finding.code for finding, _ in found))
    driver = {
        "name": "kedro_bind",
        "informationUri": SITE,
        "version": version("kedro-bind"),
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder of the Kedro project."}}},
        "results": [_result(finding, text, codes) for finding, text in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    address = address_of(code)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("-")),
        "shortDescription": {"text": code.replace("-", " ").capitalize()},
        "helpUri": address,
        "help": {
            "text": f"What this finding means, an example, and how to fix it: {address}",
            "markdown": f"[What this finding means, an example, and how to fix it]({address})",
        },
    }


def _result(finding: Diagnostic, text: str, codes: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity.value,
        "message": {"text": text},
    }
    location: dict[str, Any] = {}
    if finding.file:
        location["physicalLocation"] = {"artifactLocation": _artifact(finding.file), "region": _region(finding)}
    if finding.binding:
        location["logicalLocations"] = [{"name": finding.binding, "kind": "object"}]
    return {**result, "locations": [location]} if location else result


def _artifact(file: str) -> dict[str, Any]:
    """Return the address of a file: relative to the project, or whole if it is elsewhere."""
    if "://" in file:
        return {"uri": quote(file, safe=":/%")}
    path = file.replace("\\", "/")
    if path.startswith("/") or path[1:3] == ":/":
        return {"uri": f"file:///{quote(path.lstrip('/'), safe=':/')}"}
    return {"uri": quote(path), "uriBaseId": _ROOT}


def _region(finding: Diagnostic) -> dict[str, int]:
    return {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endColumn": finding.column + finding.width,
    }
