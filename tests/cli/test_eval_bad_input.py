"""`fairkit eval` on what cannot be judged: exit code 2, the culprit by name, nothing left behind."""

from __future__ import annotations

import json
import os

import pytest

USUAL = ("--label", "repaid", "--decision", "approved", "--by", "sex")
COLUMNS = ("sex", "repaid", "approved", "score", "weight")
GOOD = [("F", 1, 1, 0.9, 1), ("M", 0, 1, 0.2, 2), ("F", 0, 0, 0.4, 1), ("M", 1, 0, 0.7, 3)] * 20


def text(*lines: str) -> bytes:
    """Return lines as the bytes of a file."""
    return "".join(f"{line}\n" for line in lines).encode()


def table(rows, header=COLUMNS) -> bytes:
    """Return rows as the bytes of a CSV file."""
    return text(",".join(header), *(",".join(map(str, row)) for row in rows))


def with_column(position, *values) -> bytes:
    """Return the good rows with other values in one column, in turn."""
    rows = [list(row) for row in GOOD]
    for i, row in enumerate(rows):
        row[position] = values[i % len(values)]
    return table(rows)


# name: (file name, its bytes or None for no file, options, what the message must hold)
DATA = {
    "no such file": ("loan.csv", None, USUAL, ["there is no file 'loan.csv'", "Did you mean 'loans.csv'?"]),
    "no match of a glob": ("x*.csv", None, USUAL, ["no file matches 'x*.csv'"]),
    "empty file": ("data.csv", b"", USUAL, ["the file is empty", "'data.csv'"]),
    "no rows": ("data.csv", table([]), USUAL, ["data.csv has no rows"]),
    "unknown format": ("data.xlsx", b"PK", USUAL, ["'data.xlsx' has no known format", ".parquet"]),
    "not UTF-8": ("data.csv", "sex,é\n".encode("latin-1"), USUAL, ["'data.csv' is no UTF-8 text"]),
    "too many fields": (
        "data.csv",
        text("sex,repaid,approved", "F,1,1", "M,0,1,9"),
        USUAL,
        ["data.csv is ragged: line 3 has 4 fields where the header has 3"],
    ),
    "too few fields": (
        "data.csv",
        text("sex,repaid,approved", "F,1", "M,0,1"),
        USUAL,
        ["data.csv is ragged: line 2 has 2 fields where the header has 3"],
    ),
    "an open quote": ("data.csv", text("sex,repaid,approved", '"F,1,1', "M,0,1"), USUAL, ["ragged"]),
    "repeated column": (
        "data.csv",
        text("sex,repaid,repaid,approved", "F,1,0,1", "M,0,1,1"),
        USUAL,
        ["column 'repaid' appears more than once"],
    ),
    "damaged Parquet": ("data.parquet", b"PAR1" + bytes(100), USUAL, ["'data.parquet' cannot be read"]),
    "text called Parquet": ("data.parquet", b"a,b\n", USUAL, ["'data.parquet' cannot be read"]),
    "damaged Arrow": ("data.arrow", b"ARROW1" + bytes(50), USUAL, ["'data.arrow' cannot be read"]),
    "damaged JSON Lines": (
        "data.jsonl",
        text('{"sex": "F"', '{"sex'),
        USUAL,
        ["data.jsonl"],
    ),
    "unknown columns": (
        "data.csv",
        table(GOOD),
        (
            "--label",
            "repayed",
            "--decision",
            "aproved",
            "--by",
            "sx",
            "--weight",
            "wieght",
            "--cluster",
            "scor",
        ),
        [
            "5 problems",
            "column 'sx' is not in the data",
            "Did you mean 'sex'?",
            "decision column 'aproved'",
            "label column 'repayed'",
            "weight column 'wieght'",
            "cluster column 'scor'",
            "Did you mean 'score'?",
        ],
    ),
    "label of three values": (
        "data.csv",
        with_column(1, 0, 1, 2),
        USUAL,
        ["label 'repaid' must have two values, it has 3: '0', '1', '2'"],
    ),
    "label of texts": (
        "data.csv",
        with_column(1, "paid", "late"),
        USUAL,
        ["label 'repaid' has the values 'late', 'paid'; say which one is positive", "--positive"],
    ),
    "a positive value that never occurs": (
        "data.csv",
        with_column(1, "paid", "late"),
        (*USUAL, "--positive", "payed"),
        ["label 'repaid' never has the positive value 'payed'", "Did you mean 'paid'?"],
    ),
    "all labels missing": (
        "data.csv",
        with_column(1, ""),
        USUAL,
        ["none of the 80 rows has what is needed (label missing: 80)"],
    ),
    "negative weights": (
        "data.csv",
        with_column(4, 1, -1),
        (*USUAL, "--weight", "weight"),
        ["weight column 'weight' is missing, negative or not finite in 40 rows"],
    ),
    "weights of text": (
        "data.csv",
        with_column(4, 1, "heavy"),
        (*USUAL, "--weight", "weight"),
        ["column 'weight' must hold numbers"],
    ),
    "scores that are not finite": (
        "data.csv",
        with_column(3, 0.1, "nan", 0.9, "inf"),
        ("--score", "score", "--threshold", ".5", "--by", "sex"),
        ["score column 'score' is missing, NaN or infinite in 40 rows"],
    ),
    "scores of text": (
        "data.csv",
        table(GOOD),
        ("--label", "repaid", "--score", "sex", "--threshold", ".5", "--by", "sex"),
        ["column 'sex' must hold numbers"],
    ),
    "ten thousand levels": (
        "data.csv",
        table([(f"u{i}", i % 2, i // 2 % 2, 0, 1) for i in range(10_000)]),
        USUAL,
        ["column 'sex' has 10,000 levels (at most 1,000 are taken)", "--max-levels"],
    ),
    "missing clusters": (
        "data.csv",
        with_column(3, 1, ""),
        (*USUAL, "--cluster", "score"),
        ["cluster column 'score' is missing in 40 rows"],
    ),
    "an unknown reference group": (
        "data.csv",
        table(GOOD),
        (*USUAL, "--reference", "sex=X"),
        ["reference group 'sex=X' is not in the data (groups are 'sex=F', 'sex=M')"],
    ),
    "a predicate on an unknown column": (
        "data.csv",
        table(GOOD),
        (*USUAL, "--by", "low: scre < 0.3"),
        ["low", "column 'scre' is not in the data", "Did you mean 'score'?"],
    ),
}

CALLS = {
    "unknown metrics": (
        ("--metric", "tpr", "--metric", "acuracy"),
        ["2 problems", "'tpr' is spelled 'true_positive_rate'", "Did you mean 'accuracy'?"],
    ),
    "an unknown reference": (
        ("--reference", "sx=F"),
        ["reference 'sx' is not grouped by", "Did you mean 'sex'?"],
    ),
    "a reference of no form": (("--reference", "F"), ["reference 'F' is neither 'rest', 'best' nor"]),
    "half a predicate": (("--by", "low: score <"), ["group 'low'", "a literal is expected here"]),
    "a predicate that assigns": (("--by", "low: score = 1"), ["group 'low'", "'=='"]),
    "a predicate that calls": (("--by", "low: __import__('os')"), ["group 'low'", "predicate"]),
    "a group asked for twice": (("--by", "sex"), ["grouping 'sex' is asked for twice"]),
    "levels of another column": (("--levels", "race=A,B"), ["'race', which is not grouped by"]),
    "levels of no form": (("--levels", "sex"), ["--levels", "'sex' is not ATTRIBUTE=LEVEL"]),
    "an empty level": (("--levels", "sex=F,,M"), ["--levels", "'sex=F,,M'"]),
    "levels twice": (("--levels", "sex=F", "--levels", "sex=M"), ["'sex' is declared twice"]),
    "a margin of text": (("--margin", "wide"), ["--margin", "'wide' is neither a number"]),
    "a margin of three": (("--margin", "1,2,3"), ["--margin", "'1,2,3'"]),
    "a margin without none": (("--margin", "0.8,1.25"), ["margin 0.8 to 1.25 is one of a ratio"]),
    "a confidence in percent": (("--confidence", "95"), ["confidence 95"]),
    "a confidence of text": (("--confidence", "high"), ["--confidence", "'high'"]),
    "an unknown correction": (("--correction", "bonferroni"), ["'bonferroni' is not one of 'holm'"]),
    "an unknown comparison": (("--compare", "gap"), ["'gap' is not one of 'difference'"]),
    "an unknown interval": (("--interval", "wald"), ["'wald' is not one of 'newcombe'"]),
    "few replicates": (("--replicates", "5"), ["5 bootstrap replicates are too few"]),
    "a negative seed": (("--seed", "-1"), ["--seed", "-1"]),
    "a threshold without score": (("--threshold", ".5"), ["threshold belongs to a score column"]),
    "a score and a decision": (
        ("--score", "score", "--threshold", ".5"),
        ["either a decision column or a score"],
    ),
    "two kinds of positive": (("--positive", "1", "--positive", "label=1"), ["one value for both columns"]),
    "a positive value for nothing": (("--positive", "yes"), ["positive='yes' is a value of neither"]),
    "an unknown option": (("--labl", "y"), ["No such option", "--labl", "--label"]),
    "an option without a value": (("--cluster",), ["--cluster", "requires an argument"]),
}


def check(ended, culprits, folder, before):
    """Hold the contract of a refusal."""
    assert ended.status == 2, ended.err
    assert ended.out == ""
    assert ended.err.startswith("fairkit: ")
    assert "Traceback" not in ended.err
    for culprit in culprits:
        assert culprit in ended.err
    assert set(os.listdir(folder)) == before  # noqa: PTH208


OUTPUTS = ("-o", "report.json", "--html", "report.html", "--md", "report.md")


@pytest.mark.parametrize(("name", "content", "options", "culprits"), DATA.values(), ids=DATA.keys())
def test_data_that_cannot_be_judged_are_refused(name, content, options, culprits, loans, folder, fairkit):
    """The message names what is wrong and the offending values; no output is written."""
    if content is not None:
        (folder / name).write_bytes(content)
    before = set(os.listdir(folder))  # noqa: PTH208
    check(fairkit("eval", name, *options, *OUTPUTS), culprits, folder, before)


@pytest.mark.parametrize(("options", "culprits"), CALLS.values(), ids=CALLS.keys())
def test_a_call_that_means_nothing_is_refused(options, culprits, loans, folder, fairkit):
    """A wrong option is named with its value, and nothing is written."""
    check(fairkit("eval", loans, *USUAL, *OUTPUTS, *options), culprits, folder, {loans})


@pytest.mark.parametrize(("options", "culprits"), CALLS.values(), ids=CALLS.keys())
def test_json_says_the_same_of_a_wrong_call(options, culprits, loans, fairkit):
    """With --json the same refusal is an object on stdout, with the same code and the prose on stderr."""
    ended = fairkit("eval", loans, *USUAL, "--json", *options)
    error = json.loads(ended.out)["error"]
    assert (ended.status, error["status"]) == (2, 2)
    assert error["kind"] in {"usage", "data", "predicate"}
    assert all(culprit in error["message"] for culprit in culprits)
    assert error["message"] in ended.err


def test_a_predicate_of_another_type_is_refused(folder, fairkit):
    """Where a column has a type, as in Parquet, a text is no bound for its numbers."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(
            "copy (select range % 2 as approved, range / 9 as score from range(40)) to 'data.parquet'"
        )
    ended = fairkit("eval", "data.parquet", "--decision", "approved", "--by", "low: score < 'x'")
    check(ended, ["low", "column 'score' holds numbers"], folder, {"data.parquet"})


def test_a_folder_without_parquet_is_refused(folder, fairkit):
    """A folder is a table of Parquet files or nothing."""
    (folder / "parts").mkdir()
    (folder / "parts" / "notes.txt").write_text("x", encoding="utf-8")
    ended = fairkit("eval", "parts", *USUAL)
    check(ended, ["folder 'parts' holds no Parquet file (it has 'notes.txt')"], folder, {"parts"})


def test_data_that_may_not_be_read_are_refused(loans, folder, fairkit):
    """A file without the right to read it is named, not reported as a bug."""
    (folder / loans).chmod(0)
    if os.access(folder / loans, os.R_OK):  # root may read everything: a folder by a file's name stands in
        (folder / loans).unlink()
        (folder / loans).mkdir()
    ended = fairkit("eval", loans, *USUAL)
    (folder / loans).chmod(0o700)
    check(ended, ["loans.csv"], folder, {loans})


@pytest.mark.parametrize("missing", ["--by", "DATA"])
def test_what_must_be_given_is_asked_for(missing, loans, fairkit):
    """A call without data or groups says which is missing and where the help is."""
    words = ["--decision", "approved", *(["--by", "sex"] if missing == "DATA" else [loans])]
    ended = fairkit("eval", *words)
    assert ended.status == 2
    assert missing in ended.err
    assert "Try 'fairkit eval --help'." in ended.err


def test_a_decision_must_be_given(loans, folder, fairkit):
    """Neither decision nor score is a question without a subject."""
    ended = fairkit("eval", loans, "--label", "repaid", "--by", "sex")
    check(ended, ["name either a decision column or a score column"], folder, {loans})


def test_a_value_cannot_command_the_terminal(write_csv, fairkit):
    """Control characters of the data are written out in messages."""
    data = write_csv("data.csv", ("site", "d"), [("\x1b[31mred", 1), ("blue", 0)] * 20)
    ended = fairkit("eval", data, "--decision", "d", "--by", "site", "--reference", "site=\x1b[32mred")
    assert ended.status == 2
    assert "\x1b" not in ended.err
    assert "[32mred" in ended.err


def test_a_refusal_in_a_process_of_its_own(loans, folder, python_m_fairkit):
    """The contract holds from the shell: code 2, empty stdout, one message."""
    ended = python_m_fairkit("eval", loans, "--label", "repayed", "--decision", "approved", "--by", "sex")
    check(ended, ["label column 'repayed' is not in the data", "Did you mean 'repaid'?"], folder, {loans})
