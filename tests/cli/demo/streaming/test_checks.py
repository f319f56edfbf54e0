"""What the story of streaming must come to, judged from what each place holds. Pure."""

from dataclasses import replace

import pytest

from cli.demo.streaming.checks import judged
from cli.demo.streaming.held import Held, Score
from ml.usecases.story import Records
from tests.cli.demo.made import records

_SCORES = {"a": Score(1, 0.25), "b": Score(1, 0.5), "c": Score(2, 0.75)}
_HELD = Held(features=3, delta=_SCORES, database=_SCORES, topic=_SCORES, messages=4, differing=frozenset())


def _champions(*versions: int) -> Records:
    moves = [{"alias": "champion", "to_version": str(version), "cause": "promotion"} for version in versions]
    return replace(records(), moves=moves)


def _failed(held: Held, *champions: int) -> dict[str, str]:
    found = judged(held, [], _champions(*champions))
    return {each.what: each.detail for each in found if not each.holds and "endpoint" not in each.what}


def test_equal_rows_everywhere_by_both_champions_hold() -> None:
    """One message came twice, which a reader of the topic does not notice."""
    assert _failed(_HELD, 1, 2, 1) == {}
    found = {each.what: each.detail for each in judged(_HELD, [], _champions(1, 2, 1))}
    assert found["messages with one id are equal, however often they were sent"] == (
        "4 messages, 1 of them doubles, 0 ids with two values"
    )


@pytest.mark.parametrize(
    ("held", "what", "detail"),
    [
        (replace(_HELD, features=4), "every feature row has one prediction", "4 feature rows, 3 predictions"),
        (
            replace(_HELD, database={key: _SCORES[key] for key in "ab"}),
            "the database holds the rows of the Delta table, each once",
            "2 rows; 1 are missing, 0 are not predictions, 0 differ",
        ),
        (
            replace(_HELD, topic=_SCORES | {"d": Score(1, 0.1), "a": Score(2, 0.25)}),
            "a reader of the topic who keeps one message per id has these rows too",
            "4 rows; 0 are missing, 1 are not predictions, 1 differ",
        ),
        (
            replace(_HELD, differing=frozenset({"a"})),
            "messages with one id are equal, however often they were sent",
            "4 messages, 1 of them doubles, 1 ids with two values",
        ),
    ],
)
def test_whatever_differs_is_named(held: Held, what: str, detail: str) -> None:
    """That, and nothing else."""
    assert _failed(held, 1, 2) == {what: detail}


@pytest.mark.parametrize(("champions", "detail"), [((1,), "version 1: 2 rows, version 2: 1 rows")])
def test_a_version_that_was_never_live_must_not_answer(champions: tuple[int, ...], detail: str) -> None:
    """Nor may the champion have stayed the same."""
    assert _failed(_HELD, *champions) == {"the stream was answered by both champions, and by no other version": detail}
