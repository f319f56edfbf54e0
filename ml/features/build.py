"""Task `features` of job `<usecase>-ingest`: silver to derived and gold tables, from the changes.

An outcome whose event is unknown (its application was rejected, or has not arrived) waits in
`<outcome table>_quarantine` and moves to the outcome table once the event exists.
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
    held = gold.held()
    runtime.report(
        task="features",
        rows_in=held.read,
        rows_kept=held.features + held.outcomes,
        rows_quarantined=held.waiting,
        feature_rows=held.features,
        outcome_rows=held.outcomes,
    )


@dataclass(frozen=True, kw_only=True)
class Held:
    """Numbers of rows: read, features, outcomes, and outcomes that wait for their event."""

    read: int
    features: int
    outcomes: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Gold:
    """The gold tables of a use case, each with a checkpoint in `kept_at` that records its source versions.

    With `unmasked_table`, the models' features are stored a second time under that name, without sensitive columns.
    """

    tables: Tables
    task: Common
    kept_at: Path
    unmasked_table: str | None = None

    def build_derived(self) -> None:
        """Bring the derived tables up to date, in the declared order; without a date column, rebuild it whole."""
        for declared in self.task.use_case.derived:
            found = derived.DerivedRows(tables=self.tables, task=self.task, declared=declared)
            building = self._building(declared.table.name, derived.decides(declared), found.reads)
            building.bring_up(found.whole, found.part if declared.since else None)

    def build_features(self) -> None:
        """Bring every feature table up to date, in the declared order: a later one may read an earlier one."""
        for declared in self.task.use_case.feature_tables:
            features = self._features(declared)
            reads = [features.source, *feature_tables.present(self.tables, self.task, declared)]
            decides = feature_tables.decides(declared, self.task.use_case.calendar, features.copies)
            self._building(declared.name, decides, reads).bring_up(features.whole, features.part)

    def build_outcomes(self) -> None:
        """Bring every outcome table and its quarantine up to date."""
        for model in self.task.use_case.labelled:
            outcomes = Outcomes(tables=self.tables, task=self.task, model=model)
            decides = outcome_tables.decides(model, self.task.use_case.calendar)
            reads = [outcomes.source, outcomes.events]
            part = outcomes.part if outcome_tables.in_part_by(outcomes.outcome) else None
            self._building(outcomes.outcome.table.name, decides, reads).bring_up(outcomes.whole, part)

    def held(self) -> Held:
        """The numbers of rows in the models' tables, each table counted once."""
        features = [self._features(table) for table in self.task.use_case.model_tables]
        outcomes = [Outcomes(tables=self.tables, task=self.task, model=model) for model in self.task.use_case.labelled]
        # Of a computed outcome no row is refused, and rows are of events, not of the source.
        joined = [each for each in outcomes if not each.outcome.later]
        asked = (
            *(name for each in features for name in (each.source, each.target)),
            *(each.target for each in outcomes),
            *(name for each in joined for name in (each.source, each.rejects)),
        )
        names = tuple(dict.fromkeys(asked))
        rows = dict(zip(names, self.tables.counts(*names), strict=True))
        outcome_rows = sum(rows[each.target] for each in outcomes)
        computed = sum(rows[each.target] for each in outcomes if each.outcome.later)
        read = sum(rows[each.source] for each in features) + sum(rows[each.source] for each in joined)
        return Held(
            read=read + computed,
            features=sum(rows[each.target] for each in features),
            outcomes=outcome_rows,
            waiting=sum(rows[each.rejects] for each in joined),
        )

    def _features(self, declared: FeatureTable) -> Features:
        mine = declared == self.task.use_case.model_tables[0]
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
