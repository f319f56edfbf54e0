"""Messages of a topic, from a real broker to silver and quarantine."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ml.declarations import Column, DeclarationError, Feed, Layer, Login, Table, Topic
from ml.ingest import file_log, topic
from ml.streams.checkpoint import Checkpoint
from ml.streams.kafka_options import options
from ml.tables import Tables
from tests.ml.ingest.hub import Hub
from tests.ml.lake import Lake

pytestmark = pytest.mark.slow

SILVER = Table(
    name="payments",
    layer=Layer.SILVER,
    owner="owners",
    comment="One row per payment.",
    keys=("payment_id",),
    columns=(
        Column(name="payment_id", type="string", comment="Which.", source="id"),
        Column(name="paid_on", type="date", comment="When.", source="day"),
        Column(name="amount", type="double", comment="How much.", minimum=0),
    ),
)


def _feed(name: str) -> Feed:
    source = Topic(name=name, secrets="bus", login=Login.NONE)
    return Feed(name="payments", silver=SILVER, period_column="paid_on", source=source)


def payment(number: object, amount: object = 1, day: str = "2024-02-25") -> bytes:
    """A good message."""
    return json.dumps({"id": number, "day": day, "amount": amount}).encode()


@pytest.fixture
def hub(lake: Lake, broker: str) -> Hub:
    """A new topic, declared as a feed, with its address in the secret scope."""
    made = Hub(lake.spark, broker)
    known = {("local", "bus-bootstrap-servers"): broker}
    lake.monkeypatch.setattr(topic, "read_secret", lambda scope, key: known[scope, key])
    return made


def _accounts(lake: Lake) -> list[tuple[object, ...]]:
    rows = lake.rows("ops.ingest_files", "run_id", "source_file", "verdict", "rows_in", "rows_kept", "rows_quarantined")
    return [row for row in rows if row[2] == "loaded"]


def _bronze(lake: Lake) -> Sequence[tuple[Any, ...]]:
    return lake.rows("bronze.payments", "payment_id", "_source_file", "_row_number")


def test_messages_arrive_once_and_wrong_ones_are_in_quarantine_with_their_offset(lake: Lake, hub: Hub) -> None:
    """Each run takes what is new; nothing that is no JSON object of the declared names is lost."""
    hub.send(payment("a"), b"{half", b"\xff", payment("b", amount=-1))
    hub.send(payment("c"), payment("a"), partition=1)
    lake.load(_feed(hub.name), "1")
    lake.refine(_feed(hub.name), "1")
    hub.send(payment("d"), None, b'{"id": "e", "when": 1}')
    lake.load(_feed(hub.name), "2")
    lake.refine(_feed(hub.name), "2")
    lake.load(_feed(hub.name), "3")
    place = f"kafka://{hub.name}"
    assert lake.rows("silver.payments", "payment_id", "_source_file", "_row_number") == [
        ("a", f"{place}/0", 0),
        ("c", f"{place}/1", 0),
        ("d", f"{place}/0", 4),
    ]
    rejected = lake.rows("silver.payments_quarantine", "_source_file", "_row_number", "_reason")
    assert [(file, offset) for file, offset, _ in rejected] == [
        (f"{place}/0", 1),
        (f"{place}/0", 2),
        (f"{place}/0", 3),
        (f"{place}/0", 5),
        (f"{place}/0", 6),
        (f"{place}/1", 1),
    ]
    reasons = [str(reason).split(":")[0] for _, _, reason in rejected]
    assert reasons == [
        "the line is not JSON",
        "the message is not UTF-8 text",
        "amount '-1' is outside 0..any",
        "the message has no value",
        "unexpected",
        "duplicate id a",
    ]
    table = lake.tables.read("test.credit_silver.payments_quarantine")
    (kept,) = table.where("_row_number = 2").select("_fields").collect()
    assert json.loads(kept["_fields"])["received"] == '{"base64": "/w=="}'
    assert _accounts(lake) == [
        ("1", f"{place}/0", "loaded", 4, 4, 0),
        ("1", f"{place}/1", "loaded", 2, 2, 0),
        ("2", f"{place}/0", "loaded", 3, 3, 0),
    ]


@pytest.mark.parametrize("point", ["plan", "record", "commit", "append_stream"])
def test_a_run_killed_at_any_point_is_completed_by_the_next(
    lake: Lake, hub: Hub, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Just after each write: every message is there once, every batch has one account."""
    hub.send(payment("a"), payment("b"))
    owner: Any = {"append_stream": Tables, "record": file_log}.get(point, Checkpoint)
    done = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        made = done(*given, **named)
        if point == "append_stream":
            made.awaitTermination()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.load(_feed(hub.name), "1")
    hub.send(payment("c"))
    lake.load(_feed(hub.name), "2")
    place = f"kafka://{hub.name}/0"
    assert _bronze(lake) == [("a", place, 0), ("b", place, 1), ("c", place, 2)]
    assert sorted(row[1:] for row in _accounts(lake)) == [(place, "loaded", 1, 1, 0), (place, "loaded", 2, 2, 0)]


def test_a_batch_that_spark_does_again_adds_nothing(lake: Lake, hub: Hub) -> None:
    """Killed after the write and before Spark noted it: its last commit is gone, and Delta knows the batch."""
    hub.send(payment("a"))
    lake.load(_feed(hub.name), "1")
    commits = lake.root / "test" / "credit_ops" / "checkpoints" / "bronze" / "payments" / topic.SPARKS / "commits"
    (last,) = [path for path in commits.iterdir() if not path.name.startswith(".")]
    for path in (last, last.with_name(f".{last.name}.crc")):
        path.unlink()
    lake.load(_feed(hub.name), "2")
    assert _bronze(lake) == [("a", f"kafka://{hub.name}/0", 0)]


SECRETS = {
    "bootstrap-servers": "bus.example:9093",
    "connection-string": 'Endpoint=sb://x;Key="q"',
    "user": "u",
    "password": "p\\",
    "client-id": "c",
    "client-secret": "s",
    "token-endpoint": "https://login.example/token",
    "token-scope": "https://bus.example/.default",
}
READ = {
    "kafka.bootstrap.servers": "bus.example:9093",
    "subscribe": "payments",
    "startingOffsets": "earliest",
    "failOnDataLoss": "true",
}


@pytest.mark.parametrize(
    ("login", "jaas", "more"),
    [
        (Login.NONE, None, {}),
        (
            Login.CONNECTION_STRING,
            'plain.PlainLoginModule required username="$ConnectionString" password="Endpoint=sb://x;Key=\\"q\\"";',
            {"kafka.security.protocol": "SASL_SSL", "kafka.sasl.mechanism": "PLAIN"},
        ),
        (
            Login.SASL_PLAIN,
            'plain.PlainLoginModule required username="u" password="p\\\\";',
            {"kafka.security.protocol": "SASL_SSL", "kafka.sasl.mechanism": "PLAIN"},
        ),
        (
            Login.OAUTH,
            'oauthbearer.OAuthBearerLoginModule required clientId="c" clientSecret="s" scope="https://bus.example/.default";',
            {
                "kafka.security.protocol": "SASL_SSL",
                "kafka.sasl.mechanism": "OAUTHBEARER",
                "kafka.sasl.oauthbearer.token.endpoint.url": "https://login.example/token",
            },
        ),
    ],
)
@pytest.mark.parametrize("shaded", [False, True])
def test_every_login_has_its_options(login: Login, jaas: str | None, more: dict[str, str], *, shaded: bool) -> None:
    """From the secrets that it names; Databricks' runtime has Kafka's classes under another package."""
    declared = Topic(name="payments", secrets="bus", login=login)
    made = options(declared, {key: SECRETS[key] for key in Topic.SECRETS[login]}, shaded=shaded)
    handler = made.pop("kafka.sasl.login.callback.handler.class", None)
    package = f"{'kafkashaded.' if shaded else ''}org.apache.kafka.common.security."
    assert made.pop("kafka.sasl.jaas.config", None) == (f"{package}{jaas}" if jaas else None)
    assert made == READ | more
    wanted = f"{package}oauthbearer.secured.OAuthBearerLoginCallbackHandler" if login is Login.OAUTH else None
    assert handler == wanted


def test_mistakes_of_a_topic_are_named_together() -> None:
    """Its name, its scope, and the size of a batch."""
    with pytest.raises(DeclarationError) as refused:
        Topic(name="a/b", secrets="", login=Login.NONE, max_messages_per_batch=0)
    assert [problem.split(" is ")[0] for problem in refused.value.problems] == [
        "name 'a/b'",
        "secrets ''",
        "max_messages_per_batch",
    ]
