"""The page and the chart of `kedro bind show` in Chromium: read, hovered over, walked through and zoomed.

`npm ci` in this folder installs what it needs beside Chromium and Node.js.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from conf_schema import Diagnostic
from kedro_bind.render.picture import draw
from tests.pictures import SCORED, SMALL, large_subject, with_evaluation

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = not (CHROMIUM and shutil.which("node") and (HERE / "node_modules").is_dir())
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(MISSING, reason="needs Chromium, Node.js, and 'npm ci' in tests/browser"),
]
FINDING = Diagnostic("artifact-not-persisted", "the artifact 'scaler' is not persisted", path=("churn", "inference"))


def look(subject, folder, *artifact):
    """Write the page and the chart of a subject, and return what the browser sees of them."""
    page, chart = folder / "picture.html", folder / "picture.mermaid"
    page.write_text(draw(subject, "html"), encoding="utf-8")
    chart.write_text(draw(subject, "mermaid"), encoding="utf-8")
    command = ["node", str(HERE / "look.mjs"), str(CHROMIUM), str(page), str(chart), *artifact]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What is seen of 5 nodes and a finding."""
    return look(replace(SMALL, findings=(FINDING,)), tmp_path_factory.mktemp("small"), "scaler")


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """What is seen of a model with an evaluation."""
    return look(SCORED, tmp_path_factory.mktemp("scored"), "classifier")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """What is seen of 200 nodes, and of 10 that score them."""
    return look(with_evaluation(large_subject(200), 10), tmp_path_factory.mktemp("large"))


def readable(report):
    for seen in report["looked"]:
        assert seen["violations"] == []
        assert seen["problems"] == []
        assert seen["spilled"] == []
        assert seen["smallest"] >= 10.5
        assert seen["scrolls"] <= seen["width"]


def test_five_nodes_are_readable_and_accessible_at_both_sizes_light_and_dark(small):
    readable(small)


def test_an_evaluation_is_readable_and_accessible_at_both_sizes_light_and_dark(scored):
    readable(scored)


def test_an_artifact_is_followed_into_the_metrics_of_the_model(scored):
    followed = scored["used"]["followed"]
    assert {"a0", "p2-0", "e1", "e3", "e3-0", "e5", "e5-0"} <= set(followed)
    assert not {"e0", "e2", "a1", "p1"} & set(followed)


@pytest.mark.full
@pytest.mark.slow
def test_two_hundred_nodes_are_readable_and_accessible_at_both_sizes_light_and_dark(large):
    readable(large)
    assert large["chart"]["lanes"] == 4


def test_details_show_on_hover_and_go_with_it(small):
    used = small["used"]
    assert used["hovered"] == "fit_scaler"
    assert used["left"] is False
    assert used["problems"] == []


def test_an_artifact_is_followed_through_both_halves(small):
    used = small["used"]
    trains, travels, predicts = ["t0", "t1", "t1-0"], ["a1"], ["p1", "p1-0", "p2", "p2-0"]
    assert used["followed"] == sorted([*trains, *travels, *predicts])
    assert used["details"] == "scaler"
    assert used["afterEscape"] == {"lit": [], "inspector": False}


def test_the_keyboard_walks_along_the_lines(small):
    used = small["used"]
    assert used["walked"] == ["t1", "t1-0", "t2", "t0", "p2-0", "t0"]
    assert used["focused"] == "customers"
    assert used["pinned"] is True
    assert used["stops"] == 1


def test_the_picture_zooms_and_pans(small):
    used = small["used"]
    assert used["zoomed"] == pytest.approx(1.3, abs=0.02)
    assert used["panned"] == pytest.approx(100, abs=5)
    assert used["reset"] == 1


def test_without_javascript_the_picture_is_there_and_its_links_lead_to_the_details(small):
    assert small["withoutScript"] == {
        "picture": True,
        "tools": False,
        "target": "#d-t1",
        "details": True,
        "problems": [],
    }


def test_mermaid_draws_the_chart(small, scored):
    assert small["chart"] == {"lanes": 3, "boxes": 15}
    assert scored["chart"] == {"lanes": 4, "boxes": 24}
