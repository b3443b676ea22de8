"""What is masked in a text, and in which session."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import threading
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from mlflow.exceptions import MlflowException

import kedro_bind
from kedro_bind.errors import LoggingError
from kedro_bind.redaction import (
    Redaction,
    add_redaction,
    get_logger,
    redact,
    redact_value,
    redacting,
    redaction_of,
    secrets_in,
)
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.run_tags import error_tags

ROWS = "Failed to enforce schema of data '   card\n0  4111' with schema '['name': string]'. Error: no name"
PEM = "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA7Zs1\nhv+Qe/2xJk4b1o9Pzz==\n-----END CERTIFICATE-----\n"


class Loader(dict):
    """A config loader with the content of `credentials.yml` and `parameters.yml`."""

    def __init__(self, **content):
        super().__init__(content)
        self.runtime_params = {}
        self.config_patterns = {}


def of(credentials, **more):
    return redaction_of(Loader(credentials=credentials, **more))


def test_credentials_are_masked_by_their_shape_as_well():
    assert redact("at http://user:secret@host:5000/x") == "at http://host:5000/x"


def test_the_values_of_secret_variables_are_masked(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc-123-def")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-789-xyz")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:pw-456/78@host/db")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "refused")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/aws")
    monkeypatch.setenv("PWD", "/home/me/shop")
    message = "401 for abc-123-def, sk-789-xyz, pw-456/78, refused, in /home/me/shop, /var/run/aws"
    assert redact(message) == "401 for ***, ***, ***, refused, in /home/me/shop, /var/run/aws"


def test_a_secret_variable_that_is_not_utf_8_is_masked_and_lets_log_lines_through(monkeypatch, caplog):
    monkeypatch.setitem(os.environb, b"SOME_API_TOKEN", b"\xff\xfeabc-123")
    secret = os.environ["SOME_API_TOKEN"]
    assert redact(f"refused: {secret}, {quote(os.fsencode(secret))}") == "refused: ***, ***"
    logger = get_logger("kedro_bind.test_redaction")
    logger.warning("refused: %s", secret)
    assert caplog.messages == ["refused: ***"]


def test_one_value_that_is_not_unicode_does_not_hide_the_other_credentials():
    with redacting(of({"server": {"username": "me", "password": "\ud800-secret"}, "lake": {"key": "abcd-1234"}})):
        assert redact("abcd-1234 and \ud800-secret") == "*** and ***"


def test_a_log_line_whose_argument_can_not_be_written_is_left_without_it(caplog):
    class UnwritableError(Exception):
        def __str__(self):
            return self.missing

    get_logger("kedro_bind.test_redaction").warning("it fails: %s", UnwritableError())
    assert caplog.messages == ["it fails: %s (arguments left out: AttributeError while they were formatted)"]


@pytest.mark.parametrize(
    "quoted",
    [
        PEM,
        repr(PEM),
        json.dumps(PEM),
        json.dumps(json.dumps(PEM)),
        " ".join(PEM.split()),
        quote(PEM, safe=""),
        base64.b64encode(PEM.encode()).decode(),
        "in line 2: MIIEpAIBAAKCAQEA7Zs1",
    ],
)
def test_a_secret_of_several_lines_is_found_in_every_form(quoted):
    with redacting(of({"server": {"certificate": PEM}})):
        left = redact(f"refused: {quoted}!")
    assert left.startswith("refused: ")
    assert left.endswith("!")
    assert not any(part in left for part in ("MIIE", "hv+Qe", "hv%2BQe", "TUlJR"))


def test_user_and_password_of_a_basic_header_are_found():
    header = base64.b64encode(b"reader:s3cret pass").decode()
    with redacting(of({"server": {"username": "reader", "password": "s3cret pass"}})):
        assert redact(f"sent {header} for reader") == f"sent {redact(header)} for reader"
        assert "cmVhZGVy" not in redact(header)


def test_a_place_or_a_person_in_credentials_is_not_a_secret():
    credentials = {"user": "postgres", "region_name": "eu-west-1", "port": 5432, "endpoint_url": "http://minio:9000"}
    text = "postgres at http://minio:9000 in eu-west-1, port 5432"
    with redacting(of({"lake": {**credentials, "key": "abcd-1234"}})):
        assert redact(f"{text}: abcd-1234") == f"{text}: ***"


@pytest.mark.parametrize(
    ("secret", "text", "left"),
    [
        ("abc", "abc is in abcd", "abc is in abcd"),
        ("churn", "churn, churns, 'churn', my_churn", "***, churns, '***', my_churn"),
        ("hunter22", "xhunter22x", "x***x"),
        ("true", "true", "true"),
    ],
)
def test_a_short_secret_is_masked_only_as_a_word(secret, text, left):
    with redacting(of({"a": {"password": secret}})):
        assert redact(text) == left


def test_parameters_and_arguments_that_are_named_like_secrets_are_masked():
    loader = Loader(parameters={"smtp": {"password": "in-the-file"}, "depth": 3000}, credentials={})
    loader["mlflow"] = {"init_kwargs": {"headers": {"token": "in-the-arguments"}}}
    loader.runtime_params = {"apiKey": "in-the-command"}
    with redacting(redaction_of(loader)):
        left = redact("in-the-file, in-the-command, in-the-arguments, 3000")
    assert left == "***, ***, ***, 3000"


def test_the_name_of_the_credentials_in_mlflow_yml_is_not_a_secret():
    server = {"credentials": "mlflow", "request_header_provider": {"init_kwargs": {"token": "in-the-arguments"}}}
    loader = Loader(parameters={}, credentials={"mlflow": {"MLFLOW_TRACKING_TOKEN": "in-the-entry"}})
    loader["mlflow"] = {"server": server}
    with redacting(redaction_of(loader)):
        assert redact("mlflow==3.1, in-the-arguments, in-the-entry") == "mlflow==3.1, ***, ***"


def test_the_secrets_of_a_session_are_not_those_of_another():
    texts = {}
    both = threading.Barrier(2)

    def work(name, secret):
        with redacting(of({"a": {"password": secret}})):
            both.wait(30)
            texts[name] = redact("one-secret and two-secret")
            both.wait(30)

    threads = [
        threading.Thread(target=work, args=arguments) for arguments in (("one", "one-secret"), ("two", "two-secret"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {"one": "*** and two-secret", "two": "one-secret and ***"}
    assert redact("one-secret and two-secret") == "one-secret and two-secret"


def test_what_is_added_ends_with_the_block_around_it():
    with redacting():
        add_redaction(of({"a": "in-a-command"}))
        assert redact("in-a-command") == "***"
        assert str(LoggingError("in-a-command")) == "***"
    assert redact("in-a-command") == "in-a-command"


def test_secrets_are_read_when_the_first_text_needs_them_and_unreadable_ones_are_skipped():
    reads = []

    def read():
        reads.append(1)
        return ["a-long-secret"]

    with redacting(Redaction(read)):
        assert reads == []
        assert [redact("a-long-secret"), redact("x")] == ["***", "x"]
    assert reads == [1]
    with redacting(redaction_of(object()), of({"a": "still-found"})):
        assert redact("still-found") == "***"


def test_log_lines_are_redacted_with_their_tracebacks():
    records = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(logging.Formatter().format(record))
    logger = get_logger("kedro_bind.tests.redaction")
    logger.addHandler(handler)
    try:
        with redacting(of({"a": "a-long-secret"})):
            try:
                int("a-long-secret")
            except ValueError:
                logger.exception("because of %s", "a-long-secret")
    finally:
        logger.removeHandler(handler)
    assert "because of ***" in records[0]
    assert re.search(r"^ValueError: .*'\*\*\*'$", records[0], flags=re.MULTILINE)


def test_every_logger_of_ours_redacts():
    package = Path(kedro_bind.__file__).parent
    found = [path for path in package.rglob("*.py") if re.search(r"logging\.getLogger\(__name__\)", path.read_text())]
    assert found == []


def test_nested_values_are_redacted_by_name_and_by_text():
    value = {
        "apiKey": "x",
        "uri": "s3://me:pw@host/x",
        "depth": 3,
        "deep": [{"token": ["a"], "note": "fine", "auth": ["me", "x"]}],
        "n": None,
        "api_tokens": np.array([1, 2]),
        "password": "",
        "secret": None,
    }
    assert redact_value(value) == {
        "apiKey": "***",
        "uri": "s3://host/x",
        "depth": 3,
        "deep": [{"token": "***", "note": "fine", "auth": "***"}],
        "n": None,
        "api_tokens": "***",
        "password": "",
        "secret": None,
    }


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("api_key", "x", ["api_key"]),
        ("server", {"user": "me", "password": "x"}, ["server.password"]),
        ("server", {"uri": "http://me:pw@host"}, ["server.uri"]),
        ("notes", ["", "has a-long-secret"], ["notes"]),
        ("pad_token", "[PAD]", []),
        ("max_tokens", 512, []),
        ("token", None, []),
        ("name", "short", []),
        ("store", {"dsn": "host=db password=x", "auth": ["me", "x"]}, ["store.dsn", "store.auth"]),
        ("store", {"credentials": {"con": "a-long-secret"}}, ["store.credentials"]),
    ],
)
def test_credentials_in_a_parameter_are_found(name, value, found):
    with redacting(of({"a": ["a-long-secret", "short"]})):
        assert secrets_in(name, value) == found


def test_a_text_has_a_secret_only_if_it_is_too_long_for_a_coincidence():
    with redacting(of({"a": ["a-long-secret", "short"]})):
        assert [bool(secrets_in("p", text)) for text in ("a-long-secret", "short", "s3://a:b@c")] == [True, False, True]


def test_rows_of_data_that_mlflow_quotes_are_in_no_message_log_or_tag(caplog):
    error = MlflowException(ROWS)
    logger = get_logger("kedro_bind.test_redaction")
    with caplog.at_level(logging.DEBUG, logger.name):
        logger.warning("it fails: %s", error)
        try:
            raise error
        except MlflowException:
            logger.exception("it fails")
    texts = [str(LoggingError(f"it fails: {error}")), describe_error(error), *error_tags(error).values(), caplog.text]
    assert not [text for text in texts if "4111" in text]
    assert [text for text in texts if "no name" in text] == [texts[0], texts[1], texts[3], texts[4]]
