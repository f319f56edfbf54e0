"""Accuracy of the learners on real rows and on synthetic series, and the time saved by ending poor trials early.

    python -m bench.candidates clients FILE [--algorithm xgboost …] [--trials 6] [--prune-after 5] [--seeds 3,4]
    python -m bench.candidates fleet

`clients`: the public file of 30,000 card clients (`uci_credit_default.csv`) without protected columns, in twelve parts
in its order: seven to fit, one to tune, two to calibrate, two held out. Each algorithm is searched alone, then all
together with their averages. `fleet`: 24 synthetic series. A network needs PyTorch (`.venv-torch`).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ml.declarations import Algorithm, BinaryClassification, Feature, Tuning
from ml.evaluation.metrics import roc_auc
from ml.examples.split import Split
from ml.problems.learning import Learner
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.training.learners.rows import Rows
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems import series

_LABEL, _PERIOD = "default.payment.next.month", "_part"
# The key, and columns that a credit model must not use.
_LEFT_OUT = ["ID", "SEX", "AGE", "MARRIAGE"]
_PARTS = tuple(date(2024, month, 1) for month in range(1, 13))
_SPLIT = Split(train=_PARTS[:7], tuning=_PARTS[7:8], calibration=_PARTS[8:10], holdout=_PARTS[10:])


def clients(file: Path, seed: int) -> Rows:
    """The file's rows, each with its part; all other columns are numbers, plus two ratios for each month."""
    frame = pd.read_csv(file).drop(columns=_LEFT_OUT)
    for month in range(1, 7):
        frame[f"used_{month}"] = frame[f"BILL_AMT{month}"] / frame["LIMIT_BAL"]
    for month in range(1, 6):
        frame[f"repaid_{month}"] = frame[f"PAY_AMT{month}"] / frame[f"BILL_AMT{month + 1}"].clip(lower=1)
    names = [name for name in frame.columns if name != _LABEL]
    frame[_PERIOD] = np.repeat(np.array(_PARTS), len(frame) // len(_PARTS) + 1)[: len(frame)]
    features = tuple(Feature(name=name, expression=name, type="double", comment=name) for name in names)
    problem = problem_of(BinaryClassification())
    return Rows(
        frame=frame,
        features=features,
        label=_LABEL,
        period=_PERIOD,
        event_time=_PERIOD,
        problem=problem,
        seed=seed,
    )


def searched(learners: Mapping[str, Learner], of: Rows, tuning: Tuning) -> str:
    """The result of a search over `learners`, and the chosen model's measures on the held-out parts."""
    began_s = time.monotonic()
    learned = learn(learners, of.problem, _SPLIT, tuning, of.seed)
    minutes, best = (time.monotonic() - began_s) / 60, learned.searches[learned.chosen].best
    scores = learned.fitted.scores(_SPLIT.holdout)
    loss, area = of.problem.loss(scores.truth, scores.raw), roc_auc(scores.truth, 1 / (1 + np.exp(-scores.raw)))
    pruned = sum(found.pruned for found in learned.searches.values())
    figures = f"{best.loss:.4f}   {loss:.4f}     {area:.4f}    {minutes:4.1f}   {pruned} of {learned.trials}"
    return f"{learned.chosen:<28} {figures}"


def of_clients(file: Path, algorithms: Sequence[Algorithm], tuning: Tuning, seeds: Sequence[int]) -> None:
    """Print one line for each algorithm alone and one for all together, for each seed."""
    print(f"{'chosen':<28} tuning   held out   ROC AUC   min    ended early")
    for seed in seeds:
        of = clients(file, seed)
        each = {str(algorithm): in_memory.LEARNERS[algorithm](rows=of) for algorithm in algorithms}
        alone = [{name: learner} for name, learner in each.items()]
        for learners in [*alone, each] if len(each) > 1 else alone:
            print(searched(learners, of, tuning), flush=True)


def of_fleet() -> None:
    """Print the measures of each model over all series on the held-out origins."""
    problem, frame = problem_of(series.FORECASTING), series.fleet()
    model = series.forecasting_model(Algorithm.LIGHTGBM, Algorithm.NETWORK)
    before = frame[frame[series.PERIOD].isin(series.SPLIT.before_holdout)]
    held_out = frame[frame[series.PERIOD].isin(series.SPLIT.holdout)].reset_index(drop=True)
    for name, learner in in_memory.learners(model, problem, before, period=series.PERIOD).items():
        learned = learn({name: learner}, problem, series.SPLIT, Tuning(trials=4), 1)
        with tempfile.TemporaryDirectory() as packed:
            registry.pack(learned, model, Path(packed))
            answers = Scorer(Path(packed))(contract.model_input(model, held_out))
        measured = problem.measure(problem.truth(held_out[model.outcome.label]), answers).as_dict()
        figures = ", ".join(f"{measure} {value:.3f}" for measure, value in measured.items())
        print(f"{name}: tuning {learned.searches[name].best.loss:.3f}, {figures}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one of the tables."""
    flags = argparse.ArgumentParser(prog="python -m bench.candidates", description=__doc__.partition("\n")[0])
    parts = flags.add_subparsers(dest="of", required=True)
    parts.add_parser("fleet")
    real = parts.add_parser("clients")
    real.add_argument("file", type=Path)
    real.add_argument("--algorithm", action="append", type=Algorithm, choices=list(in_memory.LEARNERS))
    real.add_argument("--trials", type=int, default=6)
    real.add_argument("--prune-after", type=int)
    real.add_argument("--seeds", default="3")
    asked = flags.parse_args(arguments)
    if asked.of == "fleet":
        of_fleet()
    else:
        tuning = Tuning(trials=asked.trials, prune_after=asked.prune_after)
        algorithms = asked.algorithm or [Algorithm.XGBOOST, Algorithm.NETWORK]
        of_clients(asked.file, algorithms, tuning, [int(seed) for seed in asked.seeds.split(",")])
    return 0


if __name__ == "__main__":
    sys.exit(main())
