"""Task `features` of job `<usecase>-ingest`: silver to derived and gold tables, by what is new.

An outcome whose event is unknown (its application was rejected, or has not arrived) waits in
`<outcome table>_quarantine` and moves over once the event is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml import parameters, runtime
from ml.declarations import FeatureTable, unmasked
from ml.features import derived, feature_tables, outcome_tables
from ml.features.feature_tables import Features
from ml.features.news import Building, newest_version
from ml.features.outcome_tables import Outcomes
from ml.parameters import Common
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables, door


def main(arguments: Sequence[str] | None = None) -> None:
    """Build features and outcomes; run by job `<usecase>-ingest`."""
    parsed = parameters.with_unmasked_table("features").parse_args(arguments)
    task, tables = parameters.common(parsed), door()
    kept_at = Path(tables.volume_path(f"{task.catalog}.{task.use_case.checkpoints_volume}", write=True))
    gold = Gold(tables=tables, task=task, kept_at=kept_at / "gold", unmasked_table=parsed.unmasked_table)
    gold.build_derived()
    runtime.side_by_side(lambda build: build(), (gold.build_features, gold.build_outcomes))
    rows_in, feature_rows, outcome_rows, rows_quarantined = gold.held()
    runtime.report(
        task="features",
        rows_in=rows_in,
        rows_kept=feature_rows + outcome_rows,
        rows_quarantined=rows_quarantined,
        feature_rows=feature_rows,
        outcome_rows=outcome_rows,
    )


@dataclass(frozen=True, kw_only=True)
class Gold:
    """The gold tables of a use case, each with a checkpoint in `kept_at` that says what it was built from.

    With `unmasked_table`, the model's features are kept a second time, under that name, without sensitive columns.
    """

    tables: Tables
    task: Common
    kept_at: Path
    unmasked_table: str | None = None

    def build_derived(self) -> None:
        """Bring the derived tables up to date, in the declared order; one whose inputs changed is computed whole."""
        for declared in self.task.use_case.derived:
            found = derived.DerivedRows(tables=self.tables, task=self.task, declared=declared)
            building = self._building(declared.table.name, derived.decides(declared), found.reads)
            building.bring_up(found.whole, None)

    def build_features(self) -> None:
        """Bring every feature table up to date, in the declared order: a later one may read an earlier one."""
        for declared in self.task.use_case.feature_tables:
            features = self._features(declared)
            reads = [features.source, *feature_tables.present(self.tables, self.task, declared)]
            decides = feature_tables.decides(declared, self.task.use_case.calendar, features.copies)
            self._building(declared.name, decides, reads).bring_up(features.whole, features.part)

    def build_outcomes(self) -> None:
        """Bring the outcome table and its quarantine up to date."""
        outcomes = Outcomes(tables=self.tables, task=self.task)
        decides = outcome_tables.decides(self.task.model, self.task.use_case.calendar)
        reads = [outcomes.source, outcomes.events]
        part = outcomes.part if outcome_tables.in_part_by(outcomes.outcome) else None
        self._building(outcomes.outcome.table.name, decides, reads).bring_up(outcomes.whole, part)

    def held(self) -> tuple[int, int, int, int]:
        """Rows that were read, feature rows, outcome rows, and outcomes that wait."""
        outcomes = Outcomes(tables=self.tables, task=self.task)
        features = self._features(self.task.model.feature_table)
        names = (features.source, features.target, outcomes.target)
        if outcomes.outcome.later:
            # No row is refused, and rows are of events, not of the source.
            rows_in, feature_rows, outcome_rows = self.tables.counts(*names)
            return rows_in + outcome_rows, feature_rows, outcome_rows, 0
        events, *rest, given = self.tables.counts(*names, outcomes.rejects, outcomes.source)
        feature_rows, outcome_rows, waiting = rest
        return events + given, feature_rows, outcome_rows, waiting

    def _features(self, declared: FeatureTable) -> Features:
        mine = declared == self.task.model.feature_table
        copies = (unmasked(declared.table, self.unmasked_table),) if self.unmasked_table and mine else ()
        return Features(tables=self.tables, task=self.task, declared=declared, copies=copies)

    def _building(self, name: str, decides: str, reads: Sequence[str]) -> Building:
        return Building(
            tables=self.tables,
            task=self.task,
            name=name,
            checkpoint=Checkpoint(self.kept_at / name),
            decides=decides,
            versions={each: newest_version(self.tables, self.task, each) for each in dict.fromkeys(reads)},
        )
