"""Rows in lanes, without PyTorch."""

import numpy as np
import pytest

from ml.declarations.errors import DeclarationError
from ml.neural.lanes import Lanes, dealt, own, sizes
from ml.neural.schedule import Schedule


def _lanes(rows: int = 45, lanes: int = 4) -> Lanes:
    values = np.arange(rows, dtype=float)
    return dealt(values[:, None], values, lanes)


def _steps(lanes: Lanes, epoch: int, first: int = 0) -> list[tuple[list[float], int]]:
    return [(sorted(y[:, 0]), count) for _, y, count in lanes.batches(8, seed=3, epoch=epoch, first=first)]


def test_rows_are_dealt_to_the_lanes_in_turn_and_an_epoch_takes_each_once() -> None:
    """Inputs stay with their targets; the last step has what is left."""
    lanes = _lanes()
    assert lanes.sizes == sizes(45, 4) == (12, 11, 11, 11)
    assert lanes.rows == 45
    assert lanes.held[1][0][:3, 0].tolist() == [1.0, 5.0, 9.0]
    steps = list(lanes.batches(8, seed=3, epoch=0))
    assert [count for *_, count in steps] == [8, 8, 8, 8, 8, 5]
    assert sorted(np.concatenate([y for _, y, _ in steps])[:, 0]) == list(range(45))
    assert all((x == y).all() for x, y, _ in steps)


@pytest.mark.parametrize("world", [2, 4])
def test_processes_share_each_step_of_one_process(world: int) -> None:
    """The rows of a step are the same, whoever holds them, and every process knows how many they are."""
    whole = _steps(_lanes(), epoch=2)
    shares = [_steps(_lanes().of(rank, world), epoch=2) for rank in range(world)]
    for step, (rows, count) in enumerate(whole):
        assert sorted(row for share in shares for row in share[step][0]) == rows
        assert {share[step][1] for share in shares} == {count}


def test_an_order_is_of_its_epoch_and_can_be_taken_up_at_any_step() -> None:
    """So a fit that was killed goes on with the rows that came next."""
    assert _steps(_lanes(), epoch=1) != _steps(_lanes(), epoch=0)
    for step in range(7):
        assert _steps(_lanes(), epoch=1, first=step) == _steps(_lanes(), epoch=1)[step:]


def test_lanes_that_cannot_be_shared_evenly_are_refused() -> None:
    """The messages say what fits."""
    with pytest.raises(ValueError, match="3 processes cannot share 16 lanes evenly: take 1, 2, 4, 8, 16"):
        own(16, 0, 3)
    with pytest.raises(ValueError, match="batch_rows is 10: give a multiple of the 4 lanes"):
        _lanes().steps(10)


def test_a_schedule_says_all_that_is_wrong_with_it() -> None:
    """At once, with what is allowed."""
    with pytest.raises(DeclarationError) as error:
        Schedule(batch_rows=0, epochs=0, learning_rate=0.0, seed=1)
    assert error.value.problems == (
        "batch_rows is 0: give 1 or more",
        "epochs is 0: give 1 or more",
        "learning_rate is 0.0: give more than 0",
    )
