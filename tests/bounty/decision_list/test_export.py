"""Exported lists answer as the list does, bit for bit, and nothing a hunter writes can become code."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from random_lists import HOMES, OTHERS, SPACES, random_case

from bounty.claims.claim import Alternative, Constant, OnnxModel, Rules
from bounty.decision_list.export import to_onnx, to_python
from bounty.decision_list.pointer_list import DecisionList, Pointer, Update
from bounty.rows.answers import STEPS, Answers, AnswerSpace, Form
from bounty.rows.columns import Columns
from fairkit.errors import BountyError
from fairkit.predicates import Comparison, Missing, Or, build, parse

KINDS = {"age": "number", "the home": "text", "member": "bool"}
SPACE = SPACES[Form.DECISION]


def answered(space, codes):
    """Give answers as values."""
    return [space.answer(code) for code in codes.tolist()]


def as_lines(case):
    """Give the rows of a case as the exported program reads them."""
    space, split = case.list.space, case.split
    host = answered(space, split.host.codes)
    others = {name: answered(space, answers.codes) for name, answers in split.alternatives.items()}
    return [
        {
            "row": {name: values[row] for name, values in case.raw.items()},
            "host": host[row],
            "alternatives": {name: answers[row] for name, answers in others.items()},
        }
        for row in range(split.rows)
    ]


def run(text, lines, folder):
    """Run an exported program on its own, isolated from this environment."""
    path = folder / "model.py"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", str(path)],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def loaded(model, kinds=KINDS):
    """Give the names of an exported program."""
    names = {"__name__": "exported"}
    exec(to_python(model, kinds), names)  # noqa: S102
    return names


def ran(content, inputs):
    """Run an exported graph."""
    session = onnxruntime.InferenceSession(content)
    wanted = {each.name: each.type for each in session.get_inputs()}
    given = {name: np.array(inputs[name], dtype=DTYPES[kind]) for name, kind in wanted.items()}
    return session.run(["answer"], given)[0].tolist()


DTYPES = {"tensor(string)": object, "tensor(double)": np.float64, "tensor(int64)": np.int64}


def as_inputs(case, missing_text=""):
    """Give the rows of a case as the exported graph reads them."""
    space, split = case.list.space, case.split
    gone = {"age": np.nan, "member": np.nan, "the home": missing_text}
    columns = {
        name: [gone[name] if value is None else value for value in values]
        for name, values in case.raw.items()
    }
    others = {f"alternative_{name}": answered(space, split.alternatives[name].codes) for name in OTHERS}
    return columns | others | {"host_answer": answered(space, split.host.codes)}


@pytest.mark.parametrize("form", list(Form))
def test_the_python_file_answers_as_the_list_does(form, tmp_path):
    """Run on its own, the file gives every row the very answer of the list, missing values included."""
    for seed in range(3):
        case = random_case(seed, form, nodes=30)
        found = run(to_python(case.list, KINDS), as_lines(case), tmp_path)
        assert found == answered(case.list.space, case.predicted().codes)


@pytest.mark.parametrize("form", list(Form))
def test_the_python_file_agrees_on_many_lists(form):
    """Over many random lists, row by row, the file's function answers as the list does."""
    for seed in range(100, 115):
        case = random_case(seed, form, rows=60)
        predict = loaded(case.list)["predict"]
        found = [predict(**line) for line in as_lines(case)]
        assert found == answered(case.list.space, case.predicted().codes)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("missing_text", ["", "?"])
def test_the_onnx_file_answers_as_the_list_does(form, missing_text):
    """The graph gives every row the very answer of the list, missing values included."""
    for seed in range(200, 208):
        case = random_case(seed, form)
        content = to_onnx(case.list, KINDS, missing_text=missing_text)
        found = ran(content, as_inputs(case, missing_text))
        assert found == answered(case.list.space, case.predicted().codes)


@pytest.mark.parametrize("write", [to_python, to_onnx])
def test_scores_are_put_on_the_grid_of_the_bounty(write):
    """A host's raw scores come out as the list rounds them, ties to even, to the last bit."""
    space = AnswerSpace(Form.SCORE, (), -0.7, 1.9)
    model = DecisionList(space, (Update("age < 10", Constant("0.1234"), "00"),))
    rng = np.random.default_rng(0)
    raw = [*rng.uniform(-0.7, 1.9, 500).tolist(), -0.7, 1.9]
    raw += [space.low + (space.high - space.low) * (step + 0.5) / STEPS for step in range(0, 1000, 7)]
    ages = [*rng.integers(5, 15, len(raw)).tolist()]
    host = Answers.of(Form.SCORE, [space.code(repr(score)) for score in raw])
    expected = answered(space, model.predict(Columns.of({"age": ages}), host).codes)
    if write is to_python:
        predict = loaded(model)["predict"]
        found = [predict({"age": age}, score) for age, score in zip(ages, raw, strict=True)]
    else:
        found = ran(to_onnx(model, KINDS), {"age": ages, "host_answer": raw})
    assert found == expected


@pytest.mark.parametrize("write", [to_python, to_onnx])
def test_the_same_list_gives_the_same_file(write):
    """Exporting twice gives the same bytes."""
    case = random_case(5, Form.CLASSES)
    assert write(case.list, KINDS) == write(random_case(5, Form.CLASSES).list, KINDS)


@pytest.mark.parametrize("write", [to_python, to_onnx])
def test_an_empty_list_is_the_host(write):
    """Without nodes, the host's answer comes through."""
    content = write(DecisionList(SPACE), KINDS)
    if write is to_onnx:
        assert ran(content, {"host_answer": ["no", "yes"]}) == ["no", "yes"]
    else:
        assert loaded(DecisionList(SPACE))["predict"]({}, "yes") == "yes"


@pytest.mark.parametrize("write", [to_python, to_onnx])
def test_onnx_models_inside_a_list_are_refused_with_their_nodes(write):
    """A list with ONNX models is refused, every such node is named, and the way out is said."""
    foreign = OnnxModel("00ff" * 16, b"")
    nodes = (
        Update("age < 10", Constant("yes"), "00"),
        Update("age < 10", foreign, "01"),
        Pointer(foreign, 0),
    )
    with pytest.raises(BountyError) as refused:
        write(DecisionList(SPACE, nodes), KINDS)
    assert [problem[:29] for problem in refused.value.problems] == [
        "node 1 uses an ONNX model, wh",
        "node 2 uses an ONNX model, wh",
    ]
    assert "export the version before it: version(1)" in str(refused.value)
    assert write(DecisionList(SPACE, nodes).version(1), KINDS)


@pytest.mark.parametrize("write", [to_python, to_onnx])
def test_a_list_that_does_not_fit_the_columns_is_refused(write):
    """Columns that are not there, values of another kind and answers of another space are named at once."""
    nodes = (
        Update("aeg < 10", Constant("yes"), "00"),
        Pointer("age == 'old'", 0),
        Update("age < 10", Rules((("age < 5", "maybe"),)), "01"),
    )
    with pytest.raises(BountyError) as refused:
        write(DecisionList(SPACE, nodes), KINDS)
    first, second, third = refused.value.problems
    assert first.startswith("node 0: column 'aeg' is not in the data")
    assert "Did you mean 'age'" in first
    assert second.startswith("node 1: age == 'old': column 'age' holds numbers")
    assert third.startswith("node 2: predict 'maybe'")


HOSTILE = [
    "'''\nimport os\nos._exit(9)\n'''",
    '"""\nimport os\nos._exit(9)\n"""',
    "{predict} %s \\",
    "\n    raise SystemExit(9)  #",
    "'] or __import__('os')._exit(9) or row['",
    "\u2028\u202eraise SystemExit(9)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_hunters_write_stays_text(text, tmp_path):
    """Hostile names of columns, values, classes, models and hashes enter the file as literals only."""
    group = build(Or((Comparison("city", "==", text), Missing("city")))).canonical
    space = AnswerSpace(Form.CLASSES, ("no", text))
    nodes = (
        Update(group, Rules(((group, text),), "no"), text),
        Update("city == 'Rome'", Alternative(text), text),
    )
    model = DecisionList(space, nodes)
    written = to_python(model, {"city": "text"})
    calls = {
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for call in ast.walk(ast.parse(written))
        if isinstance(call, ast.Call)
    }
    assert calls <= {
        "Missing", "isinstance", "int", "float", "str", "ValueError", "join", "map", "len", "value", "values",
        "answer", "callable", "group", "then", "print", "dumps", "loads", "predict",
    }  # fmt: skip
    lines = [
        {"row": {"city": city}, "host": "no", "alternatives": {text: text}}
        for city in (text, None, "Rome", "Oslo")
    ]
    assert run(written, lines, tmp_path) == [text, text, text, "no"]
    inputs = {
        "city": [text, "", "Rome", "Oslo"],
        "host_answer": ["no"] * 4,
        f"alternative_{text}": [text] * 4,
    }
    assert ran(to_onnx(model, {"city": "text"}), inputs) == [text, text, text, "no"]


def test_hostile_names_of_columns_stay_text(tmp_path):
    """A column may be called anything."""
    name = "x'] or __import__('os')._exit(9) or \"\"\"row['"
    kinds = {name: "number"}
    model = DecisionList(SPACE, (Update(parse(f"`{name}` < 3").canonical, Constant("yes"), "00"),))
    lines = [{"row": {name: value}, "host": "no"} for value in (2, 3, None)]
    assert run(to_python(model, kinds), lines, tmp_path) == ["yes", "no", "no"]
    inputs = {name: [2, 3, np.nan], "host_answer": ["no"] * 3}
    assert ran(to_onnx(model, kinds), inputs) == ["yes", "no", "no"]


def test_the_python_file_refuses_values_it_cannot_compare():
    """Columns that are absent, values of another kind and answers that do not exist are named."""
    nodes = (
        Update("age < 10 and member", Constant("yes"), "00"),
        Update("age < 2", Alternative("big"), "01"),
    )
    predict = loaded(DecisionList(SPACE, nodes))["predict"]
    fine = {"age": 5, "member": True}
    with pytest.raises(ValueError, match="the row lacks columns 'age', 'member'; a missing value is None"):
        predict({}, "no", {"big": "no"})
    for row in ({"age": "5"}, {"age": True}, {"member": 1}, {"member": "True"}):
        with pytest.raises(ValueError, match=r"holds (number|bool); .* is something else"):
            predict(fine | row, "no", {"big": "no"})
    with pytest.raises(ValueError, match="answer 'maybe' is none of no, yes"):
        predict({"age": None, "member": None}, "maybe", {"big": "no"})
    with pytest.raises(ValueError, match="the list also needs the answers of 'big'"):
        predict(fine, "no")
    assert predict(fine, "no", {"big": "no"}) == "yes"


def test_the_python_file_takes_numbers_as_they_are_stored():
    """Numbers of NumPy are compared exactly as stored, NaN is missing, and True and False are decisions."""
    model = DecisionList(SPACE, (Update("age == 0.1", Constant("yes"), "00"), Pointer("age == 7", 0)))
    predict = loaded(model)["predict"]
    assert predict({"age": np.float32(0.1)}, "no") == "no"
    assert predict({"age": np.float64(0.1)}, "no") == "yes"
    assert predict({"age": np.int8(7)}, host=True) == "yes"
    assert predict({"age": float("nan")}, host=False) == "no"
    big = DecisionList(SPACE, (Update(f"age == {2**53}", Constant("yes"), "00"),))
    assert loaded(big)["predict"]({"age": 2**53 + 1}, "no") == "no"


def test_a_score_out_of_range_is_refused_by_the_python_file():
    """The host's model cannot give a score that the bounty's grid does not have."""
    predict = loaded(DecisionList(SPACES[Form.SCORE]))["predict"]
    for score in (-0.8, 2, float("nan")):
        with pytest.raises(ValueError, match=r"is not between -0\.7 and 1\.9"):
            predict({}, score)


def test_the_onnx_file_says_what_it_is():
    """Inputs are the columns read and the models' answers, operators are standard, notes are inside."""
    nodes = (
        Update("age < 10", Alternative("large"), "00"),
        Update("`the home` != 'own'", Constant("no"), "01"),
    )
    model = onnx.load_from_string(to_onnx(DecisionList(SPACE, nodes), KINDS, missing_text="?"))
    assert {each.name for each in model.graph.input} == {
        "age",
        "the home",
        "host_answer",
        "alternative_large",
    }
    assert [each.name for each in model.graph.output] == ["answer"]
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 19)]
    assert {node.domain for node in model.graph.node} == {""}
    notes = {each.key: each.value for each in model.metadata_props}
    assert (notes["classes"], notes["missing_text"], notes["form"]) == ('["no", "yes"]', "?", "decision")


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("`the home` < 'own'", "orders texts, which ONNX cannot; export to Python instead"),
        ("`the home` in ('own', '?')", r"tests for '\?', which stands for a missing text"),
        ("age < 3 and (member or `the home` != '?')", r"tests for '\?', which stands for a missing text"),
    ],
)
def test_what_onnx_cannot_say_is_refused(group, message):
    """Texts that are ordered, or tested for what stands for a missing one, are refused with the way out."""
    nodes = (Update("age < 10", Rules(((parse(group).canonical, "yes"),)), "00"),)
    with pytest.raises(BountyError, match=message):
        to_onnx(DecisionList(SPACE, nodes), KINDS, missing_text="?")
    assert to_python(DecisionList(SPACE, nodes), KINDS)


@pytest.mark.parametrize("name", ["host_answer", "answer", "alternative_large", "%0"])
def test_columns_that_clash_with_names_of_the_graph_are_refused(name):
    """A column named as another input, the output or an inner value of the graph is refused."""
    nodes = (Update(parse(f"`{name}` < 3").canonical, Alternative("large"), "00"),)
    with pytest.raises(BountyError, match=f"a column cannot be named '{name}' in an ONNX file"):
        to_onnx(DecisionList(SPACE, nodes), {name: "number"})


def test_the_rows_of_these_tests_are_varied():
    """The random rows have every text and missing values, so that agreement means something."""
    case = random_case(0, Form.DECISION, rows=400)
    assert set(case.raw["the home"]) == {*HOMES, None}
    hits = {
        each.node
        for each in case.list.explain(
            case.split.columns, case.split.host, range(400), alternatives=case.split.alternatives
        )
    }
    assert len(hits) > 4
