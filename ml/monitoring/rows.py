"""Every period's state, and the sample of rows of each period to be measured."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import pandas as pd

from ml.declarations import Calendar, Model
from ml.examples.dataset import PERIOD
from ml.monitoring.parts import HASH, parts_of
from ml.monitoring.passes import CHECKSUM, VERSION, added_up, checked, counted, fetched
from ml.monitoring.period_fingerprints import FEATURES, OUTCOMES, PREDICTIONS, Count, PeriodState, Sources, states
from ml.monitoring.window import LABEL, answer_names, column_names
from ml.parameters import Common

# What is fetched for a sample beyond its size: a share for keys that rows share, and standard deviations of chance.
_SPARE, _SURELY = 1.1, 6
# A hash has 64 bits, and a sign.
_HASHES = 2**64


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """Every period's state, up to which hash of a key its rows are its sample, and the rows of the periods `fetched`.

    `rows`: by part, with `_period`, `_version`, `_checksum` and the part's own columns.
    """

    states: tuple[PeriodState, ...]
    largest_hash: Mapping[date, int]
    fetched: frozenset[date]
    rows: Mapping[str, pd.DataFrame]


def see(task: Common, sources: Sources, measured: Collection[date]) -> Seen:
    """Count all rows, then read each period's sample. `measured`: periods with measurements, old or new."""
    parts, calendar, monitoring = parts_of(task, sources), sources.calendar, task.model.monitoring
    counts = counted(parts, calendar)
    largest = largest_hashes(counts, monitoring.max_rows_per_period)
    ahead = likely(counts, measured, calendar, monitoring.labels_due_periods)
    rows = fetched(parts, calendar, _only(largest, ahead))
    sums = [*checked(parts, calendar, _only(largest, largest.keys() - ahead)), *_checksums(rows)]
    found = tuple(states(sources, added_up([*counts, *sums])))
    return Seen(states=found, largest_hash=largest, fetched=frozenset(ahead), rows=rows)


def period_rows(task: Common, sources: Sources, seen: Seen, versions: Mapping[date, int]) -> pd.DataFrame:
    """One row per feature row of the periods (or of a sample): `_period`, the columns, the answers, `label`.

    `versions`: the periods, and for each the model version whose predictions count. Rows of periods that `seen` lacks
    are fetched now. An outcome belongs to the row with the same key and event time.
    """
    model = task.model
    with_rows = {state.period for state in seen.states if state.features.rows}
    missing = (with_rows & versions.keys()) - seen.fetched
    found = [_joined(model, seen.rows, {period: versions[period] for period in versions if period in seen.fetched})]
    if missing:
        rest = fetched(parts_of(task, sources), sources.calendar, _only(seen.largest_hash, missing))
        found.append(_joined(model, rest, {period: versions[period] for period in missing}))
    return pd.concat([each for each in found if len(each)] or found[:1], ignore_index=True)


def likely(counts: Sequence[Count], measured: Collection[date], calendar: Calendar, due_periods: int) -> set[date]:
    """Of the periods with feature rows, those that most likely must be measured.

    Periods that were never measured, the newest, the one before it, and those whose outcomes are due or have just
    become overdue. Only their checksums tell which others changed.
    """
    newest = max((each.known or each.period for each in counts), default=date.min)
    changing = {0, 1, due_periods, due_periods + 1}
    periods = {each.period for each in counts if each.part == FEATURES}
    return {each for each in periods if each not in measured or calendar.passed(each, newest) in changing}


def largest_hashes(counts: Sequence[Count], most: int) -> dict[date, int]:
    """For each period with rows, a hash that all its keys, or hardly more than `most` of them, are at or below.

    The sample is the rows with the smallest hashes, so the others need not be read. The number at or below varies by
    the root of `most`; if many rows share a key it varies more, and a sample may be a little smaller.
    """
    enough = _SPARE * most + _SURELY * math.sqrt(most)
    sizes = {each.period: 0 for each in counts} | {each.period: each.rows for each in counts if each.part == FEATURES}
    shares = {period: min(1.0, enough / max(size, 1)) for period, size in sizes.items()}
    return {period: min(int(share * _HASHES), _HASHES - 1) - _HASHES // 2 for period, share in shares.items()}


def _only(largest_hash: Mapping[date, int], periods: Collection[date]) -> dict[date, int | None]:
    return {period: largest if period in periods else None for period, largest in largest_hash.items()}


def _checksums(rows: Mapping[str, pd.DataFrame]) -> list[Count]:
    """The checksums of the fetched rows alone: the rows were counted before."""
    found = []
    for part, frame in rows.items():
        for head, checksums in frame.groupby([PERIOD, VERSION], dropna=False)[CHECKSUM]:
            period, version = cast("tuple[date, float]", head)
            known = None if pd.isna(version) else int(version)
            checksum = int(np.bitwise_xor.reduce(checksums.to_numpy()))
            found.append(Count(part=part, period=period, version=known, checksum=checksum))
    return found


def _joined(model: Model, rows: Mapping[str, pd.DataFrame], versions: Mapping[date, int]) -> pd.DataFrame:
    """The rows with their answers and outcomes, joined here, which gets them anyway: for Spark that was dearer."""
    declared, answers = model.feature_table, list(answer_names(model))
    keys, of_outcome = [*declared.keys, declared.event_time], [declared.key, declared.event_time]
    features, scored, outcomes = rows[FEATURES], rows[PREDICTIONS], rows[OUTCOMES]
    found = _sampled(features[features[PERIOD].isin(list(versions))], keys, model.monitoring.max_rows_per_period)
    of_version = scored[PERIOD].map(versions) == scored[VERSION]
    found = found.merge(scored.loc[of_version, [*keys, *answers]], on=keys, how="left")
    found = found.merge(outcomes[[*of_outcome, LABEL]], on=of_outcome, how="left")
    return found[[PERIOD, *column_names(model), *answers, LABEL]]


def _sampled(rows: pd.DataFrame, keys: Sequence[str], most: int) -> pd.DataFrame:
    """At most `most` rows of each period, the same ones in the same order every time."""
    return rows.sort_values([HASH, *keys], kind="stable").groupby(PERIOD, sort=False).head(most)
