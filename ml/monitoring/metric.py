"""One row of the table `metrics`: a monitor's finding on one period of one version."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from ml.problems.finding import Finding, Kind, Verdict


@dataclass(frozen=True, kw_only=True)
class Metric(Finding):
    """One row of the `metrics` table. `in_training`: the version was fitted on this period, so it is no evidence."""

    period: date
    model_version: int
    in_training: bool

    def as_row(self) -> dict[str, object]:
        """The columns of the `metrics` table that measuring decides."""
        plain = {k: float(v) if isinstance(v, float) else v for k, v in vars(self).items()}
        return {**plain, "kind": str(self.kind), "verdict": str(self.verdict)}

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> "Metric":
        """The metric in a row of the `metrics` table."""
        known = {field.name: row[field.name] for field in fields(cls)}
        return cls(**{**known, "kind": Kind(str(known["kind"])), "verdict": Verdict(str(known["verdict"]))})  # type: ignore[arg-type]
