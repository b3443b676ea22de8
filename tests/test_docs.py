"""The examples of the codes' pages, run: each prints what the page says, and its fix is clean.

A page (kedro_bind/render/codes) has blocks that set the example up, a block without a language with what is printed,
and the fix. A YAML block is the document, or the file that the line above it names; a Python block is one more node, a
statement that fails, or the module that the line above it names.
`KEDRO_BIND_UPDATE_GOLDEN=1 pytest tests/test_docs.py` updates what is printed; `python -m scripts.write_docs` then
writes the site's pages.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from click import Context
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_bind.checks import Project, check_project
from kedro_bind.cli import bind
from kedro_bind.render.explanation import codes
from kedro_bind.render.text import render_excerpts
from scripts.write_docs import pages
from tests.test_golden import CODES, marked

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "kedro_bind" / "render" / "codes"
OVERVIEW = ROOT / "docs" / "checks.md"
EXAMPLE = ROOT / "examples" / "penguins"
UPDATE = os.getenv("KEDRO_BIND_UPDATE_GOLDEN") == "1"
OF_LATER_KEDRO = {"bad-validator": "1.7", "conflicting-types": "1.3", "rejected-parameter": "1.3"}
"""The codes of what the lowest supported Kedro lacks."""
DOCUMENT = "conf/base/pipeline_ml.yml"
FIXED = """\
penguins:
  training: {pipeline: species, tags: training}
  inference: {pipeline: species, tags: inference}
  input_name: penguins
"""


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    file: str


def entry_of(code: str) -> str:
    return (PAGES / f"{code}.md").read_text(encoding="utf-8")


def blocks(entry: str) -> list[Block]:
    """Return the blocks; one that names no file is about the file of the one before, or the document."""
    missing = re.search(r"is missing in\s+`(.+?)`", entry)
    file = missing[1] if missing else DOCUMENT
    found, last = [], 0
    for fence in re.finditer(r"^```(\w*)\n(.*?)^```$", entry, flags=re.MULTILINE | re.DOTALL):
        lead = entry[last : fence.start()].strip()
        named = re.search(r"`((?:conf|src)/[\w/.]+)`[^`]*:$", lead)
        file = named[1] if named else file
        found.append(Block(fence[1], fence[2], file))
        last = fence.end()
    return found


def printed_block(entry: str) -> int:
    return next(index for index, block in enumerate(blocks(entry)) if not block.language)


@pytest.fixture(scope="module", autouse=True)
def example_on_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLE / "src")
        before = set(sys.modules)
        yield
        for name in {block for block in set(sys.modules) - before if block.startswith("penguins.limits")}:
            del sys.modules[name]


def check(setup: list[Block], entry: str, project: Path) -> str:
    """Print what is wrong with the example project after the changes of some blocks."""
    shutil.copytree(EXAMPLE / "conf", project / "conf")
    (project / "src" / "penguins").mkdir(parents=True)
    missing = re.search(r"entry of\s+`(\w+)` is missing in\s+`(.+?)`", entry)
    code = [block for block in setup if block.language == "python"]
    files = {DOCUMENT: FIXED, **{block.file: block.text for block in setup if block.language == "yaml"}}
    if missing:
        place = project / missing[2]
        entries_left = yaml.safe_load(place.read_text(encoding="utf-8"))
        del entries_left[missing[1]]
        place.write_text(yaml.safe_dump(entries_left), encoding="utf-8")
    for name, text in files.items():
        # Part of another file: the local environment overrides those keys.
        whole = name == DOCUMENT or not (project / name).exists()
        place = project / (name if whole else name.replace("/base/", "/local/"))
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    loader = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")
    report = check_project(Project(loader, project, "penguins", lambda: pipelines(code), lambda: catalog(loader)))
    return render_excerpts(report.findings, report.sources) + "\n" if report.findings else ""


def pipelines(code: list[Block]) -> dict[str, Pipeline]:
    from penguins.pipelines.evaluation import create_pipeline as create_evaluation
    from penguins.pipelines.species import create_pipeline, pipeline

    species, names = create_pipeline(), dict(vars(pipeline))
    for part in code:
        if part.text.startswith("node("):
            species += Pipeline([eval(part.text, names)])
        elif part.file.startswith("src/"):
            names |= vars(module(part))
        else:
            try:
                exec(part.text, {})
            except ImportError as error:  # as Kedro's find_pipelines words it
                raise ImportError(
                    "An error occurred while importing the 'penguins.pipelines.species' module."
                ) from error
    return {"species": species, "evaluation": create_evaluation(), "__default__": species}


def module(block: Block) -> ModuleType:
    """Make the module of a block importable, until the end of the tests of this page."""
    made = ModuleType(block.file.removeprefix("src/").removesuffix(".py").replace("/", "."))
    sys.modules[made.__name__] = made
    exec(block.text, vars(made))
    return made


def catalog(loader: OmegaConfigLoader) -> DataCatalog:
    made = DataCatalog.from_config(loader["catalog"])
    for name, value in loader["parameters"].items():
        made[f"params:{name}"] = value
    return made


def test_every_code_has_a_page_and_a_row_in_the_overview():
    assert set(codes()) == CODES
    listed = re.findall(r"^\| \[([a-z-]+)\]\(checks/\1\.md\) \|", OVERVIEW.read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == codes()


def test_the_home_page_has_every_page_and_every_command():
    home = (ROOT / "docs" / "index.md").read_text("utf-8")
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    assert set(re.findall(r": ([\w/-]+\.md)$", nav, flags=re.MULTILINE)) - {"index.md"} == set(
        re.findall(r"\]\(([\w/-]+\.md)\)", home)
    )
    assert re.findall(r"^\| `kedro bind (\w+)", home, flags=re.MULTILINE) == bind.list_commands(Context(bind))


def test_generated_pages_are_up_to_date():
    texts = pages()
    stale = [str(file) for file, text in texts.items() if not file.exists() or file.read_text("utf-8") != text]
    assert not stale, "run: python -m scripts.write_docs"
    assert set((ROOT / "docs" / "checks").glob("*.md")) <= set(texts)


@pytest.mark.parametrize("code", marked(sorted(CODES), OF_LATER_KEDRO))
def test_an_example_prints_what_the_page_says(code, tmp_path):
    entry = entry_of(code)
    parts = blocks(entry)
    place = printed_block(entry)
    printed = check(parts[:place], entry, tmp_path / "project")
    if UPDATE:
        updated = entry.replace(f"```\n{parts[place].text}```", f"```\n{printed}```")
        (PAGES / f"{code}.md").write_text(updated, encoding="utf-8")
    assert f"[{code}]" in printed
    assert blocks(entry_of(code))[place].text == printed


@pytest.mark.parametrize("code", marked(sorted(CODES), OF_LATER_KEDRO))
def test_the_fix_is_clean(code, tmp_path):
    entry = entry_of(code)
    parts = blocks(entry)
    fixed = [block for block in parts[printed_block(entry) + 1 :] if block.language == "yaml"]
    assert len(parts) > printed_block(entry) + 1
    assert check(fixed, "", tmp_path / "project") == ""
