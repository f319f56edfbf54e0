"""Alerts reach a webhook or a file; a failure is tried again, told, and never shows the URL."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ml.monitoring.alert import inner_folder
from ml.monitoring.delivery import AlertFiles, DeliveryError, Webhook, require_webhook
from ml.monitoring.open_alerts import OPEN, Alert
from ml.usecases import use_case
from tests.ml.monitoring.policies import MONTHS

ALERT = Alert(
    key="drift:2024-06",
    subject="drift",
    since_period=date(2024, 6, 1),
    last_period=date(2024, 7, 1),
    what="credit in prod: drift of limit_bal",
    how_much="limit_bal PSI 1.00 (limit 0.25)",
    what_to_do="Find out why.",
    status=OPEN,
    identities=frozenset({"drift:limit_bal"}),
    calendar=MONTHS,
)


@dataclass
class Receiver:
    """A real HTTP server that answers with `answers` in turn, the last one for ever."""

    answers: list[int]
    received: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def next(self) -> int:
        """The status to answer with."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook on this machine, with a secret in its path."""
    held = Receiver([200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.received.append(json.loads(body))
            self.send_response(held.next())
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_port}/hook/s3cret"
    Thread(target=server.serve_forever, daemon=True).start()
    yield held
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_whole_story(receiver: Receiver) -> None:
    """What, how much, since when and what to do, and a text for chat tools."""
    assert Webhook(receiver.url).deliver(ALERT) == "webhook"
    assert [(body["key"], body["since"], body["how_much"]) for body in receiver.received] == [
        ("drift:2024-06", "2024-06-01", "limit_bal PSI 1.00 (limit 0.25)")
    ]
    assert "What to do: Find out why." in receiver.received[0]["text"]


@pytest.mark.parametrize(
    ("answers", "calls", "waits"),
    [([503, 200], 2, [1.0]), ([429, 500, 204], 3, [1.0, 2.0])],
)
def test_a_busy_webhook_is_tried_again(receiver: Receiver, answers: list[int], calls: int, waits: list[float]) -> None:
    """Server errors and 429 are answered by waiting longer each time."""
    receiver.answers[:] = answers
    waited: list[float] = []
    assert Webhook(receiver.url, waited.append).deliver(ALERT) == "webhook"
    assert (len(receiver.received), waited) == (calls, waits)


@pytest.mark.parametrize(("answer", "calls"), [(404, 1), (302, 1), (500, 3)])
def test_a_failed_delivery_says_so_without_the_url(receiver: Receiver, answer: int, calls: int) -> None:
    """A refusal or a redirect is final, a server error is given up after three calls."""
    receiver.answers[:] = [answer]
    with pytest.raises(DeliveryError, match=f"did not accept alert drift:2024-06: HTTP {answer}") as failed:
        Webhook(receiver.url, lambda _: None).deliver(ALERT)
    assert len(receiver.received) == calls
    assert "s3cret" not in str(failed.value)


def test_no_receiver_at_all_says_so_without_the_url() -> None:
    """A connection that fails names its error only; neither it nor the object shows the URL."""
    webhook = Webhook("http://127.0.0.1:9/hook/s3cret", lambda _: None)
    with pytest.raises(DeliveryError, match="ConnectionError") as failed:
        webhook.deliver(ALERT)
    assert "s3cret" not in f"{failed.value}{webhook!r}"


@pytest.mark.parametrize("url", ["http://example.org/hook", "ftp://example.org", "hook", "https://", ""])
def test_urls_that_would_leak_are_refused(url: str) -> None:
    """Only https, or http on this machine."""
    with pytest.raises(ValueError, match="alerts would travel unencrypted") as refused:
        require_webhook(url)
    assert "example.org" not in str(refused.value)


@pytest.mark.parametrize("url", ["https://example.org/hook", "http://127.0.0.1:1/hook", "http://localhost/hook"])
def test_urls_that_are_taken(url: str) -> None:
    """They come back unchanged."""
    assert require_webhook(url) == url


def test_a_file_tells_the_same(tmp_path: Path) -> None:
    """Without a webhook the message is a JSON file in the volume, named by the key."""
    to = AlertFiles(tmp_path / "alerts", "/Volumes/prod/credit_ops/alerts").deliver(ALERT)
    assert to == "/Volumes/prod/credit_ops/alerts/drift-2024-06.json"
    assert json.loads((tmp_path / "alerts" / "drift-2024-06.json").read_text())["key"] == "drift:2024-06"
    assert [path.name for path in (tmp_path / "alerts").iterdir()] == ["drift-2024-06.json"]


def test_a_volume_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The folder's place is taken by a file."""
    (tmp_path / "alerts").write_text("")
    with pytest.raises(DeliveryError, match="drift:2024-06 could not be written"):
        AlertFiles(tmp_path / "alerts", "/Volumes/x").deliver(ALERT)


def test_files_of_a_further_model_have_a_folder_of_their_own() -> None:
    """Both may have `drift:2024-06`; the first model's files lie where they did before there was another."""
    case = use_case("credit")
    further = replace(case.models[0], name="simple", serving=None)
    both = replace(case, models=(*case.models, further))
    assert [inner_folder(both, model) for model in both.models] == ["", "simple"]
