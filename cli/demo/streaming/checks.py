"""The checks at the end of the story. Pure: each check takes the data that was read."""

from collections.abc import Mapping, Sequence

from cli.demo.answers import Answer
from cli.demo.checks import Judged, endpoint, judge
from cli.demo.streaming.held import Held, Score
from ml.usecases.story import Records

# Both versions that were live, in that order.
_VERSIONS = 2


def judged(held: Held, answers: Sequence[Answer], records: Records) -> list[Judged]:
    """Every promise of the story, with the finding."""
    return [
        _once(held),
        _both_answered(held, records.champions),
        _same_rows("the database holds the rows of the Delta table, each once", held.delta, held.database),
        _same_rows("a reader of the topic who keeps one message per id has these rows too", held.delta, held.topic),
        _one_value(held),
        *judge([endpoint(answers)], records),
    ]


def _once(held: Held) -> Judged:
    return Judged(
        what="every feature row has one prediction",
        holds=0 < held.features == len(held.delta),
        detail=f"{held.features:,} feature rows, {len(held.delta):,} predictions",
    )


def _both_answered(held: Held, champions: Sequence[int]) -> Judged:
    rows = dict.fromkeys(dict.fromkeys(champions), 0)
    for score in held.delta.values():
        rows[score.version] = rows.get(score.version, 0) + 1
    return Judged(
        what="the stream was answered by both champions, and by no other version",
        holds=len(rows) == _VERSIONS and set(rows) == set(champions) and all(rows.values()),
        detail=", ".join(f"version {version}: {count:,} rows" for version, count in rows.items()),
    )


def _same_rows(what: str, delta: Mapping[str, Score], there: Mapping[str, Score]) -> Judged:
    lacking, extra = len(delta.keys() - there.keys()), len(there.keys() - delta.keys())
    other = sum(there[key] != score for key, score in delta.items() if key in there)
    return Judged(
        what=what,
        holds=bool(delta) and not lacking + extra + other,
        detail=f"{len(there):,} rows; {lacking} are missing, {extra} are not predictions, {other} differ",
    )


def _one_value(held: Held) -> Judged:
    doubles = held.messages - len(held.topic)
    return Judged(
        what="messages with one id are equal, however often they were sent",
        holds=held.messages > 0 and not held.differing,
        detail=f"{held.messages:,} messages, {doubles:,} of them doubles, {len(held.differing)} ids with two values",
    )
