"""Task `compliance` of job `<usecase>-promotion`: may this version be used at all?

It must say what it takes, what it is for, who owns it, what it was made from and under which licence; be
reproducible; and treat groups of people alike.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import PyFuncModel

from ml.evaluation.fairness import Fairness, fairness
from ml.gates import reporting
from ml.gates.compliance_checks import Papers, judge
from ml.gates.scoring import holdout, score
from ml.gates.verdict import Verdict, refuse
from ml.records.gate_results import COMPLIANCE
from ml.versions import artifact, version_task
from ml.versions.lineage import read_lineage
from ml.versions.version_task import Judged


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the papers and the fairness of a version; run by job `<usecase>-promotion`."""
    subject = version_task.judged("gates_compliance", arguments, reads_data=True)
    problem = version_task.missing_version(subject)
    if problem is None:
        reporting.announce(subject)
    reporting.record(subject, refuse(COMPLIANCE, problem) if problem else verdict(subject))


def verdict(subject: Judged) -> Verdict:
    """Read the papers, score the hold-out of the version's own lineage, judge both."""
    version = subject.registered()
    with tempfile.TemporaryDirectory() as temporary:
        fetched = version_task.fetch(subject, subject.version, Path(temporary))
        model = artifact.load(fetched)
        papers = read_papers(version.description or "", version.tags, model, artifact.raw_model(fetched))
        groups: list[Fairness] = []
        problem = None
        try:
            rows = holdout(subject, read_lineage(f"version {subject.version}", version.tags))
            groups = by_group(subject, model, rows)
        except (ValueError, MlflowException) as error:
            problem = str(error)
    gate = subject.common.use_case.gates.compliance
    return judge(subject.model, gate, subject.source_catalog or "", papers, groups, problem=problem)


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


def by_group(subject: Judged, model: PyFuncModel, rows: pd.DataFrame) -> list[Fairness]:
    """The fairness of `model` over `rows`, for every declared attribute."""
    gate, labels = subject.common.use_case.gates.compliance, rows[subject.model.outcome.label]
    probabilities = score(model, rows)
    return [
        fairness(
            name, rows[name], labels, probabilities, threshold=gate.decision_threshold, min_rows=gate.min_group_rows
        )
        for name in subject.model.fairness_groups
    ]
