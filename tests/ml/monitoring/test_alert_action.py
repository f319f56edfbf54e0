"""What a person may ask for about an alert."""

from dataclasses import replace

import pytest

from ml.monitoring.alert_action import NoSuchAlertError, entry_of, parse
from ml.monitoring.alert_book import Entry
from ml.monitoring.open_alerts import CLOSED
from tests.ml.monitoring.test_delivery import ALERT

_COMMON = ["--use-case", "credit", "--catalog", "prod", "--run-id", "1", "--key", "drift:2024-06"]
_WHO = ["--by", "mia", "--reason", "looked into"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--action", "snooze", *_WHO], "--periods 0: give 1 or more with snooze"),
        (["--action", "resolve", "--periods", "2", *_WHO], "--periods 2: give 1 or more with snooze, and omit"),
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
    with pytest.raises(NoSuchAlertError, match="no alert 'drift:2020-01'; lasting alerts: drift:2024-06"):
        entry_of([ended, lasting], "drift:2020-01")
    with pytest.raises(NoSuchAlertError, match="'drift:2024-01' has already ended"):
        entry_of([ended, lasting], "drift:2024-01")
