"""What a person may ask for about an alert."""

from dataclasses import replace
from datetime import date

import pytest

from ml.monitoring.alert_action import NoSuchAlertError, PastPeriodError, entry_of, handled_by, parse
from ml.monitoring.alert_book import Entry
from ml.monitoring.open_alerts import CLOSED
from tests.ml.monitoring.test_delivery import ALERT

_COMMON = ["--use-case", "credit", "--catalog", "prod", "--run-id", "1", "--key", "drift:2024-06"]
_WHO = ["--by", "mia", "--reason", "looked into"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--action", "snooze", *_WHO], "snooze with no time: give snooze either --periods, 1 or more, or --until"),
        (
            ["--action", "snooze", "--periods", "1", "--until", "2024-08", *_WHO],
            "snooze with --periods 1 and --until 2024-08: give snooze either",
        ),
        (["--action", "resolve", "--periods", "2", *_WHO], "resolve with --periods 2: give snooze either"),
        (["--action", "snooze", "--until", "July", *_WHO], "--until: 'July' is no month: write it as YYYY-MM"),
        (["--action", "forget", *_WHO], "choose from"),
        (["--action", "resolve", "--by", " ", "--reason", "x"], "it is empty: give a value, because it is recorded"),
    ],
)
def test_requests_that_make_no_sense_are_refused(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each says what is allowed, and exits with 2."""
    with pytest.raises(SystemExit) as left:
        parse([*_COMMON, *flags])
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_a_key_that_is_no_lasting_alert_names_those_that_are() -> None:
    """Unknown, or ended by itself."""
    lasting = Entry(alert=ALERT, before=None, handled=None, newest=ALERT.last_period)
    ended = replace(lasting, alert=replace(ALERT, key="drift:2024-01", status=CLOSED))
    assert entry_of([ended, lasting], ALERT.key) is lasting
    with pytest.raises(NoSuchAlertError, match="no alert 'drift:2020-01'; name one that lasts: drift:2024-06"):
        entry_of([ended, lasting], "drift:2020-01")
    with pytest.raises(NoSuchAlertError, match="'drift:2024-01' has already ended"):
        entry_of([ended, lasting], "drift:2024-01")


def test_silence_lasts_for_periods_or_until_one() -> None:
    """Both counted from the newest decided period; a period that is decided on could silence nothing."""
    june = date(2024, 6, 1)
    for time in (["--periods", "2"], ["--until", "2024-08"]):
        common, request = parse([*_COMMON, "--action", "snooze", *time, *_WHO])
        assert handled_by(request, june, common.judging).until == date(2024, 8, 1)
    past = replace(request, until=june)
    with pytest.raises(
        PastPeriodError, match=r"until 2024-06: that period is decided on, .* give 2024-07 or a later one"
    ):
        handled_by(past, june, common.judging)
