"""The notebook of a baseline: the query, the same learners, and the leaderboard, to be edited. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cli.baseline.rows import LABEL, TIME, Rows

_READ = '''rows = spark.sql("""{query}""").toPandas()
rows.head()'''
_SPLIT = """NUMBERS = {numbers}
TEXTS = {texts}

rows = rows.dropna(subset=["{label}"])
held_out = rows["{time}"].astype(str) >= "{since}"
fitted, judged = rows[~held_out], rows[held_out]
len(fitted), len(judged)"""
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
score"""
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
score"""


def notebook(
    title: str, query: str, rows: Rows, since: str, board: Sequence[Mapping[str, Any]], *, classes: bool
) -> str:
    """The notebook as Jupyter keeps it, for a cluster on which `spark` reads the tables."""
    names = list(board[0])
    lines = ["| " + " | ".join(map(str, each)) + " |" for each in (names, ["---"] * len(names))]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in board]
    split = _SPLIT.format(numbers=list(rows.numbers), texts=list(rows.texts), label=LABEL, time=TIME, since=since)
    rights = "The tables are read with your own rights: masked columns stay masked."
    cells = [
        _text(f"# {title}\n\nHeld out is what came true from {since} on. {rights}"),
        _code(_READ.format(query=query)),
        _code(split),
        _code((_CLASSES if classes else _VALUES).format(label=LABEL)),
        _text("\n".join(["What `mlops baseline` found:", "", *lines])),
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
