"""Adult: a bounty on a decision stump, with a stream of claims on race, sex, age and their intersections.

    python docs/examples/adult_bounty.py [FOLDER]

trains a stump on 4,000 rows, opens a bounty on the other 44,842 and submits one repair for each of 20 groups:
a tree that a hunter grows on the group's public rows. Prints how many are accepted, and each accepted group's
error on part B by the stump, when its claim was accepted, at its best and at the end. The data are read from
the folder that FAIRKIT_DATA names, or from the cache of ``fairkit.samples.load_adult(download=True)``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind
from bounty.game.bounty import Bounty
from bounty.game.creating import create
from bounty.game.parts import PartOfBounty
from bounty.game.referee import Outcome
from bounty.hunters.trees import Encoding, model_of
from bounty.rows.bits import RowSet
from fairkit.samples import load_adult

STUMP_ROWS = 4_000
SEED = 12345

RACES = ("White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other")
AGES = {"under 30": "age < 30", "30 to 49": "30 <= age < 50", "50 and over": "age >= 50"}
SEXES = ("Female", "Male")
GROUPS = {
    **{f"{sex}, {age}": f"sex == '{sex}' and {rule}" for sex in SEXES for age, rule in AGES.items()},
    **{f"{sex}, {race}": f"sex == '{sex}' and race == '{race}'" for sex in SEXES for race in RACES[:2]},
    **{race: f"race == '{race}'" for race in RACES},
    **AGES,
    **{sex: f"sex == '{sex}'" for sex in SEXES},
}
"""In the order of the stream: intersections, then the groups that they are made of."""

TERMS = Terms.of(
    epsilon="0.08", least="0.0005", submissions=len(GROUPS), acceptances=14, repairs=6, bound="chernoff"
)
COARSEN = {
    "age": "5",
    "hours-per-week": "0,20,35,41,50",
    "capital-gain": "0,1,5000,7000,10000",
    "capital-loss": "0,1,1500,1800,2000",
}


def stumped() -> pd.DataFrame:
    """Train a stump on some rows and give the others with what it says."""
    adult = load_adult().drop(columns=["fnlwgt", "education-num", "split"])
    features = pd.get_dummies(adult.drop(columns=["income", "sex", "race"]))
    chosen = np.random.default_rng(SEED).permutation(len(adult)) < STUMP_ROWS
    stump = DecisionTreeClassifier(max_depth=1, random_state=0).fit(features[chosen], adult["income"][chosen])
    rest = adult[~chosen].reset_index(drop=True)
    return rest.assign(stump=stump.predict(features[~chosen]))


def opened(folder: Path) -> Bounty:
    """Open the bounty."""
    create(
        stumped(),
        folder,
        terms=TERMS,
        title="Adult, a stump",
        losses=("error",),
        shares=("0.2", "0.5", "0.3"),
        salt=bytes(32),  # fixed, so that the printed numbers come out again
        label="income",
        prediction="stump",
        positive=">50K",
        coarsen=COARSEN,
    )
    return Bounty(folder)


def repair(bounty: Bounty, name: str) -> Claim:
    """Grow a tree on the public rows of a group."""
    part = bounty.referee.public
    group = rows_of(part, name).mask
    encoding = Encoding.of(part.split.columns)
    tree = DecisionTreeClassifier(max_leaf_nodes=12, min_samples_leaf=10, random_state=0)
    tree.fit(encoding.matrix(part.split.columns)[group], part.split.truth.codes[group])
    model = model_of(tree, encoding, part.split.columns, bounty.manifest.space)
    return Claim(ClaimKind.REPAIR, "error", GROUPS[name], model=model, about={"title": name})


def rows_of(part: PartOfBounty, name: str) -> RowSet:
    """Find the rows of a group, or all."""
    if name not in GROUPS:
        return RowSet.all(part.split.rows)
    return part.group(Claim(ClaimKind.DISPARITY, "error", GROUPS[name]))


def play(folder: Path, order: Sequence[str]) -> None:
    """Play one bounty and print what came out."""
    bounty = opened(folder)
    accepted: dict[str, int] = {}
    pointers = 0
    for name in order:
        judged = bounty.submit(repair(bounty, name), team="stream")
        if judged.ruling.outcome is Outcome.CONFIRMED:
            accepted[name] = judged.ruling.version + 1
            pointers += sum(pointer.confirmed for pointer in judged.ruling.pointers)
    part = bounty.referee.sealed
    sizes = ", ".join(f"{each.rows:,} rows {name}" for name, each in bounty.manifest.parts.items())
    lines = [
        f"{len(order)} claims, '{order[0]}' first; {sizes}",
        f"{len(accepted)} accepted and confirmed, {pointers} pointer repairs. Errors on part B:",
        "",
        f"{'group':<22}{'rows':>7}{'stump':>9}{'accepted':>10}{'best':>8}{'end':>8}",
    ]
    for name in ["all rows", *accepted]:
        group = rows_of(part, name)
        error = part.versions.lost_totals(group) / group.size
        then = f"{error[accepted[name]]:.4f}" if name in accepted else ""
        lines.append(
            f"{name:<22}{group.size:>7,}{error[0]:>9.4f}{then:>10}{error.min():>8.4f}{error[-1]:>8.4f}"
        )
    sys.stdout.write("\n".join([*lines, "", ""]))


def main(folder: Path) -> None:
    """Play the stream twice: intersections first, and broad groups first."""
    play(folder / "intersections-first", list(GROUPS))
    play(folder / "broad-first", list(reversed(GROUPS)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
