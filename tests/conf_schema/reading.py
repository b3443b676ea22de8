"""Short ways to read a document in the tests of this package."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from conf_schema import parse_source

FILE = "conf/base/pipeline_ml.yml"


def read(text, env="base", file=FILE):
    source, findings = parse_source(text, file, env)
    assert findings == []
    return source


def read_anyway(text):
    return parse_source(text, FILE)[0]


def findings_in(text):
    return parse_source(text, FILE)[1]


def only(findings):
    assert len(findings) == 1, findings
    return findings[0]


def spot(finding):
    return finding.code, finding.line, finding.column, finding.width


DOCUMENT = """\
# Bindings.
_tags: &tags [training, 'other']

churn:
  training:
    pipeline: data_science
    tags: *tags
  inference: {pipeline: [a, "b c"], tags: inference}
  input_name:
  model: &model
    description: >
      folded
      text
    tags:
      - one
      - two
"""


def error_of(model, value):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return caught.value.errors()[0]
