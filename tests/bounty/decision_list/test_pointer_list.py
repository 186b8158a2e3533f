"""The pointer decision list: three ways to evaluate it agree, and what it says of itself is true."""

from __future__ import annotations

import hashlib
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import LOSSES, SPACES, random_case, row_by_row

from bounty.claims.claim import Alternative, Constant, OnnxModel, Rules
from bounty.decision_list.nodes import group_words, node_from_dict, node_to_dict
from bounty.decision_list.pointer_list import DecisionList, Pointer, Update
from bounty.decision_list.versions import Versions
from bounty.rows.answers import Answers, AnswerSpace, Form
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from fairkit.errors import BountyError, ClaimError, UsageError

SPACE = AnswerSpace(Form.DECISION, ("no", "yes"))
SEEDS = st.integers(0, 2**32 - 1)
FORMS = st.sampled_from(list(Form))


class EchoRunner:
    """Answers 1 where the age is below the number that the model's bytes spell; keeps the ages it saw."""

    def __init__(self):
        self.seen = []

    def _below(self, model, columns):
        ages = columns.by_name["age"].values()
        self.seen.append(ages)
        return np.array([age is not None and age < int(model.content) for age in ages], dtype=bool)

    def group(self, model, columns):
        """Find the rows of a group."""
        return RowSet.of(self._below(model, columns))

    def answers(self, model, columns, space):
        """Answer rows."""
        return Answers.of(space.form, self._below(model, columns).astype(int))


def onnx(below):
    """Give a model that answers 1 below an age."""
    content = str(below).encode()
    return OnnxModel(hashlib.sha256(content).hexdigest(), content)


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS, nodes=st.integers(0, 25))
def test_incremental_top_down_and_row_by_row_agree_bit_for_bit(seed, form, nodes):
    """Every version of a random list answers alike whether kept incrementally, top-down or row by row."""
    case = random_case(seed, form, nodes=nodes)
    versions = Versions.of_list(case.split, LOSSES[form], case.list)
    assert versions.count == case.list.versions == nodes + 1
    for version in {0, nodes // 3, nodes // 2, nodes}:
        expected, _ = row_by_row(case, version)
        assert versions.answers(version).codes.tolist() == expected
        assert case.predicted(version).codes.tolist() == expected
    lost = LOSSES[form].lost(case.predicted(), case.split.truth)
    assert versions.lost(nodes).array().tolist() == lost.array().tolist()


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS)
def test_an_explanation_names_the_node_that_answered_and_every_hop(seed, form):
    """Explanations of all rows, in any order and repeated, are what going row by row finds."""
    case = random_case(seed, form, rows=60)
    answers, ways = row_by_row(case)
    rows = np.random.default_rng(seed).integers(0, 60, 80).tolist()
    told = case.list.explain(case.split.columns, case.split.host, rows, alternatives=case.split.alternatives)
    assert [each.row for each in told] == rows
    for each in told:
        node, hops = ways[each.row]
        assert each.node == node
        assert [(hop.node, hop.version) for hop in each.hops] == hops
        assert each.answer == SPACES[form].answer(answers[each.row])
        assert each.claim == (None if node is None else case.list.nodes[node].claim)
        assert each.group == (None if node is None else case.list.nodes[node].group)
        assert ("the host's model" in each.text) == (node is None)


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS)
def test_answers_do_not_depend_on_the_order_or_company_of_rows(seed, form):
    """Rows handed in in another order, doubled or alone get the same answers."""
    case = random_case(seed, form)
    answers = case.predicted().codes
    rng = np.random.default_rng(seed)
    for size in (1, 7, 300):
        index = rng.integers(0, case.split.rows, size)
        some = case.split.taking(index, "public")
        again = case.list.predict(some.columns, some.host, alternatives=some.alternatives)
        assert again.codes.tolist() == answers[index].tolist()


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS)
def test_a_list_reads_back_from_json(seed, form):
    """A list written as JSON reads back equal."""
    written = json.loads(json.dumps(random_case(seed, form, rows=1).list.to_dict()))
    assert DecisionList.from_dict(written) == random_case(seed, form, rows=1).list


def test_models_are_kept_by_hash_and_their_bytes_are_checked():
    """ONNX models leave as hashes and come back only with the very bytes."""
    group, model = onnx(30), onnx(20)
    written = DecisionList(SPACE, (Update(group, model, "00"), Pointer(onnx(10), 0)))
    content, models = written.to_dict(), written.onnx_models()
    assert content["nodes"][0] == {
        "group": {"onnx": group.sha256},
        "model": {"onnx": model.sha256},
        "claim": "00",
    }
    assert DecisionList.from_dict(content, models=models) == written
    assert set(models.values()) == {b"30", b"20", b"10"}
    with pytest.raises(BountyError, match=f"not handed in: {model.sha256}"):
        DecisionList.from_dict(content, models={group.sha256: b"30", onnx(10).sha256: b"10"})
    with pytest.raises(BountyError, match="another SHA-256"):
        DecisionList.from_dict(content, models=models | {model.sha256: b"99"})


def test_a_foreign_model_sees_only_rows_that_wait_for_it():
    """ONNX models are run on rows that are still unanswered, and not at all where there are none."""
    columns = Columns.of({"age": [5, 15, 25, 35, None]})
    host = Answers.of(Form.DECISION, [0, 0, 0, 1, 1])
    model = DecisionList(
        SPACE,
        (
            Update(onnx(30), onnx(20), "00"),
            Update("age < 10", Constant("no"), "01"),
        ),
    )
    runner = EchoRunner()
    assert model.predict(columns, host, runner=runner).codes.tolist() == [0, 1, 0, 1, 1]
    assert runner.seen == [[15, 25, 35, None], [15, 25]]
    everybody = model.updated(Update("age is missing or age >= 0", Constant("yes"), "02"))
    runner = EchoRunner()
    assert everybody.predict(columns, host, runner=runner).codes.tolist() == [1] * 5
    assert runner.seen == []


def test_without_a_runner_foreign_models_are_refused():
    """A list with an ONNX model is not evaluated by default."""
    model = DecisionList(SPACE, (Update("age < 30", onnx(20), "00"),))
    with pytest.raises(ClaimError, match="accepts no ONNX models"):
        model.predict(Columns.of({"age": [20]}), Answers.of(Form.DECISION, [0]))


def test_rules_that_leave_an_answer_leave_that_of_the_version_before():
    """Where no rule holds, the row goes on as at the version before, not at the host's."""
    columns = Columns.of({"age": [20, 30, 40]})
    model = DecisionList(
        SPACE,
        (
            Update("age < 35", Constant("yes"), "00"),
            Update("age > 0", Rules((("age > 35", "yes"),)), "01"),
        ),
    )
    told = model.explain(columns, Answers.of(Form.DECISION, [0, 0, 0]), [0, 1, 2])
    assert [(each.answer, each.node) for each in told] == [("yes", 0), ("yes", 0), ("yes", 1)]
    assert told[2].text == "row 2: age > 0 (node 1): 'yes' if age > 35, else as before, so 'yes'"


@pytest.mark.parametrize("version", [-1, 2])
def test_a_pointer_goes_to_an_earlier_version_only(version):
    """A pointer to a version that is not there yet is refused and its reach named."""
    with pytest.raises(BountyError, match=re.escape(f"node 1 is a pointer to version {version}; it can go")):
        DecisionList(SPACE, (Update("age < 30", Constant("yes"), "00"), Pointer("age < 20", version)))


def test_unknown_versions_rows_and_lengths_are_refused():
    """Versions, rows and lengths that do not exist or agree are named."""
    model = DecisionList(SPACE, (Update("age < 30", Constant("yes"), "00"),))
    columns, host = Columns.of({"age": [20, 30]}), Answers.of(Form.DECISION, [0, 0])
    with pytest.raises(UsageError, match="no version 2; the list has versions 0 to 1"):
        model.version(2)
    with pytest.raises(UsageError, match="no row 2; the rows are 0 to 1"):
        model.explain(columns, host, [0, 2])
    with pytest.raises(UsageError, match="columns 2, the host's answers 3"):
        model.predict(columns, Answers.of(Form.DECISION, [0, 0, 0]))
    with pytest.raises(UsageError, match="the list gives decision answers; decision, score was handed in"):
        model.predict(columns, host, alternatives={"large": Answers.of(Form.SCORE, [0, 900])})
    with pytest.raises(UsageError, match="answers of 'large' 1"):
        model.predict(columns, host, alternatives={"large": Answers.of(Form.DECISION, [0])})


def test_an_alternative_that_is_not_handed_in_is_named():
    """Evaluating a list needs the answers of the models that it uses."""
    model = DecisionList(SPACE, (Update("age < 30", Alternative("large-v3"), "00"),))
    assert model.alternatives() == ("large-v3",)
    host = Answers.of(Form.DECISION, [0])
    with pytest.raises(ClaimError, match=r"use 'large-v3'.*Did you mean 'large-v2'"):
        model.predict(Columns.of({"age": [20]}), host, alternatives={"large-v2": host})


@pytest.mark.parametrize(
    "content",
    [
        {"group": "age < 25"},
        {"group": "age < 25", "version": "0"},
        {"group": "age < 25", "version": True},
        {"group": "age < 25", "version": 0, "model": {"predict": "yes"}},
        {"group": "age < 25", "model": {"predict": "yes"}},
        {"group": "age < 25", "model": {"code": "yes"}, "claim": "00"},
        {"group": "age < 25", "model": "yes", "claim": "00"},
        {"group": 7, "version": 0},
        {"version": 0},
    ],
)
def test_what_is_no_node_is_refused(content):
    """A node that lacks a part, or has one of another type, is refused and shown."""
    with pytest.raises(BountyError, match=r"is no node of a decision list; a node has 'group'"):
        node_from_dict(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "bounty.list/9"}, "its schema is 'bounty.list/9'"),
        ({"space": {"form": "maybe", "classes": []}}, "damaged: ValueError"),
        ({"space": {"form": "decision"}}, "damaged: KeyError"),
        ({"space": None}, "damaged: TypeError"),
        ({"nodes": [3]}, "damaged: TypeError"),
    ],
)
def test_a_damaged_list_is_refused(change, message):
    """A list of another schema, or with parts that cannot be read, is refused."""
    with pytest.raises(BountyError, match=message):
        DecisionList.from_dict(DecisionList(SPACE).to_dict() | change)


def test_nodes_say_in_words_what_they_do():
    """Nodes and groups read as words."""
    assert Update("a", Rules((("age < 25", "yes"),), "no"), "0").words == "'yes' if age < 25, else 'no'"
    assert Update("a", Alternative("large"), "0").words == "the model 'large'"
    assert Update("a", onnx(3), "0").words == f"the ONNX model {onnx(3).sha256[:8]}"
    assert group_words(onnx(3)).endswith("answers 1")
    assert node_to_dict(Pointer(onnx(3), 0)) == {"group": {"onnx": onnx(3).sha256}, "version": 0}
