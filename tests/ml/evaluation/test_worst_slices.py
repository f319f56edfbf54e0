"""Slices that a model answers worse are found among thousands, and chance finds no more than is declared."""

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.cuts import cut
from ml.evaluation.slices import Floats, Losses, Plan, Tally, plan, tally
from ml.evaluation.worst_slices import Search, worst


def _rows(random: np.random.Generator, rows: int, *, changed: bool = False) -> tuple[pd.DataFrame, Losses]:
    """Calibrated probabilities; `changed`: the outcome is turned round for 8 % of rows, `kind_0` 1 with high `x_2`."""
    frame = pd.DataFrame({f"x_{place}": random.normal(size=rows) for place in range(5)})
    for place in range(3):
        frame[f"kind_{place}"] = random.integers(0, 4, rows)
    chances = 1 / (1 + np.exp(2 - frame["x_0"] - frame["x_1"]))
    turned = (frame["kind_0"] == 1) & (frame["x_2"] > 0.5) & changed
    happened = random.random(rows) < np.where(turned, 1 - chances, chances)
    return frame, Losses(title="Brier score", values=np.asarray((happened - chances) ** 2))


def _prepared(random: np.random.Generator, rows: int = 4000) -> tuple[Plan, Tally]:
    frame, losses = _rows(random, rows)
    planned = plan(frame, losses)
    return planned, tally(planned, frame, losses)


def _search(planned: Plan, before: Tally | None, frame: pd.DataFrame, losses: Losses, rate: float) -> Search:
    return worst(planned, tally(planned, frame, losses), before, rate=rate, least_rows=100, most=3)


def test_a_planted_slice_is_found_with_the_part_of_each_column() -> None:
    """Two columns make it; it alone is told, not its many relatives, and the two parts add up to it."""
    random = np.random.default_rng(3)
    planned, before = _prepared(random)
    [found] = _search(planned, before, *_rows(random, 5000, changed=True), rate=0.001).found
    assert found.conditions == ("x_2 > 0.8551", "kind_0 = 1")
    assert 0.45 < found.excess < 0.65
    assert sum(found.parts.values()) == pytest.approx(found.excess)
    assert set(found.parts) == {"x_2", "kind_0"}
    assert min(found.parts.values()) > 0.15


def test_an_edge_is_written_without_an_exponent() -> None:
    """Somebody reads it, and may copy it into a query."""
    found = cut("payment", pd.Series(np.arange(0.0, 100_000.0, 50.0)))
    assert found is not None
    assert [label for label in found.labels if "e+" in label] == []


def test_of_a_column_alone_the_column_is_told() -> None:
    """Rows of one kind lose more: no pair of columns with it is told as another slice."""
    random = np.random.default_rng(4)
    planned, before = _prepared(random)
    frame, losses = _rows(random, 3000)
    worse = Losses(title="Brier score", values=losses.values + 0.3 * (frame["kind_1"] == 2))
    [found] = _search(planned, before, frame, worse, rate=0.001).found
    assert found.name == "kind_1 = 2"
    assert found.parts == {"kind_1": pytest.approx(found.excess)}


def test_the_declared_rate_holds_in_stable_rows() -> None:
    """A rate of 5 % over 200 stable periods of 1,000 rows, 100 hold-outs: within what a binomial allows at 1 %."""
    random, found = np.random.default_rng(20_260), 0
    for period in range(200):
        if period % 2 == 0:
            planned, before = _prepared(random, 3000)
        found += bool(_search(planned, before, *_rows(random, 1000), rate=0.05).found)
    assert found <= 18


def test_a_slice_that_is_hard_by_nature_is_found_only_without_a_reference() -> None:
    """Rows with a chance near one half lose more: worse than the others, and no worse than on the hold-out."""
    random = np.random.default_rng(5)
    planned, before = _prepared(random)
    rows = _rows(random, 4000)
    assert _search(planned, before, *rows, rate=0.001).found == ()
    assert _search(planned, None, *rows, rate=0.001).found


def test_rows_of_one_cluster_count_as_one() -> None:
    """A hundred clusters of fifty rows share their luck: nothing is found, as rows of their own much would be."""
    random, clusters = np.random.default_rng(6), np.repeat(np.arange(100), 50)

    def drawn() -> tuple[pd.DataFrame, Floats]:
        frame = pd.DataFrame({f"x_{place}": random.normal(size=100)[clusters] for place in range(4)})
        return frame, random.exponential(size=100)[clusters]

    (frame, values), (later, now) = drawn(), drawn()
    shared, alone = (
        [Losses(title="loss", values=each, clusters=of) for each in (values, now)] for of in (clusters, None)
    )
    for (before, period), found in ((shared, False), (alone, True)):
        planned = plan(frame, before)
        told = _search(planned, tally(planned, frame, before), later, period, rate=0.001).found
        assert bool(told) is found


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (pd.Series(range(100)), ("c <= 19", "19 < c <= 39", "39 < c <= 59", "59 < c <= 79", "c > 79", "c = null")),
        (pd.Series(["a", "b", None] * 10), ("c = a", "c = b", "c = other", "c = null")),
        (pd.Series([0.0] * 50 + [1.0] * 50), ("c = 0", "c = 1", "c = other", "c = null")),
    ],
)
def test_a_column_is_cut_in_words(values: pd.Series, labels: tuple[str, ...]) -> None:
    """Numbers by quintiles that occur, few values by value; null is a bin of its own."""
    made = cut("c", values)
    assert made is not None
    assert made.labels == labels
    assert made.codes(pd.Series([None], dtype=object)).tolist() == [len(labels) - 1]


def test_a_column_of_one_value_is_not_cut() -> None:
    """There is nothing to tell apart."""
    assert cut("c", pd.Series(["a"] * 10)) is None
    assert cut("c", pd.Series([1.0] * 10)) is None
