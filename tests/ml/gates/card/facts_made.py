"""A version as its run and its gates would have recorded it, for each kind of question."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from ml.declarations import Feature, Model, MulticlassClassification, ProblemType, Regression
from ml.gates.card.document import Picture
from ml.gates.card.facts import CardFacts, TableRead, TrainingFacts
from ml.problems.registry import judging_of
from ml.records.gate_results import ALL_GATES, Recorded
from tests.ml.gates.made import TAGS
from tests.ml.problems import made

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
# One grey point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b6"
    "0000000049454e44ae426082"
)
SLICES = {
    "measure": "Brier score",
    "mean": 0.14,
    "tried": 812,
    "false_discoveries": 0.01,
    "found": [
        {
            "slice": "visits > 4 and sex = 2",
            "rows": 120,
            "above_the_rest": 0.08,
            "lower": 0.05,
            "upper": 0.11,
            "by_column": {"visits": 0.06, "sex": 0.02},
        }
    ],
}
_WARD = Feature(name="sex", expression="sex", type="int", comment="Sex.", sensitive=True)


def declared(problem: ProblemType) -> Model:
    """A model whose groups are compared by a sensitive column that it does not take."""
    model = made.model(problem)
    table = replace(model.feature_table, features=(*model.feature_table.features, _WARD))
    wanted = {"purpose": "Nurses plan visits.", "not_for": "Diagnosis."}
    return replace(model, feature_table=table, fairness_groups=("sex",), **wanted)


def fairness(model: Model, rows: int = 400) -> list[Any]:
    """What the compliance gate records of the groups of made-up answers, read back as from its table."""
    random, problem = np.random.default_rng(5), model.problem
    groups = pd.Series(np.where(np.arange(rows) < rows - 20, np.arange(rows) % 2 + 1, 3))
    truth, output = random.integers(0, 2, rows).astype(float), pd.DataFrame({"probability": random.random(rows)})
    if isinstance(problem, Regression):
        said = random.normal(50, 5, rows)
        output = pd.DataFrame({"prediction": said, "lower": said - 9, "upper": said + 9})
    if isinstance(problem, MulticlassClassification):
        chances = random.dirichlet([1, 1, 1], rows)
        likeliest = np.array(problem.classes)[chances.argmax(axis=1)]
        named = {f"probability_{each}": chances[:, at] for at, each in enumerate(problem.classes)}
        output = pd.DataFrame({"prediction": likeliest, **named})
    found = judging_of(model).fairness("sex", groups, truth, output)
    return [json.loads(json.dumps(found.figures, default=str, sort_keys=True))]


def verdicts(model: Model, **failed: str) -> Mapping[str, Recorded]:
    """Every gate passed but those that `failed`, with the reason given."""
    measure = model.problem.measures[0].name
    inputs: Mapping[str, Mapping[str, Any]] = {
        "compliance": {
            "fairness": fairness(model),
            "slices": SLICES,
            "leaks": {"shares": {"visits": 0.3, "weight": 0.7}},
        },
        "comparison": {
            "holdout_uses": 3,
            "power": {measure: {"shows_improvement_from": 0.0123, "equal_passes": 0.66}},
        },
        "sign_off": {"approved_by": ["ann@example.com"]},
    }
    return {
        gate: Recorded(
            gate=gate,
            verdict="fail" if gate in failed else "pass",
            reason=failed.get(gate, "all checks passed"),
            inputs=inputs.get(gate, {}),
            thresholds={"sign_off": "manual"},
            decided_at=WHEN,
            decided_by="prod-promotion",
        )
        for gate in ALL_GATES
    }


def facts(problem: ProblemType, **failed: str) -> CardFacts:
    """Version 3, of 480 hold-out rows."""
    model = declared(problem)
    metrics = {"holdout_rows": 480.0, "holdout_accuracy_found": 0.75, "holdout_gain_movements": 0.01}
    for at, measure in enumerate(problem.measures):
        metrics |= {f"holdout_{measure.name}{end}": 0.5 + at + more for end, more in _ENDS.items()}
    metrics |= {f"protected_gain_sex{end}": 0.002 + more for end, more in _ENDS.items()}
    metrics |= {"rows_available": 5000.0, "rows_fitted": 4500.0, "rows_holdout": 480.0, "rows_known_too_late": 20.0}
    training = TrainingFacts(
        run_id="r-1",
        params={"max_depth": "3", "learner": "xgboost"},
        metrics=metrics,
        tables=[
            TableRead(context="features", table="prod.x_gold.patients", version="7", columns=tuple(model.features)),
            TableRead(context="outcomes", table="prod.x_gold.outcomes", version="4", columns=("truth",)),
        ],
        environment={"python": "3.12.3", "packages": {"xgboost": "3.2.0", "optuna": "4.0.0"}},
        importance={"weight": 0.61, "visits": 0.39},
        pictures=[Picture(file="importance.png", png=PNG)],
    )
    return CardFacts(
        about="Ward: who comes back?",
        model=model,
        name="prod.x_ops.returns",
        version=3,
        tags={**TAGS, "requirements": "xgboost==3.2.0"},
        training=training,
        verdicts=verdicts(model, **failed),
    )


_ENDS = {"": 0.0, "_lower": -0.1, "_upper": 0.1}
