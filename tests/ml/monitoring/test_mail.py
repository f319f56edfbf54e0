"""Alerts reach the people of their destination by e-mail; no message of ours shows the server's password."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ml.monitoring.alert import tell
from ml.monitoring.delivery import DeliveryError, Webhook
from ml.monitoring.handling import News
from ml.monitoring.mail import Mail, MailServer, people_of
from tests.ml.monitoring.test_delivery import ALERT
from tests.smtp import Mailbox, mail_server

PEOPLE = {"on-call": ("ops@example.com", "night@example.com"), "model-risk": ("risk@example.com",)}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server of this machine."""
    with mail_server() as found:
        yield found


def _mail(box: Mailbox) -> Mail:
    return Mail(server=MailServer.read(f"smtp://127.0.0.1:{box.port}?from=mlops@example.com"), people=PEOPLE)


def test_the_people_of_a_destination_get_the_whole_story(box: Mailbox) -> None:
    """What, since when, which rows, how much, what to do; a reminder says that it is one."""
    about_sex = replace(ALERT, tell="model-risk", slice="sex=2", news=News.REMINDER)
    assert _mail(box).deliver(about_sex) == "mail to model-risk"
    assert _mail(box).deliver(ALERT) == "mail to on-call"
    first, second = box.messages
    assert (first["To"], first["From"]) == ("risk@example.com", "mlops@example.com")
    assert first["Subject"] == "Reminder, not acknowledged: credit in prod: drift of limit_bal"
    assert first.get_content().splitlines() == [
        "Reminder, not acknowledged: credit in prod: drift of limit_bal",
        "Since: 2024-06; last seen: 2024-07",
        "Which rows: sex=2",
        "How much: limit_bal PSI 1.00 (limit 0.25)",
        "What to do: Find out why.",
    ]
    assert second["To"] == "ops@example.com, night@example.com"


def test_a_server_that_refuses_is_told_without_what_it_was_told(box: Mailbox) -> None:
    """The error names its kind alone."""
    box.refuses = "550 no s3cret here"
    with pytest.raises(DeliveryError, match=r"did not accept alert drift:2024-06: SMTPSenderRefused$"):
        _mail(box).deliver(ALERT)


def test_an_alert_that_one_of_its_people_does_not_get_is_not_delivered(box: Mailbox) -> None:
    """The others have the message; the next try mails all of them again."""
    box.unknown = "night@example.com"
    with pytest.raises(DeliveryError, match=r"SMTPRecipientsRefused$"):
        _mail(box).deliver(ALERT)
    assert len(box.messages) == 1


def test_a_destination_without_people_is_an_error(box: Mailbox) -> None:
    """It names those that have some."""
    with pytest.raises(DeliveryError, match="goes to nobody, which has no address; known: on-call, model-risk"):
        _mail(box).deliver(replace(ALERT, tell="nobody"))


def test_a_retry_goes_to_those_alone_who_did_not_take_it(box: Mailbox) -> None:
    """The webhook fails, the mail arrives: the next try mails no one again."""
    broken, row = Webhook("http://127.0.0.1:9/s3cret", lambda _: None), {"status": "open", "attempts": 0}
    first = tell(ALERT, {**row, "last_error": None, "delivered_to": None}, (broken, _mail(box)), ALERT.last_period)
    assert (first["delivered_to"], first["attempts"]) == ("mail to on-call", 1)
    assert str(first["last_error"]).endswith("ConnectionError")
    again = tell(ALERT, first, (broken, _mail(box)), ALERT.last_period)
    assert (again["attempts"], len(box.messages)) == (2, 1)
    last = tell(ALERT, again, (_mail(box),), ALERT.last_period)
    assert (last["last_error"], last["told_period"], last["told_status"]) == (None, ALERT.last_period, "open")


def test_who_took_older_news_gets_the_newer_ones_too(box: Mailbox) -> None:
    """The mail that told of an open alert arrived, the webhook failed; then it has ended: both are told of that."""
    broken, row = Webhook("http://127.0.0.1:9/s3cret", lambda _: None), {"status": "open", "attempts": 0}
    first = tell(ALERT, {**row, "last_error": None, "delivered_to": None}, (broken, _mail(box)), ALERT.last_period)
    last = tell(ALERT, {**first, "status": "closed"}, (broken, _mail(box)), ALERT.last_period)
    assert len(box.messages) == 2
    assert (last["delivered_to"], last["attempts"], last["news"]) == ("mail to on-call", 1, "new, closed")


@pytest.mark.parametrize(
    "url",
    [
        "https://h?from=a@b",
        "smtp://?from=a@b",
        "smtp://user:s3cret@host",
        "",
        "smtp://h?from=x",
        "smtps://user:s3cret/x@host?from=a@b",
    ],
)
def test_secrets_that_name_no_server_are_refused(url: str) -> None:
    """Without showing them."""
    with pytest.raises(ValueError, match="is not smtps://USER:PASSWORD@HOST") as refused:
        MailServer.read(url)
    assert "s3cret" not in str(refused.value)


def test_a_server_is_read_and_its_password_is_not_shown() -> None:
    """Its usual port, and characters that a URL escapes."""
    server = MailServer.read("smtps://mia:s3%2Fcret@mail.example.com?from=mlops@example.com")
    assert (server.port, server.user, server.password) == (465, "mia", "s3/cret")
    assert "cret" not in repr(server)


def test_people_are_named_by_destination() -> None:
    """As the job's parameter has them."""
    assert people_of("on-call=a@b,c@d;model-risk=e@f") == {"on-call": ("a@b", "c@d"), "model-risk": ("e@f",)}
    with pytest.raises(ValueError, match="'on-call=nobody' is not NAME=ADDRESS"):
        people_of("on-call=nobody")
