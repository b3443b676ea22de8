from __future__ import annotations

import os
from collections import UserDict

import pytest

from kedro_bind.secret_values import environment_values, forms_of, looks_secret, passwords_in, secret_keys


@pytest.mark.parametrize(
    "name",
    [
        *("password", "dbPassword", "server.api_key", "AUTH_TOKEN", "credentials", "secretAccessKey", "x:private-key"),
        *("db_pass", "smtpPass", "jwt", "signing_key", "fernetKey", "Authorization"),
    ],
)
def test_a_name_of_a_credential_is_recognized(name):
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("user", "pad_token", "max_tokens", "tokenizer", "keyboard", "monkey", "sort_key", "passwordless"),
        *("compass", "passengers", "low_pass", "firstPass", "n_pass", "jwt_algorithm"),
        *("pass", "season_pass", "session_key", "master_key"),
        *("tokens", "max_new_tokens", "oov_token", "input_tokens", "prompt_tokens"),
    ],
)
def test_a_similar_name_is_not_one_of_a_credential(name):
    assert not looks_secret(name)


def test_the_keys_of_credentials_are_found_at_any_depth():
    value = {"store": {"user": "me", "password": "x"}, "urls": ["http://me:pw@host"], "empty_token": ""}
    assert list(secret_keys(value)) == ["store.password", "urls.0"]


def test_passwords_of_uris_are_found_as_written_and_decoded():
    assert set(passwords_in("see postgresql://me:p%40ss@host/db")) == {"p%40ss", "p@ss"}
    assert list(passwords_in("https://${USER}:${TOKEN}@host and http://host:5000/")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("host=db user=me password=hunter2", {"hunter2"}),
        ("host=db password='hunter 2' user=me", {"hunter 2"}),
        ("Server=db;Uid=me;Pwd=hunter2;", {"hunter2"}),
        ("AccountName=a;AccountKey=abc==;EndpointSuffix=b", {"abc=="}),
        ("jdbc:postgresql://db/x?user=me&password=p%40ss", {"p%40ss", "p@ss"}),
        ("host=db password=${PASSWORD} token=<token>", set()),
        ("host={host} password={password} pwd=%(password)s", set()),
        ("flask-token==1.2 pad_token=[PAD] low_pass=3 compass=north", set()),
        ("SELECT * FROM results WHERE pass=1 AND token='word' AND secret='yes'", set()),
        ("SELECT * FROM a JOIN b ON a.session_key=b.session_key", set()),
        ("tokens=100 lr=3 pass=fail", set()),
        ("host=db user=me authorization=none", set()),
        ('{"u": "http://localhost:5000", "mail": "me@x.org"}', set()),
    ],
)
def test_passwords_of_connection_strings_are_found(text, found):
    assert set(passwords_in(text)) == found
    assert set(secret_keys({"dsn": text})) == ({"dsn"} if found else set())


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"auth": ["me", "pw"]}, ["auth"]),
        ({"load_args": {"http_auth": ("me", "pw")}}, ["load_args.http_auth"]),
        ({"auth": "basic", "authors": ["me", "you"], "auths": ["a", "b"]}, []),
        ({"auth": ["read", "write", "admin"]}, []),
    ],
)
def test_a_user_with_a_password_is_a_credential(value, found):
    assert list(secret_keys(value)) == found


def test_secret_variables_are_found_by_their_names_and_uris():
    environment = {
        "API_KEY": "abcdef",
        "SHORT_TOKEN": "abc",
        "TOKEN_FILE": "/run/token",
        "URL": "http://a:b@c",
        "X": "y",
    }
    assert list(environment_values(environment)) == ["abcdef", "b"]


@pytest.mark.parametrize(
    "name",
    [
        *("API_KEY", "SECRET_KEY_BASE", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "db_password", "ENCRYPTION_KEY"),
        *("AUTHORIZATION", "DB_PASS", "SMTP_PASS", "SSHPASS", "AIRFLOW__CORE__FERNET_KEY", "SIGNING_KEY"),
        *("SESSION_KEY", "MASTER_KEY", "STRIPE_KEY", "JWT", "SHOP_JWT", "MYSQL_PWD"),
    ],
)
def test_a_variable_is_recognized_by_the_name_of_a_credential(name):
    assert list(environment_values({name: "abcdef"})) == ["abcdef"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "abcdef") for name in ("KEYBOARD", "MONKEY", "PASSENGERS", "COMPASS", "TOKENIZERS_PARALLELISM")),
        *((name, "abcdef") for name in ("SORT_KEY", "TWO_PASS", "SSH_ASKPASS", "SPECIAL_TOKENS", "JWT_ALGORITHM")),
        *((name, "/home/me") for name in ("PWD", "OLDPWD", "PATH", "TOKEN_FILE", "GNUPG_SECRET_HOME")),
        *((name, "abcdefgh") for name in ("SECRETARY", "MAX_NEW_TOKENS", "K8S_SECRET_NAMESPACE", "AWS_SECRET_NAME")),
        *((name, "abcdefgh") for name in ("TOKEN_URL", "GIT_CREDENTIAL_HELPER", "SECRET_BACKEND")),
        ("SSH_PRIVATE_KEY", __file__),
        ("DB_PASS", "short"),
    ],
)
def test_a_variable_of_something_else_is_not_secret(name, value):
    assert list(environment_values({name: value})) == []


def test_a_secret_that_starts_like_a_path_is_found():
    secrets = {"SIGNING_KEY": "/9j4AAQSkZJRg", "MASTER_KEY": "/" + "a" * 5000}
    assert list(environment_values(secrets)) == list(secrets.values())


def test_a_variable_that_another_thread_removes_meanwhile_is_skipped():
    class Shrinking(UserDict):  # its items are read like those of `os.environ`
        def __iter__(self):
            return iter([*self.data, "GONE_TOKEN"])

    assert list(environment_values(Shrinking(API_KEY="abcdef"))) == ["abcdef"]


def test_a_secret_that_is_not_unicode_has_its_forms_as_well():
    in_environment = os.fsdecode(b"\xff\xfe-secret")
    assert {in_environment, "%FF%FE-secret", "//4tc2VjcmV0"} <= forms_of(in_environment)
    in_yaml = "\ud800-secret"
    assert {in_yaml, "%ED%A0%80-secret", "7aCALXNlY3JldA"} <= forms_of(in_yaml)


def test_the_forms_of_a_secret_are_those_that_texts_quote():
    forms = forms_of('a"b/c d')
    assert {'a"b/c d', 'a\\"b/c d', "a%22b%2Fc%20d", "a&quot;b/c d"} <= forms
    assert "abc" not in forms_of("abc")
