"""The picture of a binding: what is in it, where it lies, and how each form writes it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf_schema import Diagnostic, Severity
from kedro_bind.redaction import Redaction, redacting
from kedro_bind.render.columns import columns_of
from kedro_bind.render.picture import FORMS, draw
from kedro_bind.render.picture.drawing import local_order, picture_of
from kedro_bind.render.picture.layout import NARROW, WIDE, lay_out
from kedro_bind.render.picture.subject import (
    CarriedParameter,
    DrawnEvaluation,
    Step,
    Subject,
    human_size,
    value_text,
)
from kedro_bind.render.picture.wrapping import wrapped
from tests.pictures import SCORED, SMALL, large_subject, with_evaluation

TEXT = """\
churn  models:/churn/3
Tells which customers are about to leave.
runner: SequentialRunner, row-wise: yes

trains (3 nodes)
  customers       supplies the schema and the example
  fit_scaler      customers -> scaler
  scale           customers, scaler -> scaled
  fit_classifier  scaled, params:depth -> classifier

travels (2 artifacts and 1 parameter)
  classifier        pickle.PickleDataset · 1.53 kB; sha256 abababababab…; handed over by deepcopy; taken by predict
  scaler            json.JSONDataset · 120 B; sha256 cdcdcdcdcdcd…; taken by scale
  params:threshold  = 0.0; a caller may set it; taken by predict

predicts (2 nodes)
  customers    the input, spend: double, visits: long (optional)
  scale        customers, scaler -> scaled
  predict      scaled, classifier, params:threshold -> predictions
  predictions  the output, score: double, churns: boolean"""
EVALUATION = """

evaluates (2 nodes)
  holdout      the input, in place of customers
  predictions  what the saved model predicts
  labels
  compare      predictions, holdout, labels -> compared
  classifier   made by training
  score        compared, classifier, params:scale -> scores, report
  scores       logged as metrics"""
SUBJECTS = {
    "empty": Subject("empty", "", "", ""),
    "4 nodes": large_subject(4),
    "evaluation": SCORED,
    "200 nodes": large_subject(200),
    "200 nodes and an evaluation": with_evaluation(large_subject(200), 40),
}
FINDINGS = (
    Diagnostic("artifact-not-persisted", "the artifact 'scaler' is not persisted", path=("churn", "inference")),
    Diagnostic("bad-value", "no such mode", path=("churn", "copy_mode", "classifier"), severity=Severity.WARNING),
    Diagnostic("bad-value", "the alias 'x y' is not valid", path=("churn", "model", "aliases")),
)


def titles(subject: Subject, source: str) -> set[str]:
    """Return what an element, by title, leads to in another lane or the same."""
    picture = picture_of(subject)
    names = {element.key: f"{element.lane} {element.title}" for element in picture.everything}
    return {names[edge.target] for edge in picture.edges if names[edge.source] == source}


def test_text_is_three_lanes():
    assert draw(SMALL, "text") == TEXT


def test_an_evaluation_is_a_lane_of_its_own():
    assert draw(SCORED, "text") == TEXT + EVALUATION
    for form in FORMS:
        drawn = draw(SCORED, form)
        assert all(word in drawn for word in ("evaluates", "holdout", "in place of customers", "logged as metrics"))
        assert "evaluates" not in draw(SMALL, form)


def test_an_evaluation_scores_what_the_model_predicts_for_its_input():
    assert titles(SCORED, "predicts predictions") == {"evaluates predictions"}
    assert titles(SCORED, "evaluates holdout") == {"evaluates predictions", "evaluates compare"}
    assert titles(SCORED, "evaluates predictions") == {"evaluates compare"}
    assert titles(SCORED, "evaluates compared") == {"evaluates score"}


def test_the_outputs_that_are_listed_are_the_metrics_and_without_a_list_those_that_no_node_reads():
    evaluation = replace(SCORED.evaluation, metrics=("compared",))
    unlisted = replace(SCORED.evaluation, metrics=())
    for scored, expected in ((evaluation, ["compared"]), (unlisted, ["scores", "report"])):
        elements = picture_of(replace(SCORED, evaluation=scored)).everything
        assert [element.title for element in elements if element.role == "metric"] == expected
    assert "  report       logged as metrics if numeric" in draw(replace(SCORED, evaluation=unlisted), "text")


def test_an_evaluation_on_the_input_of_the_binding_says_no_other_name():
    drawn = draw(replace(SCORED, evaluation=replace(SCORED.evaluation, input_name="customers")), "text")
    assert "\n  customers    the input\n" in drawn


def test_findings_about_an_evaluation_are_in_its_lane():
    findings = (
        Diagnostic("no-sample", "there is no such dataset", path=("churn", "evaluation", "input_name")),
        Diagnostic("bad-evaluation", "no node takes 'predictions'", path=("churn", "evaluation")),
        Diagnostic("bad-value", "'predictions' is not valid", path=("churn", "copy_mode")),
    )
    picture = picture_of(replace(SCORED, findings=findings))
    owners = [(f"{element.lane} {element.title}", len(element.findings)) for element in picture.everything]
    assert [owner for owner in owners if owner[1]] == [
        ("predicts predictions", 1),
        ("evaluates holdout", 1),
        ("evaluates predictions", 1),
    ]


def test_an_artifact_leads_from_training_through_the_model_to_the_nodes_that_take_it():
    assert titles(SMALL, "trains scaler") == {"trains scale", "travels scaler"}
    assert titles(SMALL, "travels scaler") == {"predicts scale"}
    assert titles(SMALL, "travels params:threshold") == {"predicts predict"}
    assert titles(SMALL, "predicts customers") == {"predicts scale"}


def test_an_artifact_under_another_name_says_where_it_is_from():
    first, second = SMALL.artifacts
    renamed = replace(SMALL, artifacts=(first, replace(second, source="training.scaler")))
    step = Step("fit_scaler", "", ("customers",), ("training.scaler",))
    renamed = replace(renamed, training=(step, *renamed.training[1:]))
    assert titles(renamed, "trains training.scaler") == {"travels scaler"}
    assert "from training.scaler" in draw(renamed, "text")


def test_findings_are_on_what_they_are_about():
    picture = picture_of(replace(SMALL, findings=FINDINGS))
    owned = {
        f"{part.lane} {part.title}": [finding.code for finding in part.findings]
        for part in picture.everything
        if part.findings
    }
    assert owned == {"travels scaler": ["artifact-not-persisted"], "travels classifier": ["bad-value"]}
    assert [finding.path[-1] for finding in picture.findings] == ["aliases"]
    for form in FORMS:
        drawn = draw(replace(SMALL, findings=FINDINGS), form)
        for message in ("is not persisted", "no such mode", "is not valid"):
            assert message in drawn


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", SUBJECTS)
def test_nothing_overlaps_and_no_label_leaves_its_box(name, width):
    layout = lay_out(picture_of(SUBJECTS[name]), width)
    for one, other in combinations(layout.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    for box in [box for whole in layout.boxes for box in (whole, *whole.parts)]:
        assert box.x >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
        for text in box.texts:
            size = 7.3 if text.style == "title" else 6.7
            assert box.y < text.y < box.y + box.height
            assert text.x + columns_of(text.text) * size <= box.x + box.width
        for above, below in pairwise(box.parts):
            assert above.y + above.height == below.y


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", SUBJECTS)
def test_every_box_is_in_the_band_of_its_lane_and_bands_do_not_overlap(name, width):
    layout = lay_out(picture_of(SUBJECTS[name]), width)
    bands = {band.lane: band for band in layout.bands}
    for box in layout.boxes:
        band = bands[box.element.lane]
        assert band.x <= box.x < box.x + box.width <= band.x + band.width
        assert band.y <= box.y < box.y + box.height <= band.y + band.height
    for one, other in combinations(layout.bands, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_side_by_side_all_lanes_end_at_the_same_height():
    for subject in SUBJECTS.values():
        layout = lay_out(picture_of(subject))
        lowest = {band.x: band.y + band.height for band in layout.bands}
        assert len(lowest) == 3
        assert set(lowest.values()) == {layout.height}


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["200 nodes", "200 nodes and an evaluation"])
def test_every_line_has_a_path_that_passes_beside_the_boxes(name, width):
    picture = picture_of(SUBJECTS[name])
    layout = lay_out(picture, width)
    assert [line.edge for line in layout.lines] == list(picture.edges)
    for line in layout.lines:
        rails = {float(x) for x in re.findall(r"Q([\d.-]+) [\d.-]+ \1 ", line.path)}
        for rail in rails:
            assert not any(box.x < rail < box.x + box.width for box in layout.boxes), line.path


def test_no_label_is_lost_at_200_nodes():
    subject = SUBJECTS["200 nodes and an evaluation"]
    shown = "".join(ET.fromstring(draw(subject, "svg")).itertext()).replace("\n", "")
    for step in (*subject.training, *subject.inference, *subject.evaluation.steps):
        assert step.name in shown


@pytest.mark.parametrize("form", FORMS)
def test_the_same_picture_twice_is_the_same(form):
    assert draw(large_subject(60), form) == draw(large_subject(60), form)


def test_a_step_comes_soon_after_what_it_depends_on():
    steps = [Step(f"read_{i}", "", (f"raw_{i}",), (f"table_{i}",)) for i in range(3)]
    steps += [Step(f"clean_{i}", "", (f"table_{i}",), (f"clean_{i}",)) for i in range(3)]
    order = [step.name for step in local_order(steps)]
    assert order == ["read_0", "clean_0", "read_1", "clean_1", "read_2", "clean_2"]


def test_steps_that_depend_on_each_other_are_drawn_in_their_order():
    steps = [Step("a", "", ("y",), ("x",)), Step("b", "", ("x",), ("y",))]
    assert local_order(steps) == steps


@given(st.text(max_size=80), st.integers(2, 30))
def test_wrapping_loses_no_character(text, width):
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns_of(line) <= width for line in lines)


@pytest.mark.parametrize("form", FORMS)
def test_markup_in_a_name_is_text(form):
    evil = '</script><img src=x onerror="alert(1)">"`|]'
    step = Step(evil, evil, (evil,), ("predictions",))
    scored = DrawnEvaluation(evil, (Step(evil, evil, ("predictions", evil), (f"{evil} scores",)),))
    subject = replace(SMALL, name=evil, input_name=evil, inference=(step,), evaluation=scored, description=evil)
    drawn = draw(subject, form)
    if form != "text":
        assert "<img" not in drawn
    if form == "svg":
        ET.fromstring(drawn)


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_gets_into_a_picture(form):
    secret = "Tr0ub4dor-and-some-more-characters"
    subject = replace(
        SMALL,
        description=f"connects with {secret}",
        evaluation=DrawnEvaluation(f"holdout {secret}", (Step("score", "", ("predictions",), (f"scores {secret}",)),)),
        parameters=(CarriedParameter("params:url", f"postgresql://me:{secret}@host/db"),),
        findings=(Diagnostic("bad-value", f"the alias '{secret}' is not valid", path=("churn", "model")),),
    )
    with redacting(Redaction(lambda: [secret])):
        drawn = draw(subject, form)
    assert secret not in drawn
    assert secret[:12] not in drawn
    assert "***" in drawn.replace("#42;", "*")


def test_a_parameter_that_is_named_like_a_credential_has_no_value():
    assert value_text("params:api_key", "s3cr3t") == '"***"'
    assert value_text("params:source", {"password": "s3cr3t", "rows": 5}) == '{"password": "***", "rows": 5}'


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1532, "1.53 kB"), (999_600, "1 MB"), (5e12, "5 TB")]
)
def test_sizes_are_as_a_person_reads_them(size, text):
    assert human_size(size) == text


def test_html_is_one_file_that_asks_for_nothing():
    page = draw(SMALL, "html")
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "@import" not in page
    assert "url(" not in page


def test_every_link_of_the_page_leads_to_its_details():
    page = draw(with_evaluation(large_subject(40), 4), "html")
    ids = set(re.findall(r'<article id="([\w-]+)"', page))
    assert ids == set(re.findall(r'href="#([\w-]+)"', page))


def test_an_unknown_form_is_an_error():
    with pytest.raises(ValueError, match="'pdf' is not a form of a picture; the forms are text, mermaid, svg, html"):
        draw(SMALL, "pdf")
