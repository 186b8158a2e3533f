"""`fairkit generations`: what it prints, writes and refuses, and that it asks what the library asks."""

from __future__ import annotations

import inspect
import json

import click
import numpy as np
import pytest

from fairkit.cli.generations import command
from fairkit.text import judge_generations

OUTPUTS = {"output", "html", "markdown", "as_json"}
PYTHON_ONLY = {"data", "progress", "words"}
PARAMETERS = {
    n: p for n, p in inspect.signature(judge_generations).parameters.items() if n not in PYTHON_ONLY
}


@pytest.fixture
def written(write_csv):
    """Return a CSV of 80 continuations: of nurses mostly women, of smiths mostly men."""
    rows = []
    for i in range(80):
        job = ("nurse", "smith")[i % 2]
        woman = (i % 10 < 8) == (job == "nurse")
        rows.append((f"{'She' if woman else 'He'} is a good {job}.", job, i // 4))
    return write_csv("written.csv", ("said", "job", "prompt"), rows)


def test_there_is_an_option_for_every_parameter():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in command.params if isinstance(option, click.Option)}
    assert names - OUTPUTS == set(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"by", "text", "metrics"}))
def test_option_and_parameter_have_the_same_default(name):
    """An option that is not given asks what the parameter that is not given asks."""
    context = command.make_context("generations", ["data.csv", "--text", "said", "--by", "job"])
    assert (context.params[name] or PARAMETERS[name].default) == PARAMETERS[name].default


def test_the_report_is_printed(fairkit, written):
    """The text has a verdict on every group, and says of how many texts polarity is known."""
    ended = fairkit("generations", written, "--text", "said", "--by", "job", "--cluster", "prompt")
    assert (ended.status, ended.err) == (0, "")
    assert "◆ disparity" in ended.out
    assert "80 of 80 texts have one" in ended.out.replace("\n", " ")


def test_json_and_files_are_the_librarys(fairkit, written, folder):
    """What --json prints and -o writes is the library's report, apart from when it was made."""
    ended = fairkit(
        *("generations", written, "--text", "said", "--by", "job", "--metric", "feminine_share"),
        *("--json", "-o", "report.json", "--html", "page.html"),
    )
    here = judge_generations(written, text="said", by=["job"], metrics=["feminine_share"]).to_json()
    assert json.loads(ended.out) | {"created": ""} == json.loads(here) | {"created": ""}
    assert json.loads((folder / "report.json").read_text()) == json.loads(ended.out)
    assert (folder / "page.html").read_text().startswith("<!DOCTYPE html>")


def test_vectors_and_a_classifier_come_from_files(fairkit, written, folder):
    """A file of vectors gives polarity by vectors, a Hugging Face folder toxicity."""
    from fairkit.text.networks.examples import tiny_classifier

    words = ("she", "he", "nurse", "smith")
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.3], [0.2, 0.9]])
    np.savez(folder / "small.npz", words=np.array(words), matrix=vectors)
    model = tiny_classifier(["she he is a good nurse smith"], labels=("harmless", "toxic"))
    model.module.save_pretrained(folder / "toxicity")
    model.tokenizer.save_pretrained(folder / "toxicity")
    ended = fairkit(
        *("generations", written, "--text", "said", "--by", "job", "--embedding", "small.npz"),
        *("--classifier", "toxicity", "--toxic", "harmless", "--json"),
    )
    found = {(e["metric"], e["group"]): e["value"] for e in json.loads(ended.out)["estimates"]}
    assert found["gender_max_polarity", "job=nurse"] > 0 > found["gender_max_polarity", "job=smith"]
    texts = [line.split(",")[0] for line in (folder / written).read_text().splitlines()[1::2]]
    assert found["toxicity", "job=nurse"] == pytest.approx(model.probabilities(texts)[:, 0].mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--metric", "toxicity"], "needs a classifier (--classifier)"),
        (["--metric", "gender_max_polarity"], "needs an embedding (--embedding)"),
        (["--embedding", "none.vec"], "none.vec"),
        (["--toxic", "toxic"], "give classifier= too"),
        (["--html", "written.csv"], "is the data that are read"),
    ],
)
def test_what_cannot_be_judged_ends_with_two(fairkit, written, arguments, told):
    """What is lacking is told with the option to give, as text and as JSON, and ends with code 2."""
    ended = fairkit("generations", written, "--text", "said", "--by", "job", *arguments, "--json")
    assert ended.status == 2
    assert told in ended.err
    assert json.loads(ended.out)["error"]["status"] == 2
