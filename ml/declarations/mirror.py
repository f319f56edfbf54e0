"""A redacted mirror of production's gold tables, which other environments may read instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ml.declarations.errors import require
from ml.declarations.features import FeatureTable
from ml.declarations.model import Model
from ml.declarations.table import Column, Table

# What a hash fits into without two keys becoming one.
_HASHED = ("string", "bigint")
_NOISED = ("string", "int", "boolean")
# Below this a group is a person: suppressing smaller ones would suppress nothing.
_LEAST = 2


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """Redaction of the tables that models learn from.

    Keys are hashed with a secret of the environment, the same in every table, so that joins hold. Sensitive columns
    are null, but for those in `noised`. All other columns are as they are.

    Attributes:
        cells: columns of the feature tables whose values together may tell who somebody is. Whoever is in a group of
            fewer than `least_keys` keys with equal values of them is left out of every table.
        least_keys: the smallest group that is shown; also the fewest keys with a value of a noised column.
        noised: by sensitive column, the share of rows whose value is drawn anew from the values that are there.
    """

    least_keys: int
    cells: tuple[str, ...] = ()
    noised: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        names = [name for name, _ in self.noised]
        require(
            "mirror",
            [
                None
                if self.least_keys >= _LEAST
                else f"least_keys is {self.least_keys}: give {_LEAST} or more, since a group of one is a person",
                None if len(set(names)) == len(names) else f"noised {names} repeats a column: name each once",
                *(
                    f"noised {name!r} is drawn anew in a share of {share}: give more than 0 and at most 1"
                    for name, share in self.noised
                    if not 0 < share <= 1
                ),
            ],
        )

    def problems(self, models: Sequence[Model]) -> Iterator[str]:
        """All problems of it for the models of a use case, with what to change."""
        for table in (model.feature_table.table for model in models):
            absent = sorted(set(self.cells) - {column.name for column in table.columns})
            if absent:
                yield f"mirror has cells {absent}, which {table.name!r} has not: name columns of every feature table"
        sensitive = {each.name: each for table in _tables(models) for each in table.columns if each.sensitive}
        for name, _ in self.noised:
            if name not in sensitive:
                yield f"mirror draws {name!r} anew, which is no sensitive column: others are shown as they are"
            elif sensitive[name].type not in _NOISED:
                yield f"mirror draws {name!r} anew, a {sensitive[name].type}: remove it, or declare one of {_NOISED}"
        for each in mirrored(models):
            for column in each.table.columns:
                if column.name in each.hashed and column.type not in _HASHED:
                    yield (
                        f"mirror hashes {each.table.name}.{column.name}, a {column.type}: "
                        f"declare it as {' or '.join(_HASHED)}"
                    )


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """A table of the mirror: production's declaration, the column that identifies a person, and hashed columns."""

    table: Table
    key: str
    hashed: frozenset[str]

    @property
    def redacted(self) -> Table:
        """The same table with redacted columns."""
        return replace(self.table, columns=tuple(self._redacted(column) for column in self.table.columns))

    def _redacted(self, column: Column) -> Column:
        if column.name in self.hashed:
            return replace(column, minimum=None, maximum=None, allowed=(), sensitive=False)
        return replace(column, nullable=True, sensitive=False) if column.sensitive else column


def mirrored(models: Sequence[Model]) -> tuple[Mirrored, ...]:
    """The tables that the models learn from, each once: features, then outcomes."""
    features = [_of_features(model.feature_table) for model in models]
    return tuple({each.table.name: each for each in (*features, *map(_of_outcome, models))}.values())


def _of_features(declared: FeatureTable) -> Mirrored:
    return Mirrored(table=declared.table, key=declared.key, hashed=frozenset(declared.keys))


def _of_outcome(model: Model) -> Mirrored:
    outcome = model.outcome
    named = {outcome.key, *model.feature_table.more_keys} | ({outcome.event_id} if outcome.event_id else set())
    there = {column.name for column in outcome.table.columns}
    return Mirrored(table=outcome.table, key=outcome.key, hashed=frozenset(named & there))


def _tables(models: Sequence[Model]) -> Iterator[Table]:
    return (each.table for each in mirrored(models))
