"""The history of every version of a model, from its jobs' records. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.versions.aliases import CHAMPION

Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Version:
    """A registered version: its creation time, lineage tags, and current aliases."""

    number: int
    created: str
    tags: Mapping[str, str]
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time span in which a version was live. `end` and `why` are empty while it still is."""

    start: str
    end: str
    why: str


def story(
    versions: Sequence[Version], gates: Sequence[Record], moves: Sequence[Record], comments: Sequence[Record] = ()
) -> list[dict[str, Any]]:
    """One row per version, newest first.

    `gates`, `moves` and `comments` are rows of `gate_results`, `promotions` and `comments`, as SQL answers them, oldest
    first.
    """
    newest_first = sorted(versions, key=lambda found: -found.number)
    return [_row(version, gates, moves) | {"comments": _said(version.number, comments)} for version in newest_first]


def spans(number: int, moves: Sequence[Record]) -> list[Span]:
    """The time spans in which a version was live, oldest first."""
    champion = [move for move in moves if move["alias"] == CHAMPION]
    ends: list[Record | None] = [*champion[1:], None] if champion else []
    return [
        Span(
            start=move["promoted_at"],
            end=after["promoted_at"] if after else "",
            why=_why(after) if after else "",
        )
        for move, after in zip(champion, ends, strict=True)
        if int(move["to_version"]) == number
    ]


def _row(version: Version, gates: Sequence[Record], moves: Sequence[Record]) -> dict[str, Any]:
    lived = spans(version.number, moves)
    return {
        "version": version.number,
        "is": ", ".join(version.aliases),
        "created": version.created,
        "trained_on": _data(version.tags),
        "why_trained": version.tags.get("reason", ""),
        "gates": _verdicts(_of(version.number, gates)),
        "signed_off_by": _signer(_of(version.number, gates)),
        "live": "; ".join(f"{span.start} to {span.end or 'now'}" for span in lived),
        "why_retired": lived[-1].why if lived else "",
    }


def _of(number: int, gates: Sequence[Record]) -> list[Record]:
    """The verdicts of the newest run that judged the version."""
    mine = [gate for gate in gates if int(gate["version"]) == number]
    return [gate for gate in mine if gate["run_id"] == mine[-1]["run_id"]]


def _data(tags: Mapping[str, str]) -> str:
    """Tables with versions, and the periods for fitting and for the hold-out."""
    tables = [
        f"{tags[name]}@{tags.get(f'{name}_version', '?')}"
        for name in ("feature_table", "outcome_table")
        if name in tags
    ]
    fitted = f"{tags.get('fitted_first_period', '?')} to {tags.get('fitted_last_period', '?')}"
    return f"{', '.join(tables)}: {fitted}" if tables else ""


def _verdicts(gates: Sequence[Record]) -> str:
    failed = [f"{gate['gate']} failed: {gate['reason']}" for gate in gates if gate["verdict"] != "pass"]
    return "; ".join(failed) or (f"{len(gates)} passed" if gates else "not judged")


def _said(number: int, comments: Sequence[Record]) -> str:
    mine = [each for each in comments if int(each["version"]) == number]
    return "; ".join(f"{each['commented_by']}: {each['comment']}" for each in mine)


def _signer(gates: Sequence[Record]) -> str:
    """The persons who approved, or how it was released; empty if it was not."""
    passed = [gate for gate in gates if gate["gate"] == "sign_off" and gate["verdict"] == "pass"]
    if not passed:
        return ""
    people = json.loads(passed[-1]["inputs"]).get("approved_by", [])
    return ", ".join(people) or f"{json.loads(passed[-1]['thresholds'])['sign_off']}, as declared"


def _why(move: Record) -> str:
    """The reason for the move that ended a span."""
    words = {"gates": "replaced", "rollback": "rolled back", "serving": "could not be served"}
    told = words.get(move["cause"], move["cause"])
    return f"{told} by {move['promoted_by']}: {move['reason']}; version {move['to_version']} followed"
