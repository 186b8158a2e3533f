"""Adult, from the data to a remedy: a gradient-boosted model judged by sex and race, before and after.

    python docs/examples/adult.py [FOLDER]

trains on Adult's training part without showing the model sex or race, judges it on the test part with AUC and
calibration, then tries two of fairlearn's remedies and says what each costs. Three pages are written into
FOLDER (default: here). The data are read from the folder that FAIRKIT_DATA names, or from the cache of
``fairkit.samples.load_adult(download=True)``. It takes some minutes: the second remedy trains many models.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.ensemble import HistGradientBoostingClassifier

import fairkit
from fairkit.samples import load_adult

if TYPE_CHECKING:
    import pandas as pd

    from fairkit.remedies.mitigation import RemedyResult

NOT_SHOWN = ("income", "fnlwgt", "sex", "race", "split")
"""Columns that are no features; `relationship` is one, and its "Husband" and "Wife" tell the sex anyway."""

BY = ("sex", "race", "sex,race")
LABEL = {"label": "income", "positive": ">50K"}


def features(adult: pd.DataFrame) -> list[str]:
    """Return the columns that the model sees."""
    return [name for name in adult.columns if name not in NOT_SHOWN]


def scored(adult: pd.DataFrame) -> pd.DataFrame:
    """Train on the training part and return the test part with a column `score`."""
    inputs = adult[features(adult)]
    texts = inputs.select_dtypes(exclude="number").columns
    inputs = inputs.astype(dict.fromkeys(texts, "category"))
    training = (adult["split"] == "train").to_numpy()
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    model.fit(inputs[training], adult["income"][training] == ">50K")
    scores = model.predict_proba(inputs[~training])[:, 1]
    return adult[~training].reset_index(drop=True).assign(score=scores)


def evaluated(test: pd.DataFrame) -> fairkit.Report:
    """Judge the scores: AUC and calibration, and the decisions from one half up, by sex, race and both."""
    return fairkit.evaluate(test, score="score", threshold=0.5, by=BY, **LABEL)


def thresholds(test: pd.DataFrame) -> RemedyResult:
    """Give each sex its own thresholds on the scores, fitted on one half of the test part."""
    return fairkit.remedy(test, score="score", by=BY, across="sex", **LABEL)


def reduction(adult: pd.DataFrame) -> RemedyResult:
    """Train anew under demographic parity; nobody's sex is asked when deciding."""
    return fairkit.remedy(
        adult, features=features(adult), method="exponentiated-gradient", by=BY, across="sex", **LABEL
    )


def main(folder: Path) -> None:
    """Write the three pages and say the numbers."""
    adult = load_adult()
    test = scored(adult)
    report = evaluated(test)
    pages = {"adult.html": report}
    sys.stdout.write(f"{report.to_text()}\n")
    for name, result in (("thresholds", thresholds(test)), ("reduction", reduction(adult))):
        sys.stdout.write("\n".join(["", *result.notes, ""]))
        pages[f"adult-{name}.html"] = result.report
    for name, page in pages.items():
        (folder / name).write_text(page.to_html(), encoding="utf-8")
        sys.stdout.write(f"wrote {folder / name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
