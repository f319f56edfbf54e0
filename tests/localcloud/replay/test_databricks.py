"""What the real databricks provider asked while it applied and destroyed this repository's stacks is answered."""

from collections import Counter

from localcloud.recorded import REFUSED, Refused
from tests.localcloud.replay.databricks import Replay
from tests.localcloud.replay.recording import Asked


def _refused(asked: Asked) -> Refused | None:
    """The row of a request; of one that got 2xx only if its row says that it did."""
    rows = [each for each in REFUSED if each.recorded == asked.status and each.is_of(asked.route)]
    return rows[0] if rows else None


def test_what_was_done_is_done_again(replay: Replay) -> None:
    """2xx for each request that got 2xx, but for those that the page names."""
    other = [(each.number, each.route, now) for each, now in replay.answered if not _as_recorded(each, now)]
    assert other == []


def test_what_was_refused_gets_the_documented_answer(replay: Replay) -> None:
    """Each is named, as often as it was asked, with the status of a valid request."""
    refused = [(each, now) for each, now in replay.answered if each.status >= 400 or _refused(each)]
    named = Counter((row.route, now) for each, now in refused if (row := _refused(each)))
    assert named == {(row.route, row.answered): row.requests for row in REFUSED}
    assert [each.route for each, _ in refused if _refused(each) is None] == []


def test_every_object_reads_back_with_all_that_was_sent(replay: Replay) -> None:
    """Before stacks are destroyed: every argument of every create, update, grant, permission, binding and setting."""
    assert replay.not_read_back == []
    assert replay.read_back == 273


def test_what_was_deleted_is_gone(replay: Replay) -> None:
    """404 for each object that a deletion was answered with 2xx for."""
    assert replay.not_gone == []
    assert replay.deleted == 19


def _as_recorded(asked: Asked, now: tuple[int, ...]) -> bool:
    row = _refused(asked)
    if row is not None:
        return now == row.answered
    return asked.status < 300 and all(200 <= each < 300 for each in now)
