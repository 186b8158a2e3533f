"""What a hunter holds of a bounty: the manifest, the ledger and the public rows, and the model as it is now.

The repaired model is public: its confirmed claims stand in the ledger. So its present version on the public
rows can be made again without the host, and a claim is examined against the model that it would be judged
against.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bounty.claims.claim import Claim, ClaimKind
from bounty.claims.proposals import Refusing, Runner
from bounty.decision_list.pointer_list import DecisionList, ListNode, Pointer, Update
from bounty.game.answered import Place, place_after
from bounty.game.conditions import Conditions, conditions_of
from bounty.game.parts import PartOfBounty
from bounty.holdout.public_files import read_public
from bounty.holdout.public_schema import PublicSchema, read_schema
from bounty.ledger.ledger import Entry, Kind, read_entries
from bounty.ledger.manifest import Manifest
from bounty.rows.answers import AnswerSpace
from bounty.rows.bits import RowSet
from fairkit.errors import BountyError


@dataclass(frozen=True, slots=True)
class Published:
    """The published side of a bounty.

    Attributes
    ----------
    manifest : Manifest
    entries : tuple of Entry
        The ledger.
    schema : PublicSchema
        What the columns of the public table mean.
    conditions : Conditions
    part : PartOfBounty
        The public rows, with every version of the model.
    accepted : tuple of Claim
        Confirmed claims, in the order of the ledger.
    list : DecisionList
        The repaired model.
    """

    manifest: Manifest
    entries: tuple[Entry, ...]
    schema: PublicSchema
    conditions: Conditions
    part: PartOfBounty
    accepted: tuple[Claim, ...]
    list: DecisionList

    @classmethod
    def read(cls, folder: str | Path, *, runner: Runner | None = None) -> Published:
        """Read ``ledger.jsonl`` and ``public/`` of a folder, the host's or a hunter's.

        Parameters
        ----------
        folder : str or Path
        runner : Runner, optional
            Runs ONNX models; without one, confirmed claims with such models are refused.

        Raises
        ------
        BountyError, LedgerError
            A file is missing or damaged, or ledger and public rows do not belong together.
        """
        root = Path(folder)
        if not root.is_dir():
            raise BountyError(f"there is no folder '{root}'; name the folder of a bounty.")
        entries = tuple(read_entries(root / "ledger.jsonl"))
        manifest = Manifest.from_dict(entries[0].body)
        conditions = conditions_of(manifest)
        part = PartOfBounty(read_public(root / "public"), conditions, runner or Refusing())
        accepted = [
            Claim.from_dict(entry.body["content"], about=entry.body.get("about", {}))
            for entry in entries
            if entry.kind is Kind.CONFIRMATION and entry.body["confirmed"]
        ]
        nodes = _nodes(entries, {claim.hash: claim for claim in accepted})
        groups: dict[str, RowSet] = {}
        for node in nodes:
            if isinstance(node, Update):
                claim = next(each for each in accepted if each.hash == node.claim)
                groups[node.claim] = part.group(claim)
                part.versions.update(groups[node.claim], part.answers(claim))
            else:
                part.versions.apply(node)
        return cls(
            manifest,
            entries,
            read_schema(root / "public"),
            conditions,
            part,
            tuple(accepted),
            DecisionList(manifest.space, tuple(nodes)),
        )

    @property
    def place(self) -> Place:
        """What was asked and answered so far: where the next claim stands."""
        return place_after(self.entries)

    @property
    def held_rows(self) -> tuple[int, int]:
        """Rows of parts A and B."""
        parts = self.manifest.parts
        return parts["checker"].rows, parts["confirmation"].rows

    @property
    def space(self) -> AnswerSpace:
        """What models may answer."""
        return self.manifest.space


def _nodes(entries: tuple[Entry, ...], claims: dict[str, Claim]) -> list[ListNode]:
    """Read the nodes of the repaired model from the ledger."""
    decisions = {entry.seq: entry for entry in entries if entry.kind is Kind.DECISION}
    submissions = {entry.seq: entry for entry in entries if entry.kind is Kind.SUBMISSION}
    nodes: list[ListNode] = []
    for entry in entries:
        if entry.kind is Kind.CONFIRMATION and entry.body["confirmed"]:
            decision = decisions[entry.body["decision"]]
            claim = claims[submissions[decision.body["submission"]].body["claim"]]
            if claim.kind is ClaimKind.REPAIR and claim.model is not None:
                nodes.append(Update(claim.group, claim.model, claim.hash))
        elif entry.kind is Kind.REPAIR and entry.body.get("confirmed"):
            nodes.append(Pointer(claims[entry.body["group"]].group, entry.body["version"]))
    return nodes
