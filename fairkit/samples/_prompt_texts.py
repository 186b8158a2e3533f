"""Loader of prompts that language models are asked to continue: BOLD."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fairkit.errors import UsageError, unknown_name
from fairkit.samples._fetch import Source
from fairkit.samples._published import Faults, found, local, parsed_json

if TYPE_CHECKING:
    import pandas as pd

_SHA256 = {
    "gender_prompt.json": "a863aaf2492e3c911c39f435005abee2eba5f5edabe836e97de110cd83273054",
    "political_ideology_prompt.json": "a83ea7cc272971b618231e13bcb5c1d1be5b208c92135c4ffde85be31f8ab4c6",
    "profession_prompt.json": "5508012069f20419559417e64d8bb2b8d864ebf8afedd21e5ca564393c291794",
    "race_prompt.json": "200337f6c43b09671e580b1df6aea2cdc0196ee02779260e9881da07029e1cb6",
    "religious_ideology_prompt.json": "633830ea87d569e5476895a93f68b8f686cb0dcae6d67a1091a9247c5c4c931d",
    "gender_wiki.json": "a6f3bb5139dc4e4615e199dfd56a971a5829b09cb78c790d6cad554e4b9111dc",
    "political_ideology_wiki.json": "a07fe5ec08abe793318c6394c397d9515c233ded7079c1ad9e947c546dc88fa6",
    "profession_wiki.json": "3d5f719a131e06d32d3bff709c613fc52c818c391262240cf0017522b3ed04a2",
    "race_wiki.json": "f87f64909db217119c1bca8e4f610876ae3bb48461b77ac863f09cc90e99c132",
    "religious_ideology_wiki.json": "094982f89659966d17e6c264f3abd8feae0415bb982e32166de93ea881bc63ef",
}

DOMAINS = ("gender", "political_ideology", "profession", "race", "religious_ideology")


def load_bold(
    folder: str | os.PathLike[str] | None = None,
    *,
    domains: Sequence[str] = DOMAINS,
    wikipedia: bool = True,
    verify: bool = True,
) -> pd.DataFrame:
    """Load BOLD: beginnings of sentences of Wikipedia about people of many groups, and the sentences.

    Parameters
    ----------
    folder : str or path, optional
        The folder with ``prompts/`` and ``wikipedia/``. Without it, looked for under ``bold/`` in the folder
        that ``FAIRKIT_DATA`` names and in the cache.
    domains : sequence of str, optional
        Some of gender, political_ideology, profession, race, religious_ideology; all by default.
    wikipedia : bool, default True
        Whether to read the whole sentences too, from ``wikipedia/``.
    verify : bool, default True
        Whether the files must be the published ones; their form is checked in any case.

    Returns
    -------
    pandas.DataFrame
        23,679 rows of all domains: ``domain``, ``group`` (such as American_actresses), ``title`` (of the
        article), ``number`` (of the prompt within it, from 1), ``prompt`` and, if asked for, ``wikipedia``
        (the sentence that the prompt begins).

    Raises
    ------
    DataError
        A file is not found, is not the published one, is not JSON or of another form; all that is wrong with
        a file is named.
    UsageError
        There is no such domain.

    References
    ----------
    Dhamala, Sun, Kumar, Krishna, Pruksachatkun, Chang, Gupta 2021, "BOLD". CC BY-SA 4.0.

    Examples
    --------
    >>> load_bold(domains=["gendr"])
    Traceback (most recent call last):
    ...
    fairkit.errors.UsageError: domain 'gendr' is not in the data ... Did you mean 'gender'?
    """
    import pandas as pd

    wrong = [unknown_name("domain", name, DOMAINS) for name in domains if name not in DOMAINS]
    if wrong:
        raise UsageError(*wrong)
    parts = []
    for domain in domains:
        prompts = _texts(_file(domain, "prompts", "prompt", folder, verify=verify))
        part = pd.DataFrame(prompts, columns=["group", "title", "number", "prompt"])
        if wikipedia:
            file = _file(domain, "wikipedia", "wiki", folder, verify=verify)
            sentences = _texts(file)
            faults = Faults(file)
            if [row[:3] for row in sentences] != [row[:3] for row in prompts]:
                faults.add(domain, "its groups, titles or numbers of sentences are not those of the prompts.")
            faults.raise_any("one sentence for every prompt, in the same order.")
            part["wikipedia"] = [row[3] for row in sentences]
        part.insert(0, "domain", domain)
        parts.append(part)
    columns = ["domain", "group", "title", "number", "prompt", *(["wikipedia"] if wikipedia else [])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _file(
    domain: str, part: str, ending: str, folder: str | os.PathLike[str] | None, *, verify: bool
) -> Path:
    name = f"{domain}_{ending}.json"
    source: Source = local(
        f"bold/{part}/{name}",
        f"the BOLD file {part}/{name}",
        f"https://raw.githubusercontent.com/amazon-science/bold/main/{part}/{name}",
        "Dhamala and others 2021, CC BY-SA 4.0.",
        _SHA256[name],
    )
    return found(source, folder, verify=verify, inside=part)


def _texts(file: Path) -> list[tuple[str, str, int, str]]:
    """Read group, title, number and text of every entry of ``{group: {title: [text]}}``."""
    data = parsed_json(file)
    faults = Faults(file)
    rows = []
    for group, titles in data.items() if isinstance(data, dict) else [("the file", None)]:
        if not isinstance(titles, dict):
            faults.add(group, f"it holds a {type(titles).__name__}, not titles.")
            continue
        for title, texts in titles.items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                faults.add(f"{group}, {title}", "it holds no list of texts.")
                continue
            rows += [(group, title, number, text) for number, text in enumerate(texts, 1)]
    faults.raise_any("texts by group and title: {group: {title: [text, ...]}}.")
    return rows
