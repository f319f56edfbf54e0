"""How far a stream has come, on disk."""

from pathlib import Path

from ml.streams.checkpoint import Checkpoint


def test_a_plan_stays_until_it_is_committed(tmp_path: Path) -> None:
    """Whoever comes after a kill finds the plan, the batch's number and the stream's id."""
    first = Checkpoint(tmp_path / "new").position()
    assert (first.batch, first.seen, first.plan) == (0, {}, None)
    Checkpoint(tmp_path / "new").plan(first, {"files": ["a"]})
    killed = Checkpoint(tmp_path / "new")
    again = killed.position()
    assert (again.stream, again.batch, again.plan) == (first.stream, 0, {"files": ["a"]})
    killed.commit(again, {"a": 1})
    after = Checkpoint(tmp_path / "new").position()
    assert (after.stream, after.batch, after.seen, after.plan) == (first.stream, 1, {"a": 1}, None)


def test_a_file_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    """The one before it does, and nothing is written over it."""
    checkpoint = Checkpoint(tmp_path)
    planned = checkpoint.plan(checkpoint.position(), {"files": ["a"]})
    (tmp_path / "2.json").write_text('{"stream": "x", "ba')
    after = Checkpoint(tmp_path)
    assert after.position() == planned
    after.commit(planned, {"a": 1})
    assert (tmp_path / "2.json").read_text() == '{"stream": "x", "ba'
    assert Checkpoint(tmp_path).position().seen == {"a": 1}


def test_two_streams_are_never_one(tmp_path: Path) -> None:
    """A stream that starts anew must not be taken for the one whose batches a table has."""
    assert Checkpoint(tmp_path / "a").position().stream != Checkpoint(tmp_path / "a").position().stream


def test_old_files_go(tmp_path: Path) -> None:
    """The folder does not grow with the number of batches."""
    checkpoint = Checkpoint(tmp_path)
    position = checkpoint.position()
    for batch in range(20):
        position = checkpoint.commit(position, {"batch": batch})
    assert len(list(tmp_path.iterdir())) == 6
    assert Checkpoint(tmp_path).position() == position
