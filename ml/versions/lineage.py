"""The lineage of a model version, stored in its tags. Gates read it back and trust nothing else.

Tag names are snake_case: Unity Catalog refuses dots, dashes and slashes in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

from ml.declarations import TrainingCause
from ml.examples.dataset import Pinned


class LineageError(ValueError):
    """A model version without readable lineage tags."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Tables and versions, time windows, code, and the reason for training."""

    source_catalog: str
    feature_table: str
    feature_table_version: int
    outcome_table: str
    outcome_table_version: int
    cut_off: date
    fitted_first_period: date
    fitted_last_period: date
    holdout_first_period: date
    holdout_last_period: date
    sample_rows: int
    git_commit: str
    code_sha256: str
    reason: str
    job_run_id: str
    fingerprint: str

    def as_tags(self) -> dict[str, str]:
        """One tag per field."""
        return {name: str(value) for name, value in asdict(self).items()}

    @property
    def pinned(self) -> Pinned:
        """The pinned tables, for reading them again."""
        return Pinned(
            catalog=self.source_catalog,
            features=self.feature_table,
            features_version=self.feature_table_version,
            outcomes=self.outcome_table,
            outcomes_version=self.outcome_table_version,
            cut_off=self.cut_off,
        )


# The tag with the reason for training, one of `TrainingCause`.
CAUSE = "cause"


def read_cause(subject: str, tags: Mapping[str, str]) -> TrainingCause:
    """The cause of `subject`'s training. Raises LineageError if its tags do not contain it."""
    try:
        return TrainingCause(tags.get(CAUSE, ""))
    except ValueError as error:
        allowed = ", ".join(TrainingCause)
        raise LineageError(f"{CAUSE}={tags.get(CAUSE)!r} of {subject} is none of {allowed}: train it again") from error


_PARSERS: Mapping[object, Callable[[str], object]] = {str: str, int: int, date: date.fromisoformat}


def _parsed(kind: object, text: str) -> object:
    """`text` as `kind`, or None if it is empty or of another kind."""
    try:
        return _PARSERS[kind](text) if text else None
    except ValueError:
        return None


def read_lineage(subject: str, tags: Mapping[str, str]) -> Lineage:
    """The lineage in the tags of `subject`. Raises LineageError naming every missing or unreadable tag."""
    given = {field.name: tags.get(field.name, "") for field in fields(Lineage)}
    values = {field.name: _parsed(field.type, given[field.name]) for field in fields(Lineage)}
    problems = [
        f"{name}={given[name]!r}" if given[name] else f"{name} is missing"
        for name, value in values.items()
        if value is None
    ]
    if problems:
        raise LineageError(f"tags of {subject} do not name its training data: {', '.join(problems)}; train it again")
    return Lineage(**values)  # type: ignore[arg-type]  # each was parsed by its field's own type
