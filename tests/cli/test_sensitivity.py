"""`fairkit sensitivity`: a folder with a classifier and a file of texts, on the command line."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import click
import pytest

from fairkit.cli.sensitivity import command
from fairkit.text import judge_sensitivity

PARAMETERS = dict(list(inspect.signature(judge_sensitivity).parameters.items())[1:])
OUTPUTS = {"output", "html", "markdown", "as_json", "explain"}
IN_PYTHON_ONLY = {"progress"}
FAST = ("--permutations", "0", "--examples", "1")

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Save a tiny classifier as a Hugging Face folder."""
    from fairkit.text.networks.examples import tiny_classifier

    folder = tmp_path_factory.mktemp("network") / "tiny"
    model = tiny_classifier([text for text, *_ in texts()], labels=("harmless", "toxic"))
    model.module.save_pretrained(folder)
    model.tokenizer.save_pretrained(folder)
    return folder


def texts():
    """Make texts with the group of each and a topic."""
    verbs = ("sings", "reads", "runs", "cooks", "swims", "paints", "rests", "waits")
    pairs = [(f"{who} {verb} here.", sex) for verb in verbs for who, sex in (("She", "F"), ("He", "M"))]
    return [(text, sex, ("art", "sport", "food")[i % 3]) for i, (text, sex) in enumerate(pairs * 3)]


@pytest.fixture
def said(write_csv):
    """Write the texts as a CSV file, and return its name."""
    return write_csv("said.csv", ("text", "sex", "topic"), texts())


def test_there_is_an_option_for_every_parameter():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in command.params if isinstance(option, click.Option)}
    assert names - OUTPUTS == set(PARAMETERS) - IN_PYTHON_ONLY


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - IN_PYTHON_ONLY - {"text", "model"}))
def test_option_and_parameter_have_the_same_default(name):
    """An option that is not given asks what the parameter that is not given asks."""
    context = command.make_context("sensitivity", ["data.csv", "--text", "t", "--model", "m"])
    default = PARAMETERS[name].default
    assert (context.params[name] or default) == default


def test_texts_are_judged_and_written_in_every_form(fairkit, said, network, folder):
    """The report goes to JSON, page and Markdown; nothing is said on standard error."""
    ended = fairkit(
        *("sensitivity", said, "--text", "text", "--model", network, "--by", "topic", *FAST, "--json"),
        *("--protected", "sex", "--folds", "2", "--html", "r.html", "--md", "r.md"),
    )
    assert (ended.status, ended.err) == (0, "wrote r.html\nwrote r.md\n")
    found = json.loads(ended.out)
    assert found["settings"]["classifier"] == str(network)
    assert {one["metric"] for one in found["overall"]} >= {"prediction_sensitivity", "flip_rate"}
    assert len(found["attributions"]) == 1
    assert "<script" not in (folder / "r.html").read_text(encoding="utf-8")
    assert "All texts together" in (folder / "r.md").read_text(encoding="utf-8")


def test_without_groups_the_predicted_class_groups(fairkit, said, network):
    """--by may be left out."""
    ended = fairkit("sensitivity", said, "--text", "text", "--model", network, *FAST, "--json")
    assert ended.status == 0
    assert json.loads(ended.out)["settings"]["by"] == ["predicted"]


def test_one_text_is_explained(fairkit, said, network):
    """Word by word on the terminal, or as JSON; it makes no report."""
    asked = ("sensitivity", said, "--text", "text", "--model", network, "--explain", "She sings here.")
    ended = fairkit(*asked)
    assert (ended.status, ended.err) == (0, "")
    assert "Rewritten: He sings here." in ended.out
    found = json.loads(fairkit(*asked, "--json").out)
    assert [one["word"] for one in found["words"] if one["contribution"]] == ["She"]
    assert found["along"] == "the step from the rewritten text"
    empty = fairkit(*asked[:-1], " ")
    assert (empty.status, "the text to explain is empty" in empty.err) == (2, True)
    refused = fairkit(*asked, "--by", "topic", "-o", "report.json")
    assert (refused.status, "leave out -o, --by" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--text", "txet"), "Did you mean 'text'"),
        (("--model", "models/tinny"), "there is no model folder 'models/tinny'"),
        (("--target", "toxik"), "Did you mean 'toxic'"),
        (("--by", "topik"), "Did you mean 'topic'"),
        (("--protected", "topik"), "topik"),
        (("--lexicon", "relgion"), "relgion"),
        (("--permutations", "3"), "too few for a floor"),
        (("--metric", "flip"), "'flip' is not measured here"),
    ],
)
def test_a_slip_ends_with_2_and_what_was_meant(fairkit, said, network, asked, told):
    """Names that are not there are told with the nearest, and nothing is judged."""
    given = {"--text": "text", "--model": network, "--permutations": "0"} | dict([asked])
    ended = fairkit("sensitivity", said, *(part for pair in given.items() for part in pair))
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err


def test_texts_without_a_protected_word_cannot_be_judged(fairkit, write_csv, network):
    """Nothing measured is no result of 0: exit 2, with what to do."""
    name = write_csv("rain.csv", ("text",), [(f"It rains on day {i}.",) for i in range(20)])
    ended = fairkit("sensitivity", name, "--text", "text", "--model", network, *FAST)
    assert ended.status == 2
    assert "That says nothing about the model" in ended.err


def test_without_torch_it_says_what_to_install(said, network):
    """Exit 2, with the command that installs it; the help needs nothing."""
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'torch':\n"
        "            raise ModuleNotFoundError(name, name='torch')\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from fairkit.cli import program\nfrom fairkit.cli.contract import run\n"
        "assert run(program, ['sensitivity', '--help'], name='fairkit') == 0\n"
        "sys.exit(run(program, sys.argv[1:], name='fairkit'))"
    )
    arguments = ("sensitivity", said, "--text", "text", "--model", network)
    ended = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "pip install 'fairkit[text]'" in ended.stderr
