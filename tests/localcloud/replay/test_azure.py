"""What the real azurerm asked while it planned and applied `bootstrap`, `hub` and `prod-platform` is answered."""

from collections import Counter

from localcloud.recorded import REFUSED_BY_AZURE, Refused
from tests.localcloud.replay.azure import AzureReplay
from tests.localcloud.replay.recording import Asked


def _other(asked: Asked) -> Refused | None:
    """The row of a request whose status is another one now than the stub's that was recorded."""
    rows = [each for each in REFUSED_BY_AZURE if each.recorded == asked.status and each.is_of(asked.route)]
    named = [each for each in rows if each.with_body is None or each.with_body == bool(asked.body)]
    return named[0] if named else None


def test_what_was_done_is_done_again(azure_replay: AzureReplay) -> None:
    """2xx for each request that got 2xx; 404 where 404 was recorded, until the resource is made; all else is named."""
    other = [
        (asked.number, asked.route, asked.status, now)
        for asked, now in azure_replay.answered
        if _other(asked) is None and (asked.status != now if asked.status >= 400 else not 200 <= now < 300)
    ]
    assert other == []


def test_what_the_stub_lacked_gets_the_documented_answer(azure_replay: AzureReplay) -> None:
    """Each is named, as often as it was asked."""
    found = Counter((row.route, now) for asked, now in azure_replay.answered if (row := _other(asked)))
    assert found == {(row.route, row.answered[0]): row.requests for row in REFUSED_BY_AZURE}


def test_every_operation_is_asked_about(azure_replay: AzureReplay) -> None:
    """As many operations as the provider waited for, by the URLs that our own answers gave."""
    assert azure_replay.unasked == 0
    assert sum("/_async/" in asked.path for asked, _ in azure_replay.answered) == 68


def test_every_resource_reads_back_with_all_that_was_sent(azure_replay: AzureReplay) -> None:
    """Every field of every PUT that is the caller's to say."""
    assert azure_replay.not_read_back == []
    assert azure_replay.read_back == 88


def test_what_is_read_can_be_written_back(azure_replay: AzureReplay) -> None:
    """With a tag more: networks with their subnets, groups with their rules, and all else."""
    assert azure_replay.put_back() == []
