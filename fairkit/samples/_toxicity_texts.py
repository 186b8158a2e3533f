"""Loaders of texts labelled as toxic or hateful: templates about groups of people, and HateXplain."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from fairkit.errors import DataError, UsageError, unknown_name
from fairkit.samples._published import Faults, found, local, parsed_json, table

if TYPE_CHECKING:
    import pandas as pd

MadlibsPart = Literal["bias", "templates", "intersectional", "fuzzed", "nonfuzzed"]
"""Which file: three of templates filled in, two of real comments."""


class _Layout(NamedTuple):
    file: str
    sha256: str
    text: str
    label: str
    labels: dict[str, bool]
    other: str
    called: str


_MADLIBS: dict[str, _Layout] = {
    "bias": _Layout(
        "bias_madlibs_77k.csv",
        "aac542254cf158415ec74623d54fa76176f26a7e7d8ef20788e1748a05ba5b4c",
        "Text",
        "Label",
        {"BAD": True, "NOT_BAD": False},
        "Template",
        "template",
    ),
    "templates": _Layout(
        "en_sentence_templates.csv",
        "8ed7d07f61000a95a2e18747b8f1fbf43d75257cd342cddef1f3533254374633",
        "phrase",
        "toxicity",
        {"toxic": True, "nontoxic": False},
        "template",
        "template",
    ),
    "intersectional": _Layout(
        "intersectional_madlibs.csv",
        "f5e69059febf57c888224dfe0c7b70e246e60352ee842ed63ee8076320f664a0",
        "phrase",
        "toxicity",
        {"toxic": True, "nontoxic": False},
        "template",
        "template",
    ),
    "fuzzed": _Layout(
        "toxicity_fuzzed_testset.csv",
        "382f8698edc67dc0ebd521406d9b4fb27b0192a0d09559503bd965609382685c",
        "comment",
        "toxic",
        {"True": True, "False": False},
        "rev_id",
        "id",
    ),
    "nonfuzzed": _Layout(
        "toxicity_nonfuzzed_testset.csv",
        "c11caefa0c487cb7a7fc0726cb53358d4e5463bd071d65979398af59fa80f881",
        "comment",
        "toxic",
        {"True": True, "False": False},
        "rev_id",
        "id",
    ),
}

_HATEXPLAIN_TERMS = "Mathew and others 2021, MIT licence; the posts are offensive."
HATEXPLAIN = local(
    "hatexplain/dataset.json",
    "the HateXplain file of posts",
    "https://raw.githubusercontent.com/hate-alert/HateXplain/master/Data/dataset.json",
    _HATEXPLAIN_TERMS,
)
HATEXPLAIN_SPLITS = local(
    "hatexplain/post_id_divisions.json",
    "the HateXplain file of splits",
    "https://raw.githubusercontent.com/hate-alert/HateXplain/master/Data/post_id_divisions.json",
    _HATEXPLAIN_TERMS,
)

_HATE_LABELS = ("normal", "offensive", "hatespeech")
_SPLITS = {"train": "train", "val": "validation", "valid": "validation", "test": "test"}


def load_madlibs(
    path: str | os.PathLike[str] | None = None, *, part: MadlibsPart = "bias", verify: bool = True
) -> pd.DataFrame:
    """Load templates about groups of people, toxic and not, or the comments that were tested beside them.

    Parameters
    ----------
    path : str or path, optional
        The file, or a folder that holds it. Without it, looked for under ``madlibs/`` in the folder that
        ``FAIRKIT_DATA`` names and in the cache.
    part : {"bias", "templates", "intersectional", "fuzzed", "nonfuzzed"}, default "bias"
        ``bias``: 76,564 short sentences that name one group (``bias_madlibs_77k.csv``); ``templates``: their
        later form (``en_sentence_templates.csv``); ``intersectional``: 30,240 that name two attributes;
        ``fuzzed``, ``nonfuzzed``: 1,492 real comments, with names of groups replaced at random, or not.
    verify : bool, default True
        Whether the file must be the published one; its form is checked in any case.

    Returns
    -------
    pandas.DataFrame
        Every row: ``text``, ``toxic`` (bool), and ``template`` (the cluster) or, of comments, ``id``.

    Raises
    ------
    DataError
        The file is not found, is not the published one, or has rows of another form; all are named.
    UsageError
        There is no such part.

    References
    ----------
    Dixon, Li, Sorensen, Thain, Vasserman 2018, "Measuring and Mitigating Unintended Bias in Text
    Classification"; Borkan and others 2019. Apache-2.0; the comments are Wikipedia's, CC BY-SA 3.0 and CC0.

    Examples
    --------
    >>> load_madlibs(part="fuzed")
    Traceback (most recent call last):
    ...
    fairkit.errors.UsageError: part 'fuzed' is not in the data ... Did you mean 'fuzzed'?
    """
    import pandas as pd

    if part not in _MADLIBS:
        raise UsageError(unknown_name("part", part, get_args(MadlibsPart)))
    layout = _MADLIBS[part]
    source = local(
        f"madlibs/{layout.file}",
        f"the file of templates {layout.file}",
        "the file of that name of https://github.com/conversationai/unintended-ml-bias-analysis",
        "Dixon and others 2018, Apache-2.0; real comments CC BY-SA 3.0 and CC0.",
        layout.sha256,
    )
    file = found(source, path, verify=verify)
    faults = Faults(file)
    rows = []
    for number, row in table(file, (layout.text, layout.label, layout.other), separator=",", quoted=True):
        if row[layout.label] not in layout.labels:
            faults.add(number, f"{layout.label} is {row[layout.label]!r}.")
            continue
        rows.append((row[layout.text], layout.labels[row[layout.label]], row[layout.other]))
    faults.raise_any(f"{layout.label} to be one of {', '.join(map(repr, layout.labels))}.")
    frame = pd.DataFrame(rows, columns=["text", "toxic", layout.called])
    return frame.astype({"toxic": bool})


def load_hatexplain(folder: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load HateXplain: posts that three people called normal, offensive or hate speech, and whom they hit.

    Parameters
    ----------
    folder : str or path, optional
        The folder with ``dataset.json`` and ``post_id_divisions.json``. Without it, looked for under
        ``hatexplain/`` in the folder that ``FAIRKIT_DATA`` names and in the cache.

    Returns
    -------
    pandas.DataFrame
        20,148 rows as published: ``id``, ``text`` (the tokens, joined by blanks), ``label`` (normal,
        offensive, hatespeech: what more than half of the annotators said; missing where none is), ``split``
        (train, validation, test; missing where the file of splits leaves the post out), ``targets`` (a tuple:
        communities that at least two annotators named), and as published, as tuples: ``tokens``, ``labels``,
        ``annotators``, ``annotator_targets`` and ``rationales`` (a mark for every token, from those
        annotators who gave them).

    Raises
    ------
    DataError
        A file is not found, is not JSON, or has posts of another form; all are named. No checksum is pinned.

    References
    ----------
    Mathew, Saha, Yimam, Biemann, Goyal, Mukherjee 2021, "HateXplain". MIT licence. The posts are offensive.

    Examples
    --------
    >>> load_hatexplain("elsewhere")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: 2 problems:
      - the HateXplain file of posts is not on this machine (looked for elsewhere...
      - the HateXplain file of splits is not on this machine ...
    """
    import pandas as pd

    files: list[Path] = []
    problems: list[str] = []
    for source in (HATEXPLAIN, HATEXPLAIN_SPLITS):
        given = None if folder is None else Path(folder) / source.name
        try:
            files.append(found(source, given, verify=True))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(*problems)
    posts, divisions = (parsed_json(file) for file in files)
    faults = Faults(files[0])
    if not isinstance(posts, dict):
        faults.add("the file", f"it holds a {type(posts).__name__}, not posts by identifier.")
        posts = {}
    splits = _splits(divisions, files[1])
    rows = []
    for identifier, post in posts.items():
        wrong = _wrong_in_post(post)
        if wrong:
            faults.add(f"post {identifier}", wrong)
            continue
        rows.append(_post(identifier, post, splits.get(identifier)))
    faults.raise_any(
        "posts with post_tokens, rationales and annotators, each with a label (normal, offensive or "
        "hatespeech), an annotator_id and a list of targets."
    )
    columns = ["id", "text", "label", "split", "targets", "tokens", "labels", "annotators"]
    return pd.DataFrame(rows, columns=[*columns, "annotator_targets", "rationales"])


def _splits(divisions: Any, file: Path) -> dict[str, str]:
    faults = Faults(file)
    if not isinstance(divisions, dict):
        divisions = {}
    for name, identifiers in divisions.items():
        if name not in _SPLITS or not isinstance(identifiers, list):
            faults.add(name, "it is no list of posts of a known split.")
    if not divisions:
        faults.add("the file", "it names no splits.")
    faults.raise_any("lists of identifiers called train, val and test.")
    return {
        identifier: _SPLITS[name] for name, identifiers in divisions.items() for identifier in identifiers
    }


def _wrong_in_post(post: Any) -> str:
    """Say what is wrong with a post; empty where nothing is."""
    if not isinstance(post, dict):
        return f"it is a {type(post).__name__}."
    missing = [
        name for name in ("post_tokens", "annotators", "rationales") if not isinstance(post.get(name), list)
    ]
    if missing:
        return f"{', '.join(missing)} is missing or no list."
    if not all(isinstance(token, str) for token in post["post_tokens"]):
        return "a token is no text."
    if not all(isinstance(marks, list) for marks in post["rationales"]):
        return "a rationale is no list."
    for number, said in enumerate(post["annotators"], 1):
        label = said.get("label") if isinstance(said, dict) else said
        if not isinstance(said, dict) or label not in _HATE_LABELS:
            return f"the label of annotator {number} is {label!r}."
        if not isinstance(said.get("target"), list) or "annotator_id" not in said:
            return f"annotator {number} has no identifier or no list of targets."
    return "" if post["annotators"] else "it has no annotators."


def _post(identifier: str, post: dict[str, Any], split: str | None) -> tuple[object, ...]:
    labels = tuple(said["label"] for said in post["annotators"])
    (label, votes), *_ = Counter(labels).most_common(1)
    named = Counter(
        target for said in post["annotators"] for target in dict.fromkeys(said["target"]) if target != "None"
    )
    return (
        identifier,
        " ".join(post["post_tokens"]),
        label if 2 * votes > len(labels) else None,
        split,
        tuple(sorted(target for target, times in named.items() if times >= 2)),
        tuple(post["post_tokens"]),
        labels,
        tuple(said["annotator_id"] for said in post["annotators"]),
        tuple(tuple(said["target"]) for said in post["annotators"]),
        tuple(tuple(marks) for marks in post["rationales"]),
    )
