"""Files and messages that drip in while ingest runs continuously."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from ml.continuous import rounds
from ml.declarations import Column, Feed, JsonLines, Layer, Login, PeriodFrom, Source, Table, Topic
from ml.ingest import topic
from tests.ml.ingest.hub import Hub
from tests.ml.lake import Lake

_DRIP_S = 60
_EVERY_S = 2.0


def _table(name: str) -> Table:
    return Table(
        name=name,
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per drop.",
        keys=("drop_id",),
        columns=(
            Column(name="drop_id", type="string", comment="Which."),
            Column(name="fallen_on", type="date", comment="When."),
        ),
    )


def _record(source: str, number: int) -> bytes:
    return json.dumps({"drop_id": f"{source}-{number:03d}", "fallen_on": "2024-02-25"}).encode()


class _EndError(Exception):
    """Ends the rounds."""


class Drips:
    """Lets drops fall for a while, a file and a message at a time, and knows when each fell."""

    def __init__(self, lake: Lake, hub: Hub) -> None:
        self.fell_s: dict[str, float] = {}
        self.over = threading.Event()
        self._lake, self._hub = lake, hub

    def fall(self) -> None:
        """A file and a message every two seconds."""
        begin_s = time.monotonic()
        number = 0
        while time.monotonic() < begin_s + _DRIP_S:
            number += 1
            self._fall("file", number, self._land)
            self._fall("message", number, lambda _, record: self._hub.send(record))
            time.sleep(_EVERY_S)
        self.over.set()

    def _fall(self, source: str, number: int, deliver: Callable[[int, bytes], None]) -> None:
        self.fell_s[f"{source}-{number:03d}"] = time.monotonic()
        deliver(number, _record(source, number))

    def _land(self, number: int, record: bytes) -> None:
        folder = self._lake.folder("files")
        (folder / f".{number}").write_bytes(record + b"\n")
        (folder / f".{number}").rename(folder / f"{number}.jsonl")


@pytest.mark.long
def test_every_drop_of_a_minute_arrives_once(
    lake: Lake, broker: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sources at once, while rounds of bronze and silver go on. The delay to silver is printed."""
    hub = Hub(lake.spark, broker)
    monkeypatch.setattr(topic, "read_secret", lambda *_: broker)
    feeds = (
        Feed(
            name="files",
            silver=_table("files"),
            period_column="fallen_on",
            source=Source(format=JsonLines(), period_from=PeriodFrom.COLUMN),
        ),
        Feed(
            name="messages",
            silver=_table("messages"),
            period_column="fallen_on",
            source=Topic(name=hub.name, secrets="bus", login=Login.NONE),
        ),
    )
    hub.send(_record("message", 0))
    drips, seen_s = Drips(lake, hub), dict[str, float]()
    done = 0

    def work() -> None:
        nonlocal done
        last = drips.over.is_set()
        done += 1
        for feed in feeds:
            lake.load(feed, str(done))
            lake.refine(feed, str(done))
            for (drop,) in lake.rows(f"silver.{feed.name}", "drop_id"):
                seen_s.setdefault(str(drop), time.monotonic())
        if last:
            raise _EndError

    faucet = threading.Thread(target=drips.fall)
    faucet.start()
    with pytest.raises(_EndError):
        rounds(work, 2)
    faucet.join()
    found = [drop for feed in feeds for (drop,) in lake.rows(f"silver.{feed.name}", "drop_id")]
    assert sorted(map(str, found)) == sorted([*drips.fell_s, "message-000"])
    assert [row for feed in feeds for row in lake.rows(f"silver.{feed.name}_quarantine")] == []
    delays_s = sorted(seen_s[drop] - fell_s for drop, fell_s in drips.fell_s.items())
    with capsys.disabled():
        at = delays_s[int(0.95 * len(delays_s))]
        print(f"\n{len(delays_s)} drops in {done} rounds: delay to silver p95 {at:.1f} s")
