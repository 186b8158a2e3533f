"""Claim files: what is read, what is refused and how it is said, and that nothing but ClaimError escapes."""

from __future__ import annotations

import json
import os
import tomllib
import unicodedata
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, OnnxModel, Rules
from bounty.claims.files import claim_of, model_files, read_claim, save_claim, write_claim
from bounty.claims.files.attached import MOST_MODEL_BYTES
from bounty.claims.files.documents import MOST_BYTES, document_of
from bounty.claims.files.reading import ABOUT, MOST_RULES
from fairkit.errors import ClaimError, OutputError

DISPARITY = """\
claim = "disparity"
loss = "false_negative"
group = "race == 'Black' and sex == 'Female'"
compare = "rest"
margin = 0.020
[about]
title = "Missed"
harm = '''
Care is refused.
Twice.'''
"""
DISPARITY_YAML = """\
claim: disparity
loss: false_negative
group: sex == 'Female' and race == 'Black'
compare: rest
margin: 2.0e-2
about:
  title: Missed
  harm: |
    Care is refused.
    Twice.
"""
RULES = """\
claim = "repair"
loss = "error"
group = "age < 25"
[model]
otherwise = "no"
[[model.rules]]
when = "income >= 50000"
predict = "yes"
[[model.rules]]
when = "not (age >= 20)"
predict = 0.50
"""
RULES_YAML = """\
claim: repair
loss: error
group: 25 > age
model:
  rules:
  - {when: income >= 50000, predict: yes}
  - {when: age < 20, predict: 0.50}
  otherwise: no
"""


def problems_of(content, folder=None):
    """Give the problems of a document that is refused."""
    with pytest.raises(ClaimError) as caught:
        claim_of(content, folder=folder)
    return caught.value.problems


def refusal(text, suffix=".toml"):
    """Give the message with which a file's text is refused."""
    with pytest.raises(ClaimError) as caught:
        claim_of(document_of(text if isinstance(text, bytes) else text.encode(), suffix))
    return str(caught.value)


def disparity(**changes):
    """Give the content of a claim that can be read, with changes."""
    return {"claim": "disparity", "loss": "error", "group": "age < 25"} | changes


def repair(model, **changes):
    """Give the content of a repair that can be read, with changes."""
    return {"claim": "repair", "loss": "error", "group": "age < 25", "model": model} | changes


# --- what is read ---


@pytest.mark.parametrize(("text", "suffix"), [(DISPARITY, ".toml"), (DISPARITY_YAML, ".yaml")])
def test_a_disparity_is_read(text, suffix, tmp_path):
    """A disparity is read alike from both formats, its predicate and margin in one form."""
    path = tmp_path / f"claim{suffix}"
    path.write_text(text)
    claim = read_claim(path)
    group = "race == 'Black' and sex == 'Female'"
    assert claim == Claim(ClaimKind.DISPARITY, "false_negative", group, "rest", "0.02")
    assert dict(claim.about) == {"title": "Missed", "harm": "Care is refused.\nTwice."}


@pytest.mark.parametrize(("text", "suffix"), [(RULES, ".toml"), (RULES_YAML, ".yml")])
def test_a_repair_by_rules_is_read(text, suffix):
    """Rules are read alike from both formats, in order, and YAML's yes and no are words."""
    claim = claim_of(document_of(text.encode(), suffix))
    rules = Rules((("income >= 50000", "yes"), ("age < 20", "0.50")), "no")
    assert claim == Claim(ClaimKind.REPAIR, "error", "age < 25", model=rules)


@pytest.mark.parametrize(
    ("model", "made"),
    [
        ({"predict": "yes"}, Constant("yes")),
        ({"predict": True}, Constant("True")),
        ({"predict": 3}, Constant("3")),
        ({"predict": Decimal("3.10")}, Constant("3.10")),
        ({"predict": 0.25}, Constant("0.25")),
        ({"use": "large-v3"}, Alternative("large-v3")),
        ({"rules": [{"when": "sex == 'F'", "predict": "no"}]}, Rules((("sex == 'F'", "no"),))),
    ],
)
def test_each_kind_of_model_is_read(model, made):
    """A constant, another model of the host and rules become the models that they name."""
    assert claim_of(repair(model)).model == made


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (0, "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("0.020"), "0.02"),
        (Decimal("2e-2"), "0.02"),
        (".5", "0.5"),
        ("0.999999999999", "0.999999999999"),
        (0.1, "0.1"),
        (1e-12, "0.000000000001"),
    ],
)
def test_a_margin_has_one_spelling(written, kept):
    """A margin is kept as the shortest decimal text, without rounding."""
    assert claim_of(disparity(margin=written)).margin == kept


@pytest.mark.parametrize(
    "margin",
    [
        1,
        -1,
        Decimal("1.0"),
        Decimal("-0.1"),
        Decimal("nan"),
        Decimal("inf"),
        float("nan"),
        Decimal("0.0000000000001"),
        Decimal("1e-999999"),
        Decimal("1e999999"),
        10**5000,
        "0x1",
        "1_0",
        "",
        ".",
        "0.1 ",
        "\u0660.\u0661",
        "9" * 10_000,
        True,
        None,
        [0.1],
    ],
    ids=range(21),
)
def test_other_margins_are_refused(margin):
    """A margin out of range, too fine or of another kind is one problem at its place."""
    (problem,) = problems_of(disparity(margin=margin))
    assert problem.startswith("$.margin is ")
    assert len(problem) < 250


def test_every_problem_is_told_at_once():
    """All that is wrong with a file is said in one error, each with its place."""
    rules = [{"when": "age < 5", "predict": "a"}, {"when": "f(x)", "predict": []}, {"wen": 1}, 7]
    problems = problems_of(
        {
            "claim": "repairs",
            "los": "error",
            "group": "age <",
            "group_model": 5,
            "compare": 3,
            "margin": "much",
            "model": {"rules": rules, "use": 1, "otherwise": None},
            "about": {"titel": "x", "harm": "\u202e"},
        }
    )
    for place in (
        "$.los ",
        "$.claim ",
        "$.loss ",
        "$.group and $.group_model ",
        "$.group_model ",
        "$.compare ",
        "$.margin ",
        "$.model ",
        "$.model.use ",
        "$.model.rules[1].when: ",
        "$.model.rules[1].predict ",
        "$.model.rules[2].wen ",
        "$.model.rules[2].when ",
        "$.model.rules[2].predict ",
        "$.model.rules[3] ",
        "$.model.otherwise ",
        "$.about.titel ",
        "$.about.harm ",
    ):
        assert any(problem.startswith(place) for problem in problems), place
    assert any("Did you mean 'title'?" in problem for problem in problems)


def test_a_flood_of_problems_is_cut():
    """A file with thousands of problems is answered with twenty and a count."""
    problems = problems_of({f"key{i}": i for i in range(10_000)})
    assert len(problems) <= 30
    assert "more problems" in problems[-1]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (disparity(model={"predict": "yes"}), "$.model belongs to a repair"),
        (repair({"predict": "yes"}, margin=0), "$.margin belongs to a disparity"),
        (repair({"predict": "yes"}, compare="rest"), "$.compare belongs to a disparity"),
        (disparity(claim="repair"), "$.model is missing"),
        (repair({}), "$.model is empty"),
        (repair({"predict": "yes", "use": "x"}), "$.model has predict and use"),
        (repair({"predict": "yes", "otherwise": "no"}), "$.model.otherwise belongs to rules"),
        (repair({"predict": 2**60}), "$.model.predict is too large"),
        (repair({"predict": "a\nb"}), "$.model.predict has the control character U+000A"),
        (repair({"predict": "a" * 201}), "$.model.predict has 201 characters"),
        (repair({"use": "\ud800"}), "$.model.use has the control character U+D800"),
        (repair({"rules": []}), "$.model.rules has 0 entries"),
        (repair({"rules": [{"when": "a", "predict": 1}] * (MOST_RULES + 1)}), "$.model.rules has 65 entries"),
        (repair([]), "$.model is a list"),
        (disparity(loss="eror"), "$.loss is 'eror'"),
        (disparity(about="text"), "$.about is text"),
        (disparity(about={"title": "a\nb"}), "$.about.title has the control character"),
        (disparity(about={"harm": "x" * (ABOUT["harm"] + 1)}), "$.about.harm has 4,001 characters"),
        (disparity(about={"harm": "a\x1b[2J"}), "$.about.harm has the control character U+001B"),
        (disparity(group=5), "$.group is a number"),
        ({}, "$.claim is missing"),
        ({5: 6}, "$. is no key"),
    ],
)
def test_what_does_not_fit_is_named(content, place):
    """Each thing that does not belong is one problem that begins with its place."""
    assert any(problem.startswith(place) for problem in problems_of(content))


@pytest.mark.parametrize(
    ("written", "kept"),
    [("rest", "rest"), ("overall", "overall"), ("rest == True", "rest == True"), ("`rest`", "rest == True")],
)
def test_a_column_called_rest_is_not_the_rest(written, kept):
    """The bare words are the comparison; a boolean column of that name is meant by any other spelling."""
    assert claim_of(disparity(compare=written)).compare == kept


def test_no_table_is_refused():
    """A document that is a list or a text is no claim."""
    with pytest.raises(ClaimError, match="a claim is a table"):
        claim_of(["claim"])


# --- the formats ---


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1", "anchors are not read"),
        ("a: &x [1]\nb: *x", "anchors are not read"),
        ("a: *x", "aliases are not read"),
        ("&k a: 1", "a key is one word"),
        ("a: !!python/object/apply:os.system [id]", "tags are not read"),
        ("a: !!str 5", "tags are not read"),
        ("!x {a: 1}", "tags are not read"),
        ("!!str a: 1", "a key is one word"),
        ("a: 1\na: 2", "'a' is written twice"),
        ("a: 1\n---\nb: 2", "second document"),
        ("%YAML 1.1\n---\na: 1", "directives are not read"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "directives are not read"),
        ("- a", "holds no table"),
        ("just text", "holds no table"),
        ("? [a, b]\n: 1", "a key is one word"),
        ("a: [1", "is no YAML"),
        ('a: "\\U00110000"', "is no YAML"),
        ("a: \x01", "is no YAML"),
        ("\ta: 1", "is no YAML"),
        ("a: " + "[" * 9 + "]" * 9, "nested more than 8 deep"),
        ("a: " + "[" * 60_000, "opening brackets"),
        ("- " * 9 + "a", "nested more than 8 deep"),
        ("a: b\n" * 10_000, "written twice"),
        ("".join(f"a{i}: b\n" for i in range(5_000)), "has more than 2,000 parts"),
        ("a: " + "9" * 5_000 + "\n", "out of range"),
        ("a: 1e99999999999999999999\n", "out of range"),
    ],
    ids=range(26),
)
def test_yaml_that_no_claim_needs_is_refused(text, message):
    """Anchors, aliases, tags, directives, equal keys, second documents and deep nests are refused by name."""
    assert message in refusal(text, ".yaml")


def test_laughing_yaml_is_refused():
    """The billion laughs are refused at their first anchor, before anything unfolds."""
    laughs = 'a: &a ["lol"]\n' + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "line 1: anchors are not read" in refusal(laughs, ".yaml")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("off", "off"),
        ("2020-01-01", "2020-01-01"),
        ("1:30", "1:30"),
        ("0x1f", "0x1f"),
        ("010", 10),
        (".nan", ".nan"),
        ("'5'", "5"),
        ("true", True),
        ("-5", -5),
        ("1e-3", Decimal("0.001")),
        ("=", "="),
        ("", None),
        ("~", None),
    ],
)
def test_yaml_means_what_it_says(written, read):
    """Only true, false, null and decimal numbers are more than words."""
    value = document_of(f"a: {written}".encode(), ".yaml")["a"]
    assert (type(value), value) == (type(read), read)


def test_an_empty_file_is_an_empty_claim():
    """Empty files of either format are told what is missing."""
    for suffix in (".toml", ".yaml"):
        assert "$.claim is missing" in refusal("", suffix)
        assert "$.claim is missing" in refusal("# nothing\n", suffix)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "is no TOML"),
        ("a = 1\na = 2", "is no TOML"),
        ("a = " + "[" * 20_000, "nested more than 8 brackets"),
        ("a = " + "{a=" * 9, "nested more than 8 brackets"),
        ("a." * 20_000 + "a = 1", "more than 256 dots"),
        ("[" + "a." * 20_000 + "a]", "more than 256 dots"),
        ("[" + "'a'." * 10_000 + "a]", "more than 256 dots"),
        ('a = """' + "." * 5_000, "is no TOML"),
        ("a = '''" + "[" * 5_000, "is no TOML"),
        ("a = 1" + "0" * 5_000, "is no TOML"),
        ("a = 1e99999999999999999999", "is no TOML"),
        ('a = "\\ud800"', "is no TOML"),
        ("a = '\x00'", "is no TOML"),
        (b"a = '\xff'", "no UTF-8 text (byte 6)"),
        ("a = '" + "x" * MOST_BYTES + "'", "too large"),
    ],
    ids=range(15),
)
def test_toml_that_no_claim_needs_is_refused(text, message):
    """Broken, deep, dotted and oversized TOML is refused by name."""
    assert message in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = '" + "." * 500 + "[[[[[[[[[['",
        'a = "\\"' + "." * 500 + "[[[[[[[[[[" + '"',
        'a = """""' + "." * 500 + "[" * 20 + '\\""""""',
        "a = '''''" + "." * 500 + "[" * 20 + "'''''",
        "# " + "." * 500 + "[" * 20 + '"\na = 1',
    ],
)
def test_brackets_and_dots_in_quotes_are_text(text):
    """What stands in TOML's strings and comments does not count as structure."""
    assert "a" in document_of(text.encode(), ".toml")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="\"'\\#.[]{}=a\n ,", max_size=60))
def test_counting_brackets_refuses_no_good_toml(text):
    """Whatever shallow TOML the library reads, the reader reads too: it cuts strings out as TOML does."""
    try:
        expected = tomllib.loads(text)
    except ValueError:
        return
    assert document_of(text.encode(), ".toml") == expected


@pytest.mark.parametrize("suffix", ["", ".txt", ".json", ".tom", ".yaml\x1b"])
def test_other_endings_are_refused(suffix):
    """A file that ends otherwise is refused by its ending."""
    assert "ends in" in refusal("", suffix)


# --- files ---


def test_a_missing_claim_file_is_a_claim_error(tmp_path):
    """A path that is missing, a folder, a pipe or a link is refused, and nothing waits."""
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "real.toml").write_text(DISPARITY)
    (tmp_path / "link.toml").symlink_to(tmp_path / "real.toml")
    (tmp_path / "folder.toml").mkdir()
    for name in ("missing.toml", "pipe.toml", "link.toml", "folder.toml", "a\0b.toml"):
        with pytest.raises(ClaimError, match="no claim file"):
            read_claim(tmp_path / name)


def test_models_beside_the_claim_are_read(tmp_path):
    """A model is read from the claim's own folder and known by its hash, which enters the claim's."""
    (tmp_path / "g.onnx").write_bytes(b"abc")
    (tmp_path / "h.v2.onnx").write_bytes(b"abd")
    (tmp_path / "claim.toml").write_text(
        'claim = "repair"\nloss = "error"\ngroup_model = "g.onnx"\n[model]\nonnx = "h.v2.onnx"\n'
    )
    claim = read_claim(tmp_path / "claim.toml")
    assert isinstance(claim.group, OnnxModel)
    assert isinstance(claim.model, OnnxModel)
    assert (claim.group.content, claim.model.content) == (b"abc", b"abd")
    assert claim.group.sha256[:8] == "ba7816bf"
    (tmp_path / "h.v2.onnx").write_bytes(b"abe")
    assert read_claim(tmp_path / "claim.toml").hash != claim.hash


@pytest.mark.parametrize(
    "name",
    [
        "../g.onnx",
        "/etc/passwd",
        "/etc/passwd.onnx",
        "sub/g.onnx",
        "sub\\g.onnx",
        "..\\g.onnx",
        ".onnx",
        "..onnx",
        ".g.onnx",
        "g..onnx",
        "g.onnx/",
        "g.onnx\0",
        "g.ONNX ",
        "C:g.onnx",
        "g.onnx:stream",
        "~/g.onnx",
        "$HOME.onnx",
        "file:///g.onnx",
        "g\n.onnx",
        "-rf.onnx",
        "\u202eg.onnx",
        "g" * 200 + ".onnx",
        "g.pkl",
        "",
        "link.onnx",
        "loop.onnx",
        "folder.onnx",
        "pipe.onnx",
        "missing.onnx",
    ],
)
def test_no_other_file_is_read(name, tmp_path):
    """Paths, links, pipes and odd names are refused, so a claim opens nothing but plain files beside it."""
    (tmp_path / "sub").mkdir()
    inside = tmp_path / "claims"
    inside.mkdir()
    for place in (tmp_path, tmp_path / "sub", inside):
        (place / "g.onnx").write_bytes(b"abc")
    (inside / "link.onnx").symlink_to(tmp_path / "g.onnx")
    (inside / "loop.onnx").symlink_to(inside / "loop.onnx")
    (inside / "folder.onnx").mkdir()
    os.mkfifo(inside / "pipe.onnx")
    (problem,) = problems_of(repair({"onnx": name}), inside)
    assert problem.startswith("$.model.onnx: ")


def test_a_model_that_is_too_large_is_refused(tmp_path):
    """A file of more than eight mebibytes is refused, from a folder as from an upload."""
    (tmp_path / "g.onnx").write_bytes(bytes(MOST_MODEL_BYTES + 1))
    for folder in (tmp_path, {"g.onnx": bytes(MOST_MODEL_BYTES + 1)}):
        assert "too large" in problems_of(repair({"onnx": "g.onnx"}), folder)[0]
    assert claim_of(repair({"onnx": "g.onnx"}), folder={"g.onnx": bytes(MOST_MODEL_BYTES)})


def test_a_claim_without_files_names_none():
    """Where no files came along, a claim that names one is told so."""
    assert "came without files" in problems_of(repair({"onnx": "g.onnx"}))[0]


# --- writing ---

ANSWERS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
)
PREDICATES = st.sampled_from(
    ["age < 25", "`a b` == 'it\\'s \"so\"'", "18 <= age < 40 and sex == 'F'", "home"]
)
MODELS = st.one_of(
    st.builds(Constant, ANSWERS),
    st.builds(Alternative, st.sampled_from(["large-v3", 'a"b\\c', "\u00e9\u4e2d"])),
    st.builds(
        Rules,
        st.lists(st.tuples(PREDICATES, ANSWERS), min_size=1, max_size=4).map(tuple),
        st.none() | ANSWERS,
    ),
)
ABOUTS = st.dictionaries(
    st.sampled_from(sorted(ABOUT)),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30),
)
CLAIMS = st.one_of(
    st.builds(
        Claim,
        st.just(ClaimKind.DISPARITY),
        st.sampled_from(["error", "ratio"]),
        PREDICATES,
        st.sampled_from(["overall", "rest", "age < 25"]),
        st.sampled_from(["0", "0.02", "0.000000000001"]),
        about=ABOUTS,
    ),
    st.builds(Claim, st.just(ClaimKind.REPAIR), st.just("error"), PREDICATES, model=MODELS, about=ABOUTS),
)


def canonical(claim):
    """Give a claim with its predicates as the language keeps them."""
    from fairkit.predicates import parse

    model = claim.model
    if isinstance(model, Rules):
        cases = tuple((parse(when).canonical, answer) for when, answer in model.cases)
        model = Rules(cases, model.otherwise)
    group = parse(claim.group).canonical
    return Claim(claim.kind, claim.loss, group, claim.compare, claim.margin, model, claim.about)


@settings(max_examples=100, deadline=None)
@given(CLAIMS)
def test_what_is_written_reads_back(claim):
    """A written claim reads back with the same hash and the same words around it, from both formats."""
    claim = canonical(claim)
    text = write_claim(claim)
    again = claim_of(document_of(text.encode(), ".toml"))
    assert (again, again.hash, dict(again.about)) == (claim, claim.hash, dict(claim.about))
    as_json = json.dumps(document_of(text.encode(), ".toml"), default=str, ensure_ascii=False)
    assert claim_of(document_of(as_json.encode(), ".yaml")) == claim  # JSON is YAML


def test_models_are_saved_beside_the_claim(tmp_path):
    """A saved claim brings its ONNX files, and the folder reads back as the same claim."""
    import hashlib

    group, model = (OnnxModel(hashlib.sha256(text).hexdigest(), text) for text in (b"g", b"h"))
    claim = Claim(ClaimKind.REPAIR, "error", group, model=model)
    path = save_claim(claim, tmp_path / "claim.toml")
    assert read_claim(path) == claim
    assert len(model_files(claim)) == len(list(tmp_path.glob("*.onnx"))) == 2


@pytest.mark.parametrize(
    "claim",
    [
        Claim(ClaimKind.DISPARITY, "error", "25 > age"),
        Claim(ClaimKind.DISPARITY, "error", "age <"),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="0.020"),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="2\nclaim = 5"),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "\x7f"}),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "\ud800"}),
        Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("\ud800")),
        Claim(ClaimKind.REPAIR, "error", "age < 25", model=OnnxModel("00ff" * 16, b"abc")),
        Claim(ClaimKind.REPAIR, "error", "age < 25"),
    ],
    ids=range(9),
)
def test_a_claim_that_no_file_can_hold_is_not_written(claim):
    """What would read back as another claim, or not at all, is refused before it is written."""
    with pytest.raises(ClaimError, match="cannot be written"):
        write_claim(claim)


def test_a_claim_is_saved_as_toml_only(tmp_path):
    """Another ending, or a folder that is not there, is an output error."""
    claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    with pytest.raises(OutputError, match=r"name the file claim\.toml"):
        save_claim(claim, tmp_path / "claim.yaml")
    with pytest.raises(OutputError, match="could not be written"):
        save_claim(claim, tmp_path / "no" / "claim.toml")


# --- fuzzing ---


def reads_or_refuses(content, suffix):
    """Read bytes; whatever is accepted must write back as itself."""
    try:
        claim = claim_of(document_of(content, suffix), folder={"g.onnx": b"abc"})
    except ClaimError as error:
        said = str(error)
    else:
        said = ""
        assert claim_of(document_of(write_claim(claim).encode(), ".toml"), folder=model_files(claim)) == claim
    assert not {unicodedata.category(letter) for letter in said.replace("\n", "")} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    }
    assert len(said) < 20_000


SUFFIXES = st.sampled_from([".toml", ".yaml"])


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), SUFFIXES)
def test_any_bytes_are_read_or_refused(content, suffix):
    """No bytes make anything but ClaimError escape."""
    reads_or_refuses(content, suffix)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="claimdsrty:=-?&*!%|>'\"\\[]{},#<. \n\t0x\u2028\ufeff\ud7ff", max_size=80), SUFFIXES)
def test_any_text_of_the_formats_is_read_or_refused(text, suffix):
    """No arrangement of the formats' own characters makes anything but ClaimError escape."""
    reads_or_refuses(text.encode(), suffix)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(
        [(DISPARITY, ".toml"), (DISPARITY_YAML, ".yaml"), (RULES, ".toml"), (RULES_YAML, ".yml")]
    ),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4
    ),
)
def test_damaged_files_are_read_or_refused(file, cuts):
    """A good file with parts cut out and bytes put in is read or refused with ClaimError."""
    text, suffix = file
    content = text.encode()
    for start, length, inserted in cuts:
        place = start % len(content) if content else 0
        content = content[:place] + inserted + content[place + length :]
    reads_or_refuses(content, suffix)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["claim", "loss", "group", "group_model", "compare", "margin", "model", "about"]),
        JSON
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("predict", "use", "rules", "otherwise"), JSON))
        | st.sampled_from(["repair", "disparity", "error", "age < 25"]),
        max_size=8,
    )
)
def test_any_document_is_a_claim_or_refused(content):
    """No document of the right keys makes anything but ClaimError escape."""
    try:
        claim = claim_of(content)
    except ClaimError:
        return
    assert isinstance(claim, Claim)


def test_the_folder_of_a_claim_may_be_relative(tmp_path, monkeypatch):
    """A claim in the working folder finds the files beside it."""
    monkeypatch.chdir(tmp_path)
    Path("g.onnx").write_bytes(b"abc")
    Path("claim.toml").write_text('claim = "disparity"\nloss = "error"\ngroup_model = "g.onnx"\n')
    assert isinstance(read_claim("claim.toml").group, OnnxModel)
