"""Task `compliance` of job `<usecase>-promotion`: may this version be used at all?

It must say what it takes, what it is for, who owns it, what it was made from and under which licence; be
reproducible; know nothing that it could not know; and treat groups of people alike.
"""

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import PyFuncModel

from ml.declarations import Model
from ml.evaluation.fairness import Fairness, fairness
from ml.evaluation.leaks import importance, ranking_alone
from ml.evaluation.metrics import roc_auc
from ml.gates import reporting
from ml.gates.compliance_checks import HoldoutSigns, Papers, judge
from ml.gates.leak_checks import LeakSigns
from ml.gates.repeats import repeats
from ml.gates.scoring import answers, holdout
from ml.gates.verdict import Verdict, refuse
from ml.records.gate_results import COMPLIANCE
from ml.versions import artifact, version_task
from ml.versions.lineage import read_lineage
from ml.versions.pyfunc_model import PROBABILITY
from ml.versions.version_task import Subject


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the papers and the fairness of a version; run by job `<usecase>-promotion`."""
    subject = version_task.judged("gates_compliance", arguments, reads_data=True)
    problem = version_task.missing_version(subject)
    if problem is None:
        reporting.announce(subject)
    reporting.record(subject, refuse(COMPLIANCE, problem) if problem else verdict(subject))


def verdict(subject: Subject) -> Verdict:
    """Read the papers, score the hold-out of the version's own lineage, judge both."""
    version = subject.registered()
    with tempfile.TemporaryDirectory() as temporary:
        fetched = version_task.fetch(subject, subject.version, Path(temporary))
        model = artifact.load(fetched)
        papers = read_papers(version.description or "", version.tags, model, artifact.raw_model(fetched))
        found = measured(subject, model, version.tags, papers)
    gate = subject.model.gates.compliance
    return judge(subject.model, gate, subject.source_catalog or "", papers, found)


def measured(subject: Subject, model: PyFuncModel, tags: Mapping[str, str], papers: Papers) -> HoldoutSigns | str:
    """What the hold-out says of the version, or why it cannot be asked."""
    try:
        lineage = read_lineage(f"version {subject.version}", tags)
        rows = holdout(subject, lineage)
        probabilities = _score(subject.model, model, rows)
        features = papers.inputs or ()
        leaks = LeakSigns(
            roc_auc=roc_auc(rows[subject.model.outcome.label], probabilities),
            alone=alone(subject.model, rows, features),
            shares=shares(subject.model, model, rows, features),
            repeats=repeats(subject, lineage, features),
        )
        return HoldoutSigns(groups=by_group(subject, probabilities, rows), leaks=leaks)
    except (ValueError, MlflowException) as error:
        return str(error)


def _score(model: Model, version: PyFuncModel, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    return answers(version, rows, model.problem)[PROBABILITY].to_numpy(np.float64)


def alone(model: Model, rows: pd.DataFrame, features: Sequence[str]) -> Mapping[str, float]:
    """How well each feature ranks the outcome by itself."""
    labels = rows[model.outcome.label].to_numpy(np.int64)
    return {name: ranking_alone(rows[name], labels) for name in features}


def shares(model: Model, version: PyFuncModel, rows: pd.DataFrame, features: Sequence[str]) -> Mapping[str, float]:
    """The share of each feature in what the version knows."""
    labels = rows[model.outcome.label].to_numpy(np.int64)
    return importance(partial(_score, model, version), rows[list(features)], features, labels, seed=model.seed)


def read_papers(description: str, tags: Mapping[str, str], model: PyFuncModel, folder: Path) -> Papers:
    """The papers of a version, from the registry and from the folder of the model that takes features."""
    signature: ModelSignature | None = model.metadata.signature
    taken, given = (signature.inputs, signature.outputs) if signature else (None, None)
    listed = folder / "requirements.txt"
    lines = [line.strip() for line in listed.read_text().splitlines()] if listed.is_file() else []
    return Papers(
        description=description,
        tags=tags,
        inputs=tuple(taken.input_names()) if taken else None,
        outputs=tuple(given.input_names()) if given else None,
        requirements=tuple(line for line in lines if line and not line.startswith("#")),
    )


def by_group(subject: Subject, probabilities: npt.NDArray[np.float64], rows: pd.DataFrame) -> list[Fairness]:
    """The fairness of the `probabilities` of `rows`, for every declared attribute."""
    gate, labels = subject.model.gates.compliance, rows[subject.model.outcome.label]
    return [
        fairness(
            name, rows[name], labels, probabilities, threshold=gate.decision_threshold, min_rows=gate.min_group_rows
        )
        for name in subject.model.fairness_groups
    ]
