"""What the real providers asked while they applied, planned, updated and destroyed a small platform is answered."""

from collections import Counter

import pytest

from localcloud.recorded import REFUSED_BY_PLATFORM
from tests.localcloud.replay.platform import PlatformReplay
from tests.localcloud.replay.recording import Asked

pytestmark = pytest.mark.slow

Platforms = dict[str, PlatformReplay]


def _as_recorded(asked: Asked, now: int) -> bool:
    return asked.status == now if asked.status >= 400 else 200 <= now < 300


def test_what_was_done_is_done_again(platforms: Platforms) -> None:
    """2xx for each request that got 2xx; 404 where 404 was recorded, until the object is made; all else is named."""
    other = [each for done in platforms.values() for each in done.answered if not _as_recorded(*each)]
    named = {
        (asked.number, asked.route, now): next((row.route for row in REFUSED_BY_PLATFORM if row.is_of(asked.route)), "")
        for asked, now in other
    }
    assert [each for each, row in named.items() if not row] == []
    found = Counter((row, now) for (_, _, now), row in named.items())
    assert found == {(row.route, row.answered[0]): row.requests for row in REFUSED_BY_PLATFORM}


def test_every_object_reads_back_with_all_that_was_sent(platforms: Platforms) -> None:
    """At the end, or before the recording destroys: every argument of every request."""
    assert [each for done in platforms.values() for each in done.not_read_back] == []
    assert {name: done.read_back for name, done in platforms.items()} == {
        "databricks-apply-plan-destroy": 32,
        "databricks-apply-update-plan": 31,
        "azure-apply-plan-destroy": 52,
    }


def test_what_was_deleted_is_gone(platforms: Platforms) -> None:
    """404 for each object that a deletion was answered with 2xx for."""
    assert [each for done in platforms.values() for each in done.not_gone] == []
    assert {name: done.deleted for name, done in platforms.items()} == {
        "databricks-apply-plan-destroy": 23,
        "databricks-apply-update-plan": 1,
        "azure-apply-plan-destroy": 23,
    }
