"""The document store."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Store


def test_a_document_comes_back_as_it_was_put(tmp_path: Path) -> None:
    """Nested values survive; changing what `get` returned changes nothing stored."""
    store = Store(tmp_path / "state.db")
    store.put("job", "1", {"name": "a", "tasks": [{"key": "x"}]})
    found = store.require("job", "1")
    found["tasks"].append("changed")
    assert store.get("job", "1") == {"name": "a", "tasks": [{"key": "x"}]}


def test_a_missing_document_is_a_404_that_names_it(tmp_path: Path) -> None:
    """`get` answers None, `require` raises RESOURCE_DOES_NOT_EXIST."""
    store = Store(tmp_path / "state.db")
    assert store.get("job", "7") is None
    with pytest.raises(ApiError, match=r"RESOURCE_DOES_NOT_EXIST: Job '7' does not exist\.") as raised:
        store.require("job", "7")
    assert raised.value.status == 404


def test_documents_keep_their_order_and_kinds_are_apart(tmp_path: Path) -> None:
    """A replaced document keeps its place; another kind's key does not collide."""
    store = Store(tmp_path / "state.db")
    for key in ("b", "a", "c"):
        store.put("job", key, {"key": key})
    store.put("job", "b", {"key": "b2"})
    store.put("run", "a", {"key": "run"})
    store.delete("job", "a")
    assert store.all("job") == [{"key": "b2"}, {"key": "c"}]
    assert store.all("run") == [{"key": "run"}]


def test_ids_are_never_given_twice(tmp_path: Path) -> None:
    """Not by two threads, and not after a restart."""
    path = tmp_path / "state.db"
    store = Store(path)
    given: list[int] = []
    threads = [threading.Thread(target=lambda: given.extend(store.next_id("run") for _ in range(50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 201))
    store.close()
    assert Store(path).next_id("run") == 201


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """All writes of the block are undone, those of a nested block included."""
    store = Store(tmp_path / "state.db")
    store.put("job", "1", {"v": 1})

    def fail() -> None:
        with store.transaction():
            store.put("job", "1", {"v": 2})
            with store.transaction():
                store.put("job", "2", {"v": 3})
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert store.all("job") == [{"v": 1}]


def test_what_was_put_survives_kill_9(tmp_path: Path) -> None:
    """Every `put` that returned is there after the process was killed, and the file opens again."""
    script = (
        "import sys, pathlib\n"
        "from localcloud.kernel.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    store.put('job', str(number), {'number': number})\n"
        "    print(number, flush=True)\n"
    )
    path = tmp_path / "state.db"
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(200):
        child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    acknowledged = 200 + sum(1 for _ in child.stdout)
    child.wait()
    kept = [document["number"] for document in Store(path).all("job")]
    assert kept[:acknowledged] == list(range(1, acknowledged + 1))


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    """The file's mode is 0600: it holds secrets."""
    Store(tmp_path / "state.db")
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600


def test_what_is_derived_is_kept_until_its_kinds_change(tmp_path: Path) -> None:
    """By a put, a delete or a transaction that is undone; other kinds change nothing."""
    store, made = Store(tmp_path / "state.db"), []

    def names() -> list[str]:
        made.append(1)
        return [str(each["name"]) for each in store.all("user")]

    def asked() -> list[str]:
        return store.derived(("user",), "names", names)

    store.put("user", "1", {"name": "a"})
    assert [asked(), asked(), len(made)] == [["a"], ["a"], 1]
    store.put("group", "1", {"name": "g"})
    assert [asked(), len(made)] == [["a"], 1]
    store.put("user", "2", {"name": "b"})
    assert asked() == ["a", "b"]
    store.delete("user", "1")
    assert asked() == ["b"]
    with suppress(RuntimeError), store.transaction():
        store.put("user", "3", {"name": "c"})
        assert asked() == ["b", "c"]
        raise RuntimeError
    assert asked() == ["b"]


def test_documents_are_found_by_their_fields(tmp_path: Path) -> None:
    """All fields hold; oldest first."""
    store = Store(tmp_path / "state.db")
    for number, state in enumerate(("QUEUED", "RUNNING", "QUEUED", "QUEUED")):
        store.put("run", str(number), {"number": number, "job_id": number % 2, "state": state})
    assert [each["number"] for each in store.having("run", state="QUEUED", job_id=0)] == [0, 2]
    assert store.having("run", job_id=7) == []
