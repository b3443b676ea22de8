"""The sha256 of files and folders."""

from __future__ import annotations

import hashlib

import pytest

from kedro_bind.model.digest import digest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "f/inner").mkdir(parents=True)
    (tmp_path / "f/a.txt").write_text("a")
    (tmp_path / "f/inner/b.txt").write_text("b")
    return tmp_path / "f"


def test_the_digest_of_a_file_is_its_sha256(tmp_path):
    content = b"x" * (1 << 23) + b"end"
    (tmp_path / "file").write_bytes(content)
    assert digest(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_a_folder_may_be_elsewhere(folder):
    before = digest(folder)
    assert digest(folder.rename(folder.with_name("g"))) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.txt").write_text("b"),
        lambda folder: (folder / "a.txt").rename(folder / "c.txt"),
        lambda folder: (folder / "inner/b.txt").rename(folder / "b.txt"),
        lambda folder: (folder / "new").write_text(""),
    ],
)
def test_names_and_contents_of_all_files_count(folder, change):
    before = digest(folder)
    change(folder)
    assert digest(folder) != before


def test_empty_folders_do_not_count(folder):
    before = digest(folder)
    (folder / "empty").mkdir()
    assert digest(folder) == before
