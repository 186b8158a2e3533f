"""The numbers of a whole bounty, counted again from its files with NumPy alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from bounty_games import (
    MISSED,
    STREAM,
    played,
)

from bounty.claims.claim import ClaimKind
from bounty.ledger.entries import Kind


def decoded(path):
    """Decode a part's file into plain arrays, without the code of the bounty."""
    arrays = np.load(path)
    header = json.loads(arrays["header"].tobytes())
    values = {
        column["name"]: np.array(column["levels"], dtype=object)[arrays[f"column{i}"]]
        for i, column in enumerate(header["columns"])
    }
    return values, arrays["truth"].astype(int), arrays["host"].astype(int)


GROUPS = {
    "side == 'left'": lambda v: v["side"] == "left",
    "half == 'low'": lambda v: v["half"] == "low",
    "half == 'high'": lambda v: v["half"] == "high",
}
"""The groups of the stream, in plain Python."""


def rates(mask, lost, units):
    """Sum a loss over rows."""
    lost, units = lost[mask], units[mask]
    return {
        "rows": int(mask.sum()),
        "lost": int(lost.sum()),
        "units": int(units.sum()),
        "lost_squares": int((lost**2).sum()),
        "products": int((lost * units).sum()),
        "units_squares": int((units**2).sum()),
    }


class Oracle:
    """Counts evidence on one part with plain NumPy; the model's versions are arrays of answers."""

    def __init__(self, path):
        self.values, self.truth, host = decoded(path)
        self.versions = [host]

    def weigh(self, mask, answers):
        """Compare answers with the present version on a group."""
        before, after = (self.versions[-1] != self.truth)[mask], (answers != self.truth)[mask]
        better, worse = int((before & ~after).sum()), int((~before & after).sum())
        return {
            "kind": "repair",
            "rows": len(self.truth),
            "group": int(mask.sum()),
            "lost_before": int(before.sum()),
            "lost_after": int(after.sum()),
            "better": better,
            "worse": worse,
            "squares": better + worse,
            "largest": 1,
        }

    def evidence(self, claim):
        """Count what the part says about a claim."""
        mask = GROUPS[claim.group](self.values)
        if claim.kind is ClaimKind.REPAIR:
            return self.weigh(mask, np.full(len(self.truth), int(claim.model.predict == "yes")))
        lost = (self.versions[0] != self.truth).astype(int)
        units = np.ones(len(lost), int)
        if claim.loss == "false_negative":
            units = (self.truth == 1).astype(int)
            lost = lost * units
        other = np.ones(len(lost), bool) if claim.compare == "overall" else ~mask
        return {
            "kind": "disparity",
            "rows": len(lost),
            "group": rates(mask, lost, units),
            "reference": rates(other, lost, units),
            "overlap": rates(mask & other, lost, units),
            "largest": 1,
            "largest_unit": 1,
        }

    def put(self, mask, answers):
        """Answer otherwise on a group from now on."""
        self.versions.append(np.where(mask, answers, self.versions[-1]))


def test_every_number_is_what_plain_arithmetic_gives(tmp_path):
    """All sealed evidence, pointers included, is counted again from the files with NumPy alone."""
    bounty = played(tmp_path / "b", *STREAM, MISSED, replace(MISSED, compare="rest"))
    parts = [Oracle(tmp_path / "b" / "private" / f"{name}.npz") for name in ("checker", "confirmation")]
    openings = bounty.folder.openings.read()
    checked = 0
    for judged in bounty.judged:
        claim, rows = judged.ruling.claim, bounty.ledger.entries()
        evidence = [part.evidence(claim) for part in parts]
        own = [e for e in rows if judged.submission.seq < e.seq < judged.submission.seq + 6]
        own = own[: next((i for i, e in enumerate(own) if e.kind is Kind.SUBMISSION), len(own))]
        for entry in own:
            content = openings[entry.body["evidence"]].content
            if entry.kind is Kind.DECISION:
                assert content["numbers"] == evidence[0]
            elif entry.kind is Kind.CONFIRMATION:
                assert content["numbers"] == evidence[1]
                if claim.kind is ClaimKind.REPAIR:
                    for part in parts:
                        mask = GROUPS[claim.group](part.values)
                        part.put(mask, np.full(len(mask), int(claim.model.predict == "yes")))
            elif entry.body["accepted"]:
                group = next(
                    j.ruling.claim.group for j in bounty.judged if j.ruling.claim.hash == entry.body["group"]
                )
                masks = [GROUPS[group](part.values) for part in parts]
                old = [part.versions[entry.body["version"]] for part in parts]
                seen = [part.weigh(*pair) for part, *pair in zip(parts, masks, old, strict=True)]
                assert [content["numbers"], content["confirmation"]] == seen
                for part, mask, answers in zip(parts, masks, old, strict=True):
                    part.put(mask, answers)
            checked += 1
    assert checked == sum("evidence" in entry.body for entry in bounty.ledger.entries())
    current = bounty.referee.sealed.versions
    assert (current.answers(current.current).codes == parts[1].versions[-1]).all()
