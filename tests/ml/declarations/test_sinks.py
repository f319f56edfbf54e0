"""What a model can say of its sinks and of streaming."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.declarations import (
    DeclarationError,
    FilesFormat,
    FilesSink,
    KafkaSink,
    Late,
    Login,
    PostgresSink,
    Streaming,
)
from ml.training.fingerprint import fingerprint
from ml.usecases.credit.declaration import USE_CASE as CREDIT

MODEL = CREDIT.models[0]
DATABASE = PostgresSink(table="credit.scores", secrets="scores")
TOPIC = KafkaSink(topic="credit-scores", secrets="bus", login=Login.CONNECTION_STRING)
FILES = FilesSink(format=FilesFormat.CSV)


def test_each_sink_has_a_name_of_its_own_and_its_secrets_are_references() -> None:
    """Files need none; what a login needs is what a topic that is read needs."""
    assert {sink.name: sink.secret_keys for sink in (DATABASE, TOPIC, FILES)} == {
        "postgres-credit.scores": {name: f"scores-{name}" for name in ("host", "port", "database", "user", "password")},
        "kafka-credit-scores": {
            "bootstrap-servers": "bus-bootstrap-servers",
            "connection-string": "bus-connection-string",
        },
        "files-csv": {},
    }


@pytest.mark.parametrize(
    ("made", "problems"),
    [
        (
            lambda: PostgresSink(table="Scores", secrets="pg:x"),
            [
                "table 'Scores' is not schema.table in lower-case letters, digits and _: give both",
                "secrets 'pg:x' is not up to 100 letters, digits and -, as a key vault names secrets",
            ],
        ),
        (
            lambda: PostgresSink(table="risk.scores", secrets="scores", entra=True, encrypted=False),
            ["a token of Entra must not be sent in clear: leave encrypted=False out, or entra=True"],
        ),
        (
            lambda: KafkaSink(topic="a/b", secrets="", login=Login.NONE),
            [
                "name 'a/b' is not up to 249 letters, digits and any of . _ -",
                "secrets '' is not up to 100 letters, digits and -, as a key vault names secrets",
            ],
        ),
        (
            lambda: Streaming(every_s=0, late_after_s=-1, versions_per_batch=0),
            [
                "every_s is 0: give 1 or more",
                "late_after_s is -1: give 0 or more",
                "versions_per_batch is 0: give 1 or more",
            ],
        ),
        (lambda: Streaming(late=Late.REFUSE), ["late is refuse, but without late_after_s no row is late: give both"]),
        (
            lambda: replace(MODEL, sinks=(DATABASE, FILES, DATABASE, FILES)),
            [
                "sinks ['files-csv', 'postgres-credit.scores'] are declared more than once, and each would get every "
                "prediction twice: keep one"
            ],
        ),
    ],
)
def test_all_mistakes_are_named_together(made: Callable[[], object], problems: list[str]) -> None:
    """Each says what was given and what to change."""
    with pytest.raises(DeclarationError) as refused:
        made()
    assert list(refused.value.problems) == problems


def test_sinks_and_streaming_train_no_other_model() -> None:
    """They are read after a model is trained."""
    given = {
        "model_name": "m",
        "source_catalog": "prod",
        "periods": [],
        "sample_rows": 0,
        "code": "c",
        "requirements": [],
    }
    more = replace(MODEL, sinks=(DATABASE, TOPIC, FILES), streaming=Streaming(every_s=5))
    assert fingerprint(model=more, **given) == fingerprint(model=MODEL, **given)  # type: ignore[arg-type]
