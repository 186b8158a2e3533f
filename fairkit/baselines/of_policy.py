"""The baselines that a policy names: found, verified, and made ready to be compared with.

What is wrong with one is a :class:`~fairkit.policy.gate.Problem` of every check that needs it, not an
exception: a gate says all that it could not judge, and judges the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairkit.baselines.model import Baseline
from fairkit.baselines.storing import load_baseline
from fairkit.baselines.verifying import Checked
from fairkit.changes.meaning import meaning
from fairkit.counts import Counts
from fairkit.door.databases import is_address
from fairkit.errors import FairkitError, PolicyError
from fairkit.files import open_path
from fairkit.policy.gate import Problem
from fairkit.policy.model import BaselineFile, Policy
from fairkit.report.model import Report


@dataclass(frozen=True, slots=True)
class PolicyBaselines:
    """What became of the baselines that the checks of a policy name.

    Parameters
    ----------
    baselines : mapping of name to Baseline
        Counts of earlier releases, to be compared with as independent data.
    predictions : mapping of name to Path
        Predictions of earlier releases, whose rows are to be paired.
    problems : tuple of Problem
        Of kind ``baseline`` or ``hash``, one for every check that cannot run.

    Examples
    --------
    >>> PolicyBaselines({}, {}, ()).counts
    {}
    """

    baselines: Mapping[str, Baseline]
    predictions: Mapping[str, Path]
    problems: tuple[Problem, ...]

    @property
    def counts(self) -> dict[str, Counts]:
        """The counts of `baselines`, by name."""
        return {name: baseline.counts for name, baseline in self.baselines.items()}


def policy_baselines(
    policy: Policy, *, folder: str | os.PathLike[str] | None = None, reports: Sequence[Report] = ()
) -> PolicyBaselines:
    """Load and verify every baseline that some check of a policy names.

    Parameters
    ----------
    policy : Policy
    folder : str or path, optional
        What its paths are relative to; by default the folder of the policy's file.
    reports : sequence of Report
        Of the release. A baseline that means something else by the same words (other groups, another
        positive value) cannot be compared with them.

    Returns
    -------
    PolicyBaselines

    Examples
    --------
    >>> from fairkit.policy.model import Check, Compare, Number, PolicyGroup
    >>> check = Check(
    ...     id="no-worse", metric="accuracy", groups=("sex",), compare=Compare.BASELINE, baseline="v41",
    ...     max_regression=Number(0.02, "0.02"),
    ... )
    >>> policy = Policy(
    ...     name="credit", groups=(PolicyGroup(name="sex", columns=("sex",)),), checks=(check,),
    ...     baselines=(BaselineFile(name="v41", report="v41.json", sha256="0a" * 32),),
    ... )
    >>> policy_baselines(policy, folder="no/such").problems[0].kind
    'baseline'
    """
    place = policy.source.folder if folder is None else Path(folder)
    known = {one.name: one for one in policy.baselines}
    loaded: dict[str, Baseline] = {}
    predictions: dict[str, Path] = {}
    problems: list[Problem] = []
    for name in dict.fromkeys(check.baseline for check in policy.checks if check.baseline is not None):
        if name not in known:
            continue  # the policy was refused for it when it was read
        found = _found(known[name], place)
        contradictions = _contradictions(found, reports) if isinstance(found, Baseline) else []
        if contradictions:
            found = contradictions
        if isinstance(found, Baseline):
            loaded[name] = found
        elif isinstance(found, Path):
            predictions[name] = found
        else:
            checks = [check.id for check in policy.checks if check.baseline == name]
            problems += [
                Problem(kind, check, f"baseline '{name}': {text}") for check in checks for kind, text in found
            ]
    return PolicyBaselines(loaded, predictions, tuple(problems))


def policy_files(policy: Policy, *, folder: str | os.PathLike[str] | None = None) -> tuple[Checked, ...]:
    """Verify every baseline that a policy names, whether a check needs it or not.

    Parameters
    ----------
    policy, folder
        As for :func:`policy_baselines`.

    Examples
    --------
    >>> one = BaselineFile(name="v41", report="v41.json", sha256="0a" * 32)
    >>> policy = Policy(name="credit", groups=(), checks=(), baselines=(one,))
    >>> [(one.path, one.intact) for one in policy_files(policy, folder="no/such")]
    [('no/such/v41.json', False)]
    """
    checked = []
    place = policy.source.folder if folder is None else Path(folder)
    for one in policy.baselines:
        found = _found(one, place)
        path = (place / str(one.report if one.report is not None else one.predictions)).as_posix()
        problems = [f"baseline '{one.name}': {text}" for _, text in found] if isinstance(found, list) else []
        checked.append(Checked(path, found if isinstance(found, Baseline) else None, tuple(problems)))
    return tuple(checked)


def _found(one: BaselineFile, folder: Path) -> Baseline | Path | list[tuple[str, str]]:
    """Load a baseline, or verify its predictions; else say what is wrong, each with its kind."""
    try:
        if one.report is not None:
            return load_baseline(folder / one.report, sha256=one.sha256)
        if is_address(one.predictions):
            return [
                ("baseline", f"'{one.predictions}' has no hash to be held to; write the table to a file.")
            ]
        path = folder / str(one.predictions)
        found = open_path(path).sha256(force=True)
        if found != one.sha256.casefold():
            return [("hash", _changed(path, found, one.sha256))]
    except PolicyError as error:
        return [("hash", problem) for problem in error.problems]
    except (FairkitError, OSError) as error:
        texts = error.problems if isinstance(error, FairkitError) else (f"'{path}' cannot be read: {error}.",)
        return [("baseline", problem) for problem in texts]
    return path


def _contradictions(baseline: Baseline, reports: Sequence[Report]) -> list[tuple[str, str]]:
    """Say what a baseline means otherwise than the release; transcripts are held to transcripts."""
    return [
        ("baseline", refusal)
        for report in reports
        if (report.settings.unit is None) == (baseline.settings.unit is None)
        for refusal in meaning(baseline.settings, report.settings, names=("baseline's", "release's")).refusals
    ]


def _changed(path: Path, found: str | None, stated: str) -> str:
    return (
        f"'{path}' are not the predictions that the policy names: their sha256 is {found}, the policy states "
        f"{stated}. Restore the file, or state the new hash."
    )
