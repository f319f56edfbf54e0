"""The notebook of a baseline, for editing: the query, the same learners, and the leaderboard. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.baseline.rows import FEATURES, LABEL, OUTCOMES, TIME, Rows

_HEAD = "# Databricks notebook source"
_BETWEEN = "\n\n# COMMAND ----------\n\n"
_READ = '''from ml.tables import door

tables = door()
tables.read("{features}").createOrReplaceTempView("{features_view}")
tables.read("{outcomes}").createOrReplaceTempView("{outcomes_view}")
rows = spark.sql(
    """
    {query}
    """
).toPandas()
display(rows)'''
_SPLIT = """NUMBERS = {numbers}
TEXTS = {texts}

rows = rows.dropna(subset=["{label}"])
held_out = rows["{time}"].astype(str) >= "{since}"
fitted, judged = rows[~held_out], rows[held_out]
print(f"{{len(fitted):,}} rows fitted, {{len(judged):,}} held out")"""
_CLASSES = """from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
features = ColumnTransformer([("numbers", "passthrough", NUMBERS), ("texts", coded, TEXTS)])
learner = make_pipeline(features, HistGradientBoostingClassifier(random_state=7))
learner.fit(fitted[NUMBERS + TEXTS], fitted["{label}"])
answers = learner.predict_proba(judged[NUMBERS + TEXTS])[:, 1]
score = roc_auc_score(judged["{label}"], answers)
print(f"roc_auc {{score:.4f}}")"""
_VALUES = """from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
features = ColumnTransformer([("numbers", "passthrough", NUMBERS), ("texts", coded, TEXTS)])
learner = make_pipeline(features, HistGradientBoostingRegressor(random_state=7))
learner.fit(fitted[NUMBERS + TEXTS], fitted["{label}"])
answers = learner.predict(judged[NUMBERS + TEXTS])
score = root_mean_squared_error(judged["{label}"], answers)
print(f"root_mean_squared_error {{score:.4f}}")"""


def notebook(
    title: str, asked: Mapping[str, str], rows: Rows, since: str, board: Sequence[Mapping[str, Any]], *, classes: bool
) -> str:
    """The notebook in Databricks' source format, like those in `notebooks/`.

    `asked` has the full names of the tables `features` and `outcomes`, and the `query` over views of them.
    """
    names = list(board[0])
    lines = ["| " + " | ".join(map(str, each)) + " |" for each in (names, ["---"] * len(names))]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in board]
    split = _SPLIT.format(numbers=list(rows.numbers), texts=list(rows.texts), label=LABEL, time=TIME, since=since)
    cells = [
        _text(
            f"# {title}",
            f"The hold-out is every row from {since} on. Tables are read with your own rights, so masks apply.",
            "",
            "It imports `ml`, the wheel of your branch: `make branch` uploads it and prints the line that installs it.",
        ),
        _READ.format(**asked, features_view=FEATURES, outcomes_view=OUTCOMES),
        split,
        (_CLASSES if classes else _VALUES).format(label=LABEL),
        _text("What `mlops baseline` found:", "", *lines),
    ]
    return f"{_HEAD}\n{_BETWEEN.join(cells)}\n"


def _text(*lines: str) -> str:
    return "\n".join(f"# MAGIC {line}".rstrip() for line in ("%md", *lines))
