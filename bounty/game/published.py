"""What a hunter holds of a bounty: the manifest, the ledger and the public rows, and the model as it is now.

The repaired model is public: its confirmed claims stand in the ledger. So its present version on the public
rows can be made again without the host, and a claim is examined against the model that it would be judged
against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bounty.claims.claim import Claim, ClaimKind
from bounty.claims.proposals import Refusing, Runner
from bounty.decision_list.pointer_list import DecisionList, ListNode, Pointer, Update
from bounty.game.answered import Place, place_after
from bounty.game.belonging import check_part
from bounty.game.conditions import Conditions, conditions_of
from bounty.game.examining import Examination, examine
from bounty.game.folder import OnnxFiles
from bounty.game.parts import PartOfBounty
from bounty.holdout.public_files import read_public
from bounty.holdout.public_schema import PublicSchema, read_schema
from bounty.ledger.ledger import Entry, Kind, read_entries
from bounty.ledger.manifest import Manifest
from bounty.ledger.order_rules import order_problems
from bounty.rows.answers import AnswerSpace
from bounty.scoring.overlaps import repeated
from fairkit.errors import BountyError, LedgerError


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
    changed : int
        The row that changed the model last; 0 where none did.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Published, Terms, create
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     published = Published.read(f"{place}/b")
    >>> published.held_rows, published.place.spent.submissions, published.list.versions
    ((2400, 1200), 0, 1)
    """

    manifest: Manifest
    entries: tuple[Entry, ...]
    schema: PublicSchema
    conditions: Conditions
    part: PartOfBounty
    accepted: tuple[Claim, ...]
    list: DecisionList
    changed: int

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
        ClaimError
            A confirmed claim has an ONNX model that the runner refuses.
        """
        root = Path(folder)
        if not root.is_dir():
            raise BountyError(f"there is no folder '{root}'; name the folder of a bounty.")
        entries = tuple(read_entries(root / "ledger.jsonl"))
        manifest = Manifest.from_dict(entries[0].body)
        conditions = conditions_of(manifest)
        if wrong := order_problems(entries, conditions.terms):
            raise LedgerError(*map(str, wrong))
        split = read_public(root / "public")
        check_part("public", split, manifest=manifest)
        part = PartOfBounty(split, conditions, runner or Refusing())
        confirmed = _confirmed(entries, OnnxFiles(root / "public" / "models"))
        nodes = _nodes(entries, {claim.hash: claim for claim in confirmed.values()})
        for node in nodes.values():
            part.versions.apply(node, runner=part.runner)
        return cls(
            manifest,
            entries,
            read_schema(root / "public"),
            conditions,
            part,
            tuple(confirmed.values()),
            DecisionList(manifest.space, tuple(nodes.values())),
            max(nodes, default=0),
        )

    @property
    def place(self) -> Place:
        """What was asked and answered so far: where the next claim stands."""
        return place_after(self.entries)

    def obstacles(self, examination: Examination) -> tuple[str, ...]:
        """Say what the ledger has against judging a claim: it is closed or used up, or the claim is known."""
        found = []
        if any(entry.kind is Kind.CLOSE for entry in self.entries):
            found.append("The bounty is closed; it judges nothing more.")
        left = self.place.spent.left(self.conditions.terms)
        if not (left.submissions and left.acceptances):
            found.append("The budget of the bounty is used up; it judges nothing more.")
        said = self._said(examination.claim)
        if said is not None:
            found.append(said)
            return tuple(found)
        earlier = [examine(claim, self.part) for claim in self.accepted]
        near = repeated(examination, earlier, public=self.part)
        if near is not None:
            found.append(
                f"It repeats claim {near[:8]}, which was confirmed: the groups are nearly the same rows."
            )
        return tuple(found)

    def _said(self, claim: Claim) -> str | None:
        """Say how the very same claim ended before."""
        outcomes = {
            entry.body["submission"]: entry.body["outcome"]
            for entry in self.entries
            if entry.kind is Kind.DECISION
        }
        same = [
            entry
            for entry in self.entries
            if entry.kind is Kind.SUBMISSION
            and entry.body["claim"] == claim.hash
            and outcomes.get(entry.seq, "duplicate") != "duplicate"
        ]
        if not same:
            return None
        row = same[-1].seq
        if claim.kind is ClaimKind.REPAIR and outcomes[row] == "rejected" and row < self.changed:
            return None  # it would be compared with another version of the model now
        return f"The very same claim was {outcomes[row]} (row {row}); to claim it again is a duplicate."

    @property
    def held_rows(self) -> tuple[int, int]:
        """Rows of parts A and B."""
        parts = self.manifest.parts
        return parts["checker"].rows, parts["confirmation"].rows

    @property
    def space(self) -> AnswerSpace:
        """What models may answer."""
        return self.manifest.space


def _confirmed(entries: tuple[Entry, ...], models: Mapping[str, bytes]) -> dict[int, Claim]:
    """Read the confirmed claims, by the row of their confirmation."""
    by_row = {entry.seq: entry for entry in entries}
    found: dict[int, Claim] = {}
    for entry in entries:
        if entry.kind is not Kind.CONFIRMATION or not entry.body["confirmed"]:
            continue
        name = by_row[by_row[entry.body["decision"]].body["submission"]].body["claim"]
        try:
            claim = Claim.from_dict(entry.body["content"], models=models, about=entry.body.get("about", {}))
        except BountyError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError):
            raise LedgerError(f"row {entry.seq}: the claim that it confirms cannot be read.") from None
        if claim.hash != name:
            raise LedgerError(f"row {entry.seq}: the claim that it shows is not the one that was submitted.")
        found[entry.seq] = claim
    return found


def _nodes(entries: tuple[Entry, ...], claims: Mapping[str, Claim]) -> dict[int, ListNode]:
    """Read the nodes of the repaired model, by the rows that made them."""
    by_row = {entry.seq: entry for entry in entries}
    nodes: dict[int, ListNode] = {}
    for entry in entries:
        if entry.kind is Kind.CONFIRMATION and entry.body["confirmed"]:
            claim = claims[by_row[by_row[entry.body["decision"]].body["submission"]].body["claim"]]
            if claim.model is not None:
                nodes[entry.seq] = Update(claim.group, claim.model, claim.hash)
        elif entry.kind is Kind.REPAIR and entry.body.get("confirmed"):
            group, version = entry.body.get("group"), entry.body.get("version")
            if (
                not isinstance(group, str)
                or group not in claims
                or not isinstance(version, int)
                or not 0 <= version <= len(nodes)
            ):
                raise LedgerError(f"row {entry.seq}: it points to a group or a version that is not there.")
            nodes[entry.seq] = Pointer(claims[group].group, version)
    return nodes
