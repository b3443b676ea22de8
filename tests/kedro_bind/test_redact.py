from __future__ import annotations

import pytest

from kedro_bind.redact import without_credentials


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("at http://user:secret@host:5000/x", "at http://host:5000/x"),
        ("at postgresql://user:p@ss@host/db", "at postgresql://host/db"),
        ("https://b.s3/x?X-Amz-Signature=ab12&X-Amz-Date=3", "https://b.s3/x?X-Amz-Signature=***&X-Amz-Date=3"),
        ("https://b/x?X-Amz-Credential=AKIA%2F1&a=b", "https://b/x?X-Amz-Credential=***&a=b"),
        ("https://b.blob/x?sv=1&sig=a%2Bb", "https://b.blob/x?sv=1&sig=***"),
        ("host=db password=hunter22 user=x", "host=db password=*** user=x"),
        ("AccountKey=abc==;x", "AccountKey=***;x"),
        ("Authorization: Bearer abcdef.123456", "Authorization: Bearer ***"),
    ],
)
def test_credentials_are_cut_out(text, left):
    assert without_credentials(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "give it 'credentials: my_s3' in the catalog",
        "'model.signature' is 'maybe'; it must be 'auto' or 'none'",
        "see https://host/a@b and models:/churn@champion",
        "the token is missing",
    ],
)
def test_the_rest_stays(text):
    assert without_credentials(text) == text


def test_the_values_of_secret_variables_are_cut_out(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc-123-def")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "refused")
    assert without_credentials("401 for abc-123-def, refused") == "401 for ***, refused"
