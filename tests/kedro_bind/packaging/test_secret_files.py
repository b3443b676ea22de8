"""What must not travel with a model."""

from __future__ import annotations

import pytest

from kedro_bind.errors import LoggingError
from kedro_bind.packaging.secret_files import hide_user_info, remove_secret_files
from kedro_bind.redaction import Redaction, redacting

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "TOKEN=1"),
        ("conf/.env.production", "TOKEN=1"),
        ("conf/CREDENTIALS.yml", "a: b"),
        ("conf/credentials_prod.yaml", "a: b"),
        ("keys/store.p12", ""),
        ("keys/server.pem", KEY),
        ("keys/service.json", f'{{"key": "{KEY}"}}'),
        ("keys/id", KEY),
    ],
)
def test_a_secret_file_is_removed(tmp_path, name, text):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    (tmp_path / "nodes.py").touch()
    (warning,) = remove_secret_files(tmp_path)
    assert warning.startswith(f"the model does not contain {name}, which may contain credentials")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["nodes.py"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nodes.py", f"KEY = '''{KEY}'''"),
        (".env.example", "TOKEN="),
        ("environment.yml", ""),
        ("server.pem", "-----BEGIN CERTIFICATE-----"),
        ("large.json", KEY + "x" * 70_000),
        ("credentials.py", ""),
    ],
)
def test_other_files_stay(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert remove_secret_files(tmp_path) == []
    assert (tmp_path / name).exists()


def test_folders_of_version_control_are_removed_as_a_whole(tmp_path):
    (tmp_path / "package/.git/hooks").mkdir(parents=True)
    (tmp_path / "package/.git/config").write_text("url = https://me:token@host")
    (warning,) = remove_secret_files(tmp_path)
    assert "package/.git," in warning
    assert list((tmp_path / "package").iterdir()) == []


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "home/.ssh/config").write_text("x")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/.ssh").symlink_to(tmp_path / "home/.ssh")
    assert len(remove_secret_files(tmp_path / "code")) == 1
    assert list((tmp_path / "code").iterdir()) == []
    assert (tmp_path / "home/.ssh/config").exists()


def test_credentials_are_removed_from_requirements(tmp_path):
    (tmp_path / "requirements.txt").write_text("pandas\nshop @ git+https://me:hunter2@host/shop.git\n")
    (tmp_path / "conda.yaml").write_text("dependencies: [pip]\n")
    (warning,) = hide_user_info(tmp_path)
    assert warning.startswith("credentials are removed from an address in the model's requirements.txt; write it as")
    text = (tmp_path / "requirements.txt").read_text()
    assert "hunter2" not in text
    assert "pandas\nshop @ git+https://" in text
    assert hide_user_info(tmp_path) == []


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "conda.yaml"])
@pytest.mark.parametrize("secret", ["known-Token-4411/simple", "simple?token=query-Token-5522"])
def test_credentials_that_pip_needs_are_refused(tmp_path, name, secret):
    (tmp_path / name).write_text(f"--extra-index-url https://packages.example/{secret}\n")
    refused = pytest.raises(LoggingError, match=rf"the model's {name} has a URL with credentials.*\$\{{TOKEN\}}")
    with redacting(Redaction(lambda: ["known-Token-4411"])), refused:
        hide_user_info(tmp_path)
