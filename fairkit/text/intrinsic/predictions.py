"""StereoSet's prediction files: the scores that somebody's model gave to the sentences, by their ids."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fairkit.errors import DataError, shortlist
from fairkit.text.intrinsic.items import StereoSetItem
from fairkit.text.intrinsic.stereoset_scores import TASKS, ItemScore


def scores_from_predictions(
    items: Sequence[StereoSetItem], predictions: Mapping[str, float]
) -> tuple[dict[str, ItemScore], dict[str, str]]:
    """Give items the scores that a prediction file has for their sentences.

    Parameters
    ----------
    items : sequence of StereoSetItem
        With the identifiers of their sentences.
    predictions : mapping of str to float
        From :func:`read_predictions`.

    Returns
    -------
    scores : dict of str to ItemScore
    lost : dict of str to str
        Items of which a sentence has no score, and which.

    Raises
    ------
    DataError
        The items do not know what their sentences are called.

    Examples
    --------
    >>> item = StereoSetItem("1", "intrasentence", "race", "t", "", "a", "b", "c", "s1", "s2", "s3")
    >>> scores_from_predictions([item], {"s1": 0.1, "s2": 0.2})
    ({}, {'1': 'no score for its unrelated sentence'})
    """
    nameless = [item.identifier for item in items if not all(item.sentence_ids)]
    if nameless:
        raise DataError(
            f"{len(nameless)} items do not say what their sentences are called ({shortlist(nameless)}), so "
            "no prediction can be found for them; use the file as published (dev.json), with the ids of "
            "sentences."
        )
    scores, lost = {}, {}
    for item in items:
        known = [predictions.get(name) for name in item.sentence_ids]
        absent = [
            label
            for label, score in zip(("stereotype", "anti-stereotype", "unrelated"), known, strict=True)
            if score is None
        ]
        if absent:
            lost[item.identifier] = f"no score for its {' and '.join(absent)} sentence"
        else:
            scores[item.identifier] = ItemScore(*(float(score) for score in known if score is not None))
    return scores, lost


def read_predictions(path: str | os.PathLike[str]) -> dict[str, float]:
    """Read a prediction file in the published form.

    Parameters
    ----------
    path : str or path
        JSON: ``{"intrasentence": [{"id": ..., "score": ...}, ...], "intersentence": [...]}``; either may be
        missing.

    Returns
    -------
    dict of str to float
        The score of every sentence, by its id.

    Raises
    ------
    DataError
        There is no such file, or it has another form; with the first entries that are wrong.

    Examples
    --------
    >>> read_predictions("none.json")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no prediction file at 'none.json'.
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(f"there is no prediction file at '{file}'.")
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"'{file}' is no prediction file: it is not JSON ({error}).") from None
    if not isinstance(data, dict) or not set(data) & set(TASKS):
        raise DataError(
            f"'{file}' is no prediction file: it has neither 'intrasentence' nor 'intersentence' at its top."
        )
    found: dict[str, float] = {}
    problems: list[str] = []
    for task in TASKS:
        listed = data.get(task, [])
        if not isinstance(listed, list):
            problems.append(f"'{file}': {task} is no list.")
            continue
        for i, entry in enumerate(listed):
            problem = _wrong(entry, found)
            if problem is None:
                found[entry["id"]] = float(entry["score"])
            elif len(problems) < 10:
                problems.append(f"'{file}': {task}[{i}] {problem}.")
    if problems:
        raise DataError(*problems)
    return found


def _wrong(entry: Any, found: Mapping[str, float]) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return f"has no 'id': {entry!r:.60}"
    score = entry.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float) or not np.isfinite(score):
        return f"has the score {score!r:.40}, which is no number"
    if entry["id"] in found:
        return f"has the id {entry['id']!r:.60} once more"
    return None
