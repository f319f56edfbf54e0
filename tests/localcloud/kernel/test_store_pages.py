"""Pages of a kind of documents that is many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.kernel.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Five runs, of the jobs 1, 2, 1, 2, 1; the first one was changed last. A document of another kind lies between."""
    opened = Store(tmp_path / "state.db")
    for number, job in enumerate((1, 2, 1, 2, 1), 1):
        opened.put("run", str(number), {"id": number, "job": job, "result": "FAILED" if number == 4 else "SUCCESS"})
        opened.put("other", str(number), {"id": -number, "job": job})
    opened.put("run", "1", {"id": 1, "job": 1, "result": "SUCCESS", "changed": True})
    yield opened
    opened.close()


def test_the_newest_come_first_and_a_changed_one_keeps_its_place(store: Store) -> None:
    """At most so many, after so many others."""
    assert [one["id"] for one in store.newest("run", most=2)] == [5, 4]
    assert [one["id"] for one in store.newest("run", most=9, skipped=3)] == [2, 1]
    assert store.newest("run", most=9, skipped=5) == []


def test_only_those_with_the_wanted_fields_are_counted_and_returned(store: Store) -> None:
    """Numbers and texts, one field or several; a kind without any is none."""
    assert [one["id"] for one in store.newest("run", most=2, job=1)] == [5, 3]
    assert [one["id"] for one in store.newest("run", most=2, job=2, result="FAILED")] == [4]
    assert [store.count("run"), store.count("run", job=1), store.count("run", result="FAILED"), store.count("no")] == [
        5, 3, 1, 0,
    ]  # fmt: skip


def test_a_document_with_a_number_that_is_none_hides_no_other(store: Store) -> None:
    """Python writes NaN into JSON, SQLite refuses it: the document is in no selection by fields, and in all others."""
    store.put("run", "6", {"id": 6, "job": 1, "value": float("nan")})
    assert [one["id"] for one in store.newest("run", most=2, job=1)] == [5, 3]
    assert [one["id"] for one in store.newest("run", most=2)] == [6, 5]
    assert store.count("run", job=2) == 2


def test_the_newest_of_each(store: Store) -> None:
    """One document for each value of a field."""
    assert sorted(one["id"] for one in store.newest_by("run", "job")) == [4, 5]
