"""Loaders of sentences that state stereotypes: CrowS-Pairs and StereoSet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairkit.errors import DataError
from fairkit.samples._published import Faults, found, local, parsed_json, table

if TYPE_CHECKING:
    import pandas as pd

CROWS_PAIRS = local(
    "crows_pairs/crows_pairs_anonymized.csv",
    "the CrowS-Pairs file",
    "https://raw.githubusercontent.com/nyu-mll/crows-pairs/master/data/crows_pairs_anonymized.csv",
    "Nangia, Vania, Bhalerao and Bowman 2020, CC BY-SA 4.0.",
    "dfb36986ce0502abbaf7055b9176da3d08d48e07df1251991b5dfbcbceab9d0c",
)

_STEREOSET_TERMS = "Nadeem, Bethke and Reddy 2021, CC BY-SA 4.0."

STEREOSET = local(
    "stereoset/dev.json",
    "the StereoSet development file",
    "https://raw.githubusercontent.com/moinnadeem/StereoSet/master/data/dev.json",
    _STEREOSET_TERMS,
)

STEREOSET_COPY = local(
    "stereoset/stereoset_dev_copy.json",
    "the StereoSet development file by label",
    "https://raw.githubusercontent.com/moinnadeem/StereoSet/master/data/dev.json",
    _STEREOSET_TERMS,
    "8cb492380ac3c7b59d208fe70337c7d673e595451cd8edbebd667088430ed116",
)

_LABELS = ("stereotype", "anti-stereotype", "unrelated")
_STEREOSET_COLUMNS = (
    "identifier",
    "task",
    "bias_type",
    "target",
    "context",
    "stereotype",
    "anti_stereotype",
    "unrelated",
    "stereotype_id",
    "anti_stereotype_id",
    "unrelated_id",
)


def load_crows_pairs(path: str | os.PathLike[str] | None = None, *, verify: bool = True) -> pd.DataFrame:
    """Load CrowS-Pairs: pairs of sentences of which one stereotypes more than the other.

    Parameters
    ----------
    path : str or path, optional
        ``crows_pairs_anonymized.csv``, or a folder that holds it. Without it, looked for under
        ``crows_pairs/`` in the folder that ``FAIRKIT_DATA`` names and in the cache.
    verify : bool, default True
        Whether the file must be the published one; its form is checked in any case.

    Returns
    -------
    pandas.DataFrame
        1,508 rows. The first five columns are the fields of `fairkit.text.intrinsic.items.CrowsPair` in their
        order: ``identifier``, ``more``, ``less``, ``direction`` (stereo, antistereo) and ``bias_type``; then
        ``annotations``, ``writer`` and ``annotators`` as published.

    Raises
    ------
    DataError
        The file is not found, is not the published one, or has rows of another form; all are named.

    Notes
    -----
    Many pairs are invalid as a test (Blodgett and others 2021): they differ in more than who is spoken of.

    References
    ----------
    Nangia, Vania, Bhalerao, Bowman 2020, "CrowS-Pairs". Blodgett, Lopez, Olteanu, Sim, Wallach 2021,
    "Stereotyping Norwegian Salmon". CC BY-SA 4.0.

    Examples
    --------
    ``[CrowsPair(*row[:5]) for row in frame.itertuples(index=False)]`` makes items of the rows.

    >>> load_crows_pairs("elsewhere.csv")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the CrowS-Pairs file is not on this machine (looked for elsewhere.csv)...
    """
    import pandas as pd

    file = found(CROWS_PAIRS, path, verify=verify)
    published = {
        "": "identifier",
        "sent_more": "more",
        "sent_less": "less",
        "stereo_antistereo": "direction",
        "bias_type": "bias_type",
        "annotations": "annotations",
        "anon_writer": "writer",
        "anon_annotators": "annotators",
    }
    faults = Faults(file)
    rows = []
    for number, row in table(file, tuple(published), separator=",", quoted=True):
        empty = [name for name in ("sent_more", "sent_less", "bias_type") if not row[name].strip()]
        if empty:
            faults.add(number, f"{', '.join(empty)} is empty.")
        if row["stereo_antistereo"] not in ("stereo", "antistereo"):
            faults.add(number, f"stereo_antistereo is {row['stereo_antistereo']!r}.")
        rows.append([row[name] for name in published])
    faults.raise_any("two sentences, a type of bias, and stereo or antistereo.")
    return pd.DataFrame(rows, columns=list(published.values()))


def load_stereoset(path: str | os.PathLike[str] | None = None, *, verify: bool = True) -> pd.DataFrame:
    """Load StereoSet's development set: contexts, each with three sentences that a model ranks.

    Parameters
    ----------
    path : str or path, optional
        ``dev.json`` as published, the same sorted into lists by label (``stereoset_dev_copy.json``), or a
        folder that holds either. Without it, looked for under ``stereoset/`` in the folder that
        ``FAIRKIT_DATA`` names and in the cache.
    verify : bool, default True
        Whether the file must be a known one (known for the lists by label only); its form is checked in any
        case.

    Returns
    -------
    pandas.DataFrame
        4,229 rows (2,106 intrasentence, 2,123 intersentence). The columns are the fields of
        `fairkit.text.intrinsic.items.StereoSetItem` in their order: ``identifier``, ``task``, ``bias_type``,
        ``target``, ``context``, ``stereotype``, ``anti_stereotype``, ``unrelated``, and the sentences' own
        identifiers ``stereotype_id``, ``anti_stereotype_id``, ``unrelated_id`` (empty where the file has
        none).

    Raises
    ------
    DataError
        The file is not found, is not the known one, is not JSON, or has items of another form; all are named.

    References
    ----------
    Nadeem, Bethke, Reddy 2021, "StereoSet: Measuring stereotypical bias in pretrained language models".
    CC BY-SA 4.0.

    Examples
    --------
    ``[StereoSetItem(*row) for row in frame.itertuples(index=False)]`` makes items of the rows.

    >>> load_stereoset("elsewhere.json")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the StereoSet development file is not on this machine (looked for ...
    """
    import pandas as pd

    file = _stereoset_file(path, verify=verify)
    data = parsed_json(file)
    faults = Faults(file)
    if isinstance(data, dict) and set(_LABELS) <= set(data):
        rows = _by_label(data, faults)
        form = (
            "three lists (stereotype, anti-stereotype, unrelated) that have the same items in the same order."
        )
    elif isinstance(data, dict) and isinstance(data.get("data"), dict):
        rows = _by_task(data["data"], faults)
        form = "items with id, target, bias_type, context and one sentence of each gold_label."
    else:
        keys = list(data) if isinstance(data, dict) else type(data).__name__
        raise DataError(
            f"{file} is no StereoSet file: it has neither 'data' nor the labels {', '.join(_LABELS)} at its "
            f"top, but {str(keys)[:200]}."
        )
    faults.raise_any(form)
    return pd.DataFrame(rows, columns=list(_STEREOSET_COLUMNS))


def _stereoset_file(path: str | os.PathLike[str] | None, *, verify: bool) -> Path:
    if path is not None and not Path(path).is_dir():
        known = STEREOSET_COPY if Path(path).name == STEREOSET_COPY.name else STEREOSET
        return found(known, path, verify=verify)
    try:
        return found(STEREOSET, path, verify=verify)
    except DataError as nowhere:
        try:
            return found(STEREOSET_COPY, path, verify=verify)
        except DataError as error:
            # A copy that is there and wrong is what to tell about; one that is not there is no news.
            raise (nowhere if "is not on this machine" in str(error) else error) from None


def _by_label(data: dict[str, Any], faults: Faults) -> list[tuple[str, ...]]:
    lists = [data[label] for label in _LABELS]
    if not all(isinstance(items, list) for items in lists) or len({len(items) for items in lists}) != 1:
        faults.add("the lists", "they are not of one length.")
        return []
    rows = []
    shared = ("id", "bias_type", "target", "context")
    for place, three in enumerate(zip(*lists, strict=True), 1):
        if not all(_has_texts(item, (*shared, "sentence")) for item in three):
            faults.add(f"item {place}", "an identifier, type, target, context or sentence is missing.")
            continue
        if len({tuple(item[name] for name in shared) for item in three}) != 1:
            faults.add(
                f"item {place}", f"the lists have {', '.join(repr(item['id']) for item in three)} here."
            )
            continue
        identifier, bias_type, target, context = (three[0][name] for name in shared)
        task = "intrasentence" if "BLANK" in context else "intersentence"
        sentences = [item["sentence"] for item in three]
        rows.append((identifier, task, bias_type, target, context, *sentences, "", "", ""))
    return rows


def _by_task(data: dict[str, Any], faults: Faults) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for task in ("intrasentence", "intersentence"):
        for place, item in enumerate(data.get(task) or (), 1):
            where = f"{task} item {place}"
            sentences = item.get("sentences") if isinstance(item, dict) else None
            if not _has_texts(item, ("id", "bias_type", "target", "context")) or not isinstance(
                sentences, list
            ):
                faults.add(where, "an identifier, type, target, context or the sentences are missing.")
                continue
            if not all(_has_texts(each, ("id", "sentence", "gold_label")) for each in sentences):
                faults.add(where, "a sentence has no identifier, text or gold_label.")
                continue
            labels = [each["gold_label"] for each in sentences]
            if sorted(labels) != sorted(_LABELS):
                faults.add(where, f"the gold_labels are {', '.join(map(repr, labels))}.")
                continue
            three = [sentences[labels.index(label)] for label in _LABELS]
            head = (item["id"], task, item["bias_type"], item["target"], item["context"])
            rows.append((*head, *(each["sentence"] for each in three), *(each["id"] for each in three)))
    if not rows:
        faults.add("data", "there are no items under intrasentence or intersentence.")
    return rows


def _has_texts(item: object, names: tuple[str, ...]) -> bool:
    return isinstance(item, dict) and all(isinstance(item.get(name), str) for name in names)
