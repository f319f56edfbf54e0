"""Baselines on rows whose truth is known: what is read, which learner wins, and how the notebook goes on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cli.baseline.fitting import leaderboard, split
from cli.baseline.notebook import notebook
from cli.baseline.rows import LABEL, TIME, Rows, query, rows_of
from cli.errors import CommandError
from cli.main import mlops
from cli.models import named_model
from cli.warehouse import Answer
from localcloud.services.jobs.notebooks import program

COLUMNS = (
    (LABEL, "INT"),
    (TIME, "DATE"),
    ("x", "DOUBLE"),
    ("noise", "DECIMAL(10,2)"),
    ("kind", "STRING"),
    ("flag", "BOOLEAN"),
    ("masked", "DOUBLE"),
)


def rows(count: int = 1000, *, classes: bool = True) -> Rows:
    """Rows in which `x` and `kind` decide, over ten months; `masked` has no value, and some of `x` are missing."""
    chance = np.random.default_rng(1)
    x, kind = chance.normal(size=count), chance.choice(["a", "b"], size=count)
    truth = x + (kind == "a") + chance.normal(scale=0.5, size=count)
    label = (truth > 0.5).astype(int) if classes else truth
    answered = tuple(
        (
            str(label[i]),
            f"2025-{i % 10 + 1:02d}-01",
            None if i % 17 == 0 else str(x[i]),
            str(round(chance.normal(), 2)),
            str(kind[i]),
            "true" if i % 3 else "false",
            None,
        )
        for i in range(count)
    )
    return rows_of(Answer(columns=COLUMNS, rows=answered))


def test_columns_become_what_they_are() -> None:
    """Numbers, true and false as 1 and 0, texts; what has no value for who asks is left out."""
    found = rows(200)
    assert (found.numbers, found.texts) == (("x", "noise", "flag"), ("kind",))
    assert found.frame["flag"].isin([0.0, 1.0]).all()
    assert found.frame[LABEL].dtype.kind == "i"


def test_the_newest_times_are_held_out() -> None:
    """Two of ten months, and none of their rows is fitted."""
    judged = split(rows())
    assert judged.since == "2025-09-01"
    assert (len(judged.fitted), len(judged.held_out)) == (800, 200)
    assert judged.fitted[TIME].max() < "2025-09-01"


@pytest.mark.parametrize("classes", [True, False])
def test_what_learns_beats_what_does_not(*, classes: bool) -> None:
    """Every learner has all measures, the constant one is last, and the best is better by more than chance."""
    found = rows(classes=classes)
    board = leaderboard(found, split(found), classes=classes)
    assert board[-1]["learner"] == "always the same"
    assert len(board) == 4
    if classes:
        assert board[-1]["roc_auc"] == 0.5
        assert 0.85 < board[0]["lower"] < board[0]["roc_auc"] < board[0]["upper"]
    else:
        assert board[0]["upper"] < board[-1]["root_mean_squared_error"]


def test_too_few_rows_or_one_class_are_told() -> None:
    """With what is there and what to do."""
    with pytest.raises(CommandError, match="50 rows with an outcome at 10 times are too few"):
        split(rows(50))
    found = rows()
    same = Rows(frame=found.frame.assign(**{LABEL: 1}), numbers=found.numbers, texts=found.texts)
    with pytest.raises(CommandError, match="the fitted rows have 1 of the two classes"):
        leaderboard(same, split(same), classes=True)


@pytest.mark.parametrize("classes", [True, False])
def test_the_notebook_comes_to_what_the_leaderboard_says(*, classes: bool) -> None:
    """Its cells run as they are after the one that reads, and score boosted trees as the leaderboard does."""
    found = rows(classes=classes)
    judged = split(found)
    board = leaderboard(found, judged, classes=classes)
    asked = {"features": "prod.a_gold.x", "outcomes": "prod.a_gold.y", "query": "select 1"}
    text = notebook("A baseline", asked, found, judged.since, board, classes=classes)
    compile(program(text, language="PYTHON", form="SOURCE"), "notebook", "exec")
    read, *code = text.split("# COMMAND ----------")[1:4]
    assert 'tables.read("prod.a_gold.x").createOrReplaceTempView("features")' in read
    space: dict[str, Any] = {"rows": found.frame.copy()}
    for cell in code:
        exec(cell, space)
    measure = "roc_auc" if classes else "root_mean_squared_error"
    [boosted] = [row[measure] for row in board if row["learner"] == "boosted trees"]
    assert space["score"] == pytest.approx(boosted, abs=1e-4)
    assert "# MAGIC | boosted trees |" in text


def test_the_query_joins_as_training_does() -> None:
    """The newest feature row that was not after the event, of the newest label of it."""
    asked = query(named_model("credit", None), 500, features="f", outcomes="o")
    assert "given.`application_month` <= known._time" in asked or "<= known._time" in asked
    assert "max_by(`defaulted`" in asked
    assert asked.endswith("order by xxhash64(_key, _time) limit 500")


def test_a_question_without_a_baseline_is_told() -> None:
    """A forecast holds itself against the naive one."""
    said = CliRunner().invoke(mlops, ["baseline", "demand"])
    assert said.exit_code == 2
    assert "demand declares Forecasting, which has no baseline" in said.stderr


def test_dates_are_compared_as_they_come() -> None:
    """As text from the warehouse, as dates from Spark: the notebook holds the same rows out."""
    found = rows(200)
    judged = split(found)
    as_dates = pd.to_datetime(found.frame[TIME]).dt.date
    assert (as_dates.astype(str) >= judged.since).sum() == len(judged.held_out)
