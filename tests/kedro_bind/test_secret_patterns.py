from __future__ import annotations

import pytest

from kedro_bind.secret_patterns import masked, without_user_info


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("at http://user:secret@host:5000/x", "at http://host:5000/x"),
        ("at postgresql://user:p@ss@host/db", "at postgresql://host/db"),
        ("at postgresql://user:p/s@s/x@host/db?a=b", "at postgresql://host/db?a=b"),
        ("git+https://ghtoken@host/x.git", "git+https://host/x.git"),
        ("https://b.s3/x?X-Amz-Signature=ab12&X-Amz-Date=3", "https://b.s3/x?X-Amz-Signature=***&X-Amz-Date=3"),
        ("https://b/x?X-Amz-Credential=AKIA%2F1&a=b", "https://b/x?X-Amz-Credential=***&a=b"),
        ("https://b.blob/x?sv=1&sig=a%2Bb", "https://b.blob/x?sv=1&sig=***"),
        ("host=db password=hunter22 user=x", "host=db password=*** user=x"),
        ("AccountKey=abc==;x", "AccountKey=***;x"),
        ("user=me&pass=abc, DB_PASS=abc", "user=me&pass=***, DB_PASS=***"),
        ("--params=model.api_key=abc,depth=3", "--params=model.api_key=***,depth=3"),
        ("{'db_password': 'abc', \"depth\": 3}", "{'db_password': '***', \"depth\": 3}"),
        ("Authorization: Bearer abcdef.123456", "Authorization: Bearer ***"),
        ("Authorization: Basic dXNlcjpzZWNyZXQ=", "Authorization: Basic ***"),
        ("Basic statistics of the bearer certificates", "Basic statistics of the bearer certificates"),
        ("a key: -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "a key: ***!"),
        (f"a key: AKIA{'A1' * 8}!", "a key: ***!"),
    ],
)
def test_credentials_are_masked(text, left):
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "give it 'credentials: my_s3' in the catalog",
        "'model.signature' is 'maybe'; it must be 'auto' or 'none'",
        "see https://host/a@b and models:/churn@champion",
        "see http://127.0.0.1:5000/#/models/churn@champion",
        "the token is missing",
        "flask-token==1.2, compass=north",
        "--params=pad_token=[PAD],max_tokens=512",
        "--extra-index-url https://${USER}:${TOKEN}@host/simple",
        r"write it as https://\${USER}:\${TOKEN}@host",
    ],
)
def test_other_text_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("--extra-index-url https://me:tok/en@host/simple", "--extra-index-url https://host/simple"),
        ("pkg @ git+https://token@host/x.git", "pkg @ git+https://host/x.git"),
        ("pkg @ git+ssh://git@host/x.git", "pkg @ git+ssh://git@host/x.git"),
        ("--index-url https://${USER}:${TOKEN}@host/simple", "--index-url https://${USER}:${TOKEN}@host/simple"),
        ("--index-url https://ci:${TOKEN}@host/simple", "--index-url https://ci:${TOKEN}@host/simple"),
    ],
)
def test_addresses_of_requirements_keep_what_is_not_secret(line, left):
    assert without_user_info(line) == left
