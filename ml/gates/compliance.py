"""Task `compliance` of job `<usecase>-promotion`: may this version be used at all?

It must state its inputs, its purpose, its owner, its training data and their licence; be reproducible; have no leak
from the outcome; and treat groups of people alike.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import PyFuncModel

from ml.declarations import Model
from ml.evaluation.leaks import importance
from ml.gates import reporting
from ml.gates.compliance_checks import HoldoutSigns, Papers, judge
from ml.gates.hard_slices import hard_slices
from ml.gates.leak_checks import LeakSigns, Repeats
from ml.gates.repeats import repeats
from ml.gates.scoring import answers, holdout
from ml.gates.verdict import Verdict, refuse
from ml.problems.judging import GroupFindings, Judging
from ml.problems.problem import Floats
from ml.problems.registry import judging_of
from ml.records.gate_results import COMPLIANCE
from ml.versions import artifact, version_task
from ml.versions.lineage import read_lineage
from ml.versions.version_task import Subject


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the documentation and the fairness of a version; run by job `<usecase>-promotion`."""
    subject = version_task.judged("gates_compliance", arguments, reads_data=True)
    problem = version_task.missing_version(subject)
    if problem is None:
        reporting.announce(subject)
    reporting.record(subject, refuse(COMPLIANCE, problem) if problem else verdict(subject))


def verdict(subject: Subject) -> Verdict:
    """Read the version's documentation, score the hold-out of its own lineage, and judge both."""
    version = subject.registered()
    with tempfile.TemporaryDirectory() as temporary:
        fetched = version_task.fetch(subject, subject.version, Path(temporary))
        model = artifact.load(fetched)
        papers = read_papers(version.description or "", version.tags, model, artifact.raw_model(fetched))
        found = measured(subject, model, version.tags, papers)
    gate = subject.model.gates.compliance
    return judge(subject.model, gate, subject.source_catalog or "", papers, found)


def measured(subject: Subject, model: PyFuncModel, tags: Mapping[str, str], papers: Papers) -> HoldoutSigns | str:
    """The findings on the hold-out, or why there are none."""
    try:
        lineage, features = read_lineage(f"version {subject.version}", tags), papers.inputs or ()
        scored = answered(subject.model, model, holdout(subject, lineage))
        leaks = signs(scored, features, repeats(subject, lineage, features), seed=subject.model.seed)
        return HoldoutSigns(
            groups=by_group(scored, subject.model.fairness_groups),
            leaks=leaks,
            slices=hard_slices(subject.model, scored.rows, scored.truth, scored.output),
        )
    except (ValueError, MlflowException) as error:
        return str(error)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Hold-out rows, their truth, and the answers of a version; `ask` scores other rows."""

    judging: Judging
    rows: pd.DataFrame
    truth: Floats
    output: pd.DataFrame
    ask: Callable[[pd.DataFrame], pd.DataFrame]


def answered(declared: Model, version: PyFuncModel, rows: pd.DataFrame) -> Scored:
    """The `rows` with the version's answers. Raises ValueError if it cannot score them or a label is invalid."""
    judging = judging_of(declared)
    ask = partial(answers, version, problem=declared.problem)
    truth = judging.problem.truth(rows[declared.outcome.label])
    return Scored(judging=judging, rows=rows, truth=truth, output=ask(rows), ask=ask)


def signs(scored: Scored, features: Sequence[str], repeated: Repeats, *, seed: int) -> LeakSigns:
    """The signs of a leak."""
    judging, truth = scored.judging, scored.truth
    first = judging.problem.declared.measures[0]
    return LeakSigns(
        measure=first,
        score=judging.problem.measure(truth, scored.output).as_dict()[first.name],
        believable=judging.believable(truth),
        alone={name: judging.ranking_alone(scored.rows[name], truth) for name in features},
        shares=importance(
            scored.ask,
            lambda known, given: judging.losses(known, judging.numbers(known, given)),
            scored.rows[list(features)],
            features,
            truth,
            seed=seed,
        ),
        repeats=repeated,
    )


def by_group(scored: Scored, attributes: Sequence[str]) -> list[GroupFindings]:
    """How groups are treated, for every declared attribute."""
    return [scored.judging.fairness(name, scored.rows[name], scored.truth, scored.output) for name in attributes]


def read_papers(description: str, tags: Mapping[str, str], model: PyFuncModel, folder: Path) -> Papers:
    """The documentation of a version, from the registry and from the folder of the model that takes features."""
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
