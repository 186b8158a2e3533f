"""`fairkit swap`: what it writes, what it says, and how it ends."""

from __future__ import annotations

import inspect
import io
import json
import sys
from typing import get_args

import click
import pytest

from fairkit.cli.swap import FORMATS, command
from fairkit.text import GenderSwapper, swap_file
from fairkit.text.augmentation import Mode
from fairkit.text.files.opening import FileFormat
from fairkit.text.swap import Direction, Names, Tagger

OPTIONS = {option.name: option for option in command.params if isinstance(option, click.Option)}
REVIEWS = 'id,text\r\n1,"She sang, and so on."\r\n2,It rained.\r\n3,\r\n'


@pytest.fixture
def reviews(folder):
    """Return the name of a small CSV of texts in the current folder."""
    (folder / "reviews.csv").write_bytes(REVIEWS.encode())
    return "reviews.csv"


def test_rows_go_to_standard_output(fairkit, reviews):
    """Without -o the rows are the output, and what was done is told beside it."""
    ended = fairkit("swap", reviews, "--column", "text", "--tagger", "rule")
    assert ended.status == 0
    assert ended.out == REVIEWS.replace("She", "He").replace("\r\n", "\n") or ended.out == REVIEWS.replace(
        "She", "He"
    )
    assert ended.err.splitlines() == [
        "gender: 3 rows, 1 changed (50.0 % of the texts).",
        "  1  no gendered word",
        "  1  empty text",
        "Words changed, by rule:",
        "  1  pair",
    ]


def test_rows_go_to_a_file(fairkit, reviews, folder):
    """With -o the file is written byte for byte, and what was done is the output."""
    ended = fairkit("swap", reviews, "--column", "text", "-o", "out.csv", "--show", 3)
    assert ended.status == 0
    assert (folder / "out.csv").read_bytes().decode() == REVIEWS.replace("She", "He")
    assert ended.err == "wrote out.csv\n"
    assert ended.out.splitlines()[-2:] == ["Examples:", "  [She -> He] sang, and so on."]


def test_json_counts_without_writing_rows(fairkit, reviews, folder):
    """--json alone prints what would be swapped; with -o both are written; a report is the same JSON."""
    ended = fairkit("swap", reviews, "--column", "text", "--json", "--report", "r.json")
    found = json.loads(ended.out)
    assert (ended.status, found["schema"], found["rows"], found["changed"]) == (0, "fairkit.swap/1", 3, 1)
    assert json.loads((folder / "r.json").read_text()) == found
    assert sorted(file.name for file in folder.iterdir()) == ["r.json", "reviews.csv"]
    ended = fairkit("swap", reviews, "--column", "text", "--json", "-o", "out.jsonl")
    assert json.loads(ended.out)["settings"]["mode"] == "replace"
    assert json.loads((folder / "out.jsonl").read_text().splitlines()[0]) == {
        "id": "1",
        "text": "He sang, and so on.",
    }


def test_lines_come_through_a_pipe(fairkit, monkeypatch):
    """'-' reads lines of standard input, and other formats where they are named."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"She sang.\nIt rained.")))
    assert fairkit("swap", "-").out == "He sang.\nIt rained."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"a": "She sang."}\n')))
    assert fairkit("swap", "-", "--format", "jsonl", "--column", "a").out == '{"a": "He sang."}\n'


def test_modes_add_rows_and_columns(fairkit, reviews):
    """Counterfactuals are added behind their rows, with names that can be chosen, or in a column."""
    ended = fairkit(
        "swap", reviews, "--column", "text", "--mode", "where-changed", "--version-column", "kind"
    )
    assert ended.out.splitlines() == [
        "id,text,kind,pair",
        '1,"She sang, and so on.",original,0',
        '1,"He sang, and so on.",counterfactual,0',
        "2,It rained.,original,1",
        "3,,original,2",
    ]
    assert "4 rows written" in ended.err
    assert fairkit("swap", reviews, "--column", "text", "--into", "other").out.splitlines()[1] == (
        '1,"She sang, and so on.","He sang, and so on."'
    )


def test_substitution_depends_on_the_seed_alone(fairkit, folder):
    """The same seed draws the same rows whatever the format is; another draws others."""
    (folder / "a.txt").write_text("She sang.\n" * 60)
    first = fairkit("swap", "a.txt", "--mode", "substitute", "--seed", 4)
    fairkit(
        "swap", "a.txt", "-o", "a.jsonl", "--mode", "substitute", "--probability", 0, "--version-column", "v"
    )
    again = fairkit("swap", "a.jsonl", "--column", "text", "--mode", "substitute", "--seed", 4)
    assert [json.loads(line)["text"] for line in again.out.splitlines()] == first.out.splitlines()
    assert "substituted by lot" in first.err
    assert fairkit("swap", "a.txt", "--mode", "substitute", "--seed", 5).out != first.out


def test_one_text_is_swapped_at_once(fairkit):
    """--text prints the text alone; doubts and words that stayed are told beside it."""
    ended = fairkit("swap", "--text", "At church", "--attribute", "religion", "--target", "Muslim")
    assert (ended.status, ended.out, ended.err) == (0, "At mosque\n", "")
    ended = fairkit("swap", "--text", "The Sunni mosque", "--attribute", "religion", "--target", "Muslim")
    assert ended.err == "'Sunni' was left alone: excluded.\n'mosque' was left alone: at the target.\n"
    ended = fairkit("swap", "--text", "It rained.")
    assert (ended.out, ended.err) == ("It rained.\n", "nothing was changed: the text has no gendered word.\n")
    found = json.loads(fairkit("swap", "--text", "She sang.", "--json").out)
    assert (found["text"], found["changes"][0]["before"]) == ("He sang.", "She")
    found = json.loads(fairkit("swap", "--text", "It rained.", "--json").out)
    assert (found["changed"], found["confidence"]) == (False, None)


def test_tables_are_listed_and_checked(fairkit, folder):
    """--list names the shipped tables, --check shows one or says everything that is wrong with it."""
    assert "religion     Christian, Muslim, Jewish" in fairkit("swap", "--list").out
    assert json.loads(fairkit("swap", "--list", "--json").out)[0]["attribute"] == "age"
    (folder / "pets.csv").write_text("cats,dogs\ncat,dog\nkitten,puppy\n")
    ended = fairkit("swap", "--check", "pets.csv")
    assert ended.out == (
        "pets: 2 levels (cats, dogs), 2 concepts. Each word has one place.\n  cat     dog\n  kitten  puppy\n"
    )
    assert json.loads(fairkit("swap", "--check", "pets.csv", "--json").out)["concepts"][0] == ["cat", "dog"]
    assert fairkit("swap", "--text", "A CAT.", "--attribute", "pets.csv").out == "A DOG.\n"
    (folder / "bad.csv").write_text("cats,dogs\ncat,dog\ndog,\n")
    ended = fairkit("swap", "--check", "bad.csv")
    assert ended.status == 2
    assert "line 3 lacks the word of level 'dogs'" in ended.err
    assert "'dog' stands twice (in line 2 and line 3)" in ended.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHE SANG. 👩‍🚀 שלום\u200f she", "HE SANG. 👩‍🚀 שלום\u200f he"),
        ('<p class="she">She&nbsp;sang <!-- she --></p>', '<p class="she">He&nbsp;sang <!-- she --></p>'),
        ("она she 她", "она he 她"),
        ("", ""),
        ("   ", "   "),
    ],
)
def test_odd_texts_are_swapped_where_they_are_text(text, expected, fairkit):
    """Capitals, emoji, right-to-left script, HTML, mixed scripts and nothing at all."""
    assert fairkit("swap", "--text", text, "--tagger", "rule").out == f"{expected}\n"


def test_a_megabyte_is_one_row(fairkit, folder):
    """A cell of a million characters comes through whole."""
    part = "She sang, and it rained into the sea, which was cold and wet, for a whole week. "
    (folder / "big.csv").write_text(f'id,text\n1,"{part * 13_000}"\n')
    ended = fairkit("swap", "big.csv", "--column", "text", "--tagger", "rule", "-o", "out.csv")
    assert ended.status == 0
    assert (folder / "out.csv").read_text() == (folder / "big.csv").read_text().replace("She", "He")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "there is nothing to swap"),
        ("reviews.csv", "name the column of texts (--column); there are 'id', 'text'."),
        (
            "reviews.csv --column txet",
            "column 'txet' is not in the data (it has 'id', 'text'). Did you mean 'text'?",
        ),
        ("review.csv --column text", "there is no file 'review.csv'. Did you mean 'reviews.csv'?"),
        ("empty.csv --column text", "the file is empty: 'empty.csv'."),
        ("latin.txt", "latin.txt: line 2 is no UTF-8 text (it has the byte 0xe9); save the file as UTF-8."),
        ("numbers.jsonl --column n", "'n' must hold texts, in line 1 it is 5."),
        ("reviews.csv --text she", "DATA and --text exclude each other"),
        ("reviews.csv --column text -o reviews.csv", "-o: 'reviews.csv' is the data that are read"),
        ("reviews.csv --column text -o no/out.csv", "-o: there is no folder 'no'"),
        ("reviews.csv --column text -o out.xlsx", "'out.xlsx' has no known format"),
        ("reviews.csv --column text --attribute religon", "Did you mean 'religion'?"),
        ("reviews.csv --column text --attribute age --target odler", "Did you mean 'older'?"),
        ("reviews.csv --column text --target Muslim", "'target' is an option of tables"),
        (
            "reviews.csv --column text --attribute age --names swap",
            "'names' is an option of the swap of gender",
        ),
        ("reviews.csv --column text --mode add --into x", "goes with the mode 'replace'"),
        ("reviews.csv --column text --output-format parquet", "parquet goes into a file"),
        ("- --format parquet --column text", "parquet cannot be read from standard input"),
        ("reviews.csv --column text -o -", "'-' is no file name"),
        ("--text she -o out.txt --mode add", "leave out what goes with one: -o, --mode"),
        ("reviews.csv --column text --mode ad", "'ad' is not one of"),
    ],
)
def test_what_cannot_be_done_ends_with_two(arguments, said, fairkit, reviews, folder):
    """A question that cannot be answered is told with what to do, in JSON too, and nothing is written."""
    (folder / "empty.csv").write_bytes(b"")
    (folder / "latin.txt").write_bytes(b"ok\ncaf\xe9\n")
    (folder / "numbers.jsonl").write_text('{"n": 5}\n')
    before = sorted(file.name for file in folder.iterdir())
    ended = fairkit("swap", *arguments.split())
    assert ended.status == 2
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert sorted(file.name for file in folder.iterdir()) == before
    if arguments and not arguments.endswith("parquet"):  # which --json asks to count only
        assert json.loads(fairkit("swap", *arguments.split(), "--json").out)["error"]["status"] == 2


def test_no_gendered_word_is_said_and_no_failure(fairkit, folder):
    """A file without a word of the attribute is written as it is, and that is told."""
    (folder / "rain.txt").write_text("It rained.\n")
    ended = fairkit("swap", "rain.txt")
    assert (ended.status, ended.out) == (0, "It rained.\n")
    assert ended.err == "gender: 1 row, 0 changed (0.0 % of the texts).\n  1  no gendered word\n"


def test_options_are_the_librarys(fairkit):
    """Every option has the name, the default and the choices of what it sets."""
    given = command.make_context("swap", ["rows.csv"]).params
    of_files = inspect.signature(swap_file).parameters
    of_gender = inspect.signature(GenderSwapper).parameters
    own = {"text", "list_tables", "check", "report", "as_json", "target"}
    for name in OPTIONS:
        if name in own:
            continue
        assert name in of_files or name in of_gender, name
        if name in of_files and name != "output":
            assert given[name] == of_files[name].default, name
    assert set(of_files) - {"data", "progress", "options"} <= set(OPTIONS)
    for name, choices in {"mode": Mode, "direction": Direction, "names": Names, "tagger": Tagger}.items():
        assert list(OPTIONS[name].type.choices) == list(get_args(choices))
    assert list(get_args(FileFormat)) == FORMATS
    for name in ("direction", "names", "tagger"):
        assert f"[default: {of_gender[name].default}]" in OPTIONS[name].help
