"""Generated credit clients in the raw format of the UCI file, with a known default probability.

Correlations, sizes of amounts and frequencies of statuses imitate Yeh & Lien 2009, doi
10.1016/j.eswa.2007.12.020, without using its rows. Sex, age and marriage do not affect the probability.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.usecases.credit.demo.movements import movements, strain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LABEL = "default.payment.next.month"
_STATUS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
_BILL = tuple(f"BILL_AMT{month}" for month in range(1, 7))
_PAID = tuple(f"PAY_AMT{month}" for month in range(1, 7))
_INACTIVE, _PAYS_IN_FULL, _REVOLVES = -2, -1, 0


@dataclass(frozen=True, kw_only=True)
class Odds:
    """The effect of each input on the log-odds of default: the truth that a model has to learn."""

    intercept: float = -1.92
    newest_late: float = 1.0
    newest_two_months_late: float = 0.9
    each_older_late: float = 0.4
    used: float = 0.7
    paid: float = -1.8
    log_limit: float = -0.25
    usual_limit: float = 150_000
    strain: float = 0.6


USUAL = Odds()


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What changes from row `from_row` (from 0) on.

    The inputs change by `stress` standard deviations more financial stress and by limits `limit_factor` times as high
    (with matching bills); `odds` replaces the effects of the inputs, and `log_odds` shifts the log-odds.
    """

    from_row: int
    stress: float = 1.0
    log_odds: float = 0.0
    limit_factor: float = 1.0
    odds: Odds = USUAL


_MERGED_LIMIT_FACTOR = 6.0
_MERGED_ODDS = Odds(
    intercept=-4.0,
    newest_late=0.0,
    newest_two_months_late=0.0,
    each_older_late=0.0,
    used=5.0,
    paid=0.0,
    usual_limit=150_000 * _MERGED_LIMIT_FACTOR,
    strain=0.4,
)


def merger(from_row: int) -> Shift:
    """A portfolio of another bank takes over at `from_row`.

    Its limits are six times as high, its repayment status follows other rules and has no effect any more, and the
    used share of the limit has nearly all. About as many clients default as before.
    """
    return Shift(from_row=from_row, stress=0.0, limit_factor=_MERGED_LIMIT_FACTOR, odds=_MERGED_ODDS)


@dataclass(frozen=True)
class Fault:
    """One kind of data fault: `column` gets `value`; without a column, the whole row is duplicated."""

    column: str | None
    value: int | str | None = None


FAULTS = (
    Fault("AGE", ""),
    Fault("SEX", 3),
    Fault("LIMIT_BAL", "n/a"),
    Fault("PAY_0", 99),
    Fault(None),
)


def generate(rows: int, seed: int, *, shift: Shift | None = None, dirty_ratio: float = 0.0) -> pd.DataFrame:
    """`rows` clients with IDs 1.., one row each with the movements of their accounts.

    With faults from `soil` if `dirty_ratio` is above 0.

    Raises:
        ValueError: if `rows` is below 1 or `dirty_ratio` outside 0..0.5.
    """
    if rows < 1 or not 0 <= dirty_ratio <= 0.5:
        raise ValueError(f"rows={rows}, dirty_ratio={dirty_ratio}; allowed: rows from 1, dirty_ratio 0..0.5")
    random = np.random.default_rng(seed)
    stress = random.normal(size=rows)
    if shift is not None:
        stress[shift.from_row :] += shift.stress
    limit_factor = np.ones(rows)
    if shift is not None:
        limit_factor[shift.from_row :] = shift.limit_factor
    clients = _clients(random, stress, limit_factor)
    frame = pd.concat([clients, _history(random, stress, clients["LIMIT_BAL"].to_numpy(float))], axis=1)
    frame = pd.concat([frame, movements(rows, seed)], axis=1)
    frame[LABEL] = (random.random(rows) < default_probability(frame, shift)).astype(int)
    return soil(frame, dirty_ratio, seed) if dirty_ratio else frame


def default_probability(frame: pd.DataFrame, shift: Shift | None = None) -> Floats:
    """The true probability of default of each row of a clean generated frame, from its raw columns alone."""
    log_odds = _log_odds(frame, USUAL)
    if shift is not None:
        shifted = _log_odds(frame, shift.odds) + shift.log_odds
        log_odds = np.where(np.arange(len(frame)) >= shift.from_row, shifted, log_odds)
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


def _log_odds(frame: pd.DataFrame, odds: Odds) -> Floats:
    status = frame[list(_STATUS)].to_numpy(float)
    limit = frame["LIMIT_BAL"].to_numpy(float)
    used = np.clip(frame["BILL_AMT1"].to_numpy(float) / limit, 0, 1.2)
    paid = np.clip(frame[list(_PAID)].to_numpy(float).sum(axis=1) / limit, 0, 1)
    log_odds = (
        odds.intercept
        + odds.newest_late * (status[:, 0] > 0)
        + odds.newest_two_months_late * (status[:, 0] > 1)
        + odds.each_older_late * (status[:, 1:] > 0).sum(axis=1)
        + odds.used * used
        + odds.paid * paid
        + odds.log_limit * np.log(limit / odds.usual_limit)
        + odds.strain * strain(frame)
    )
    return np.asarray(log_odds, dtype=np.float64)


def soil(frame: pd.DataFrame, ratio: float, seed: int) -> pd.DataFrame:
    """A copy in which about `ratio` of the rows have one fault each, cycling through `FAULTS`."""
    dirty = frame.astype(object).reset_index(drop=True)
    count = max(round(len(dirty) * ratio), 1)
    chosen = np.sort(np.random.default_rng([seed, 1]).choice(len(dirty), size=count, replace=False))
    order = np.arange(len(dirty))
    for at, fault in enumerate(FAULTS):
        hit = chosen[at :: len(FAULTS)]
        if fault.column is None:
            order = np.sort(np.concatenate([order, hit]))
        else:
            dirty.loc[dirty.index[hit], fault.column] = fault.value
    return dirty.iloc[order].reset_index(drop=True)


def _clients(random: np.random.Generator, stress: Floats, limit_factor: Floats) -> pd.DataFrame:
    rows = len(stress)
    limit = np.exp(random.normal(11.75 - 0.3 * stress, 0.8)) * limit_factor
    return pd.DataFrame(
        {
            "ID": np.arange(1, rows + 1),
            "LIMIT_BAL": np.clip(np.round(limit, -4), 10_000, 1_000_000 * limit_factor).astype(int),
            "SEX": random.choice([1, 2], size=rows, p=[0.4, 0.6]),
            "EDUCATION": random.choice([1, 2, 3, 4, 5], size=rows, p=[0.35, 0.47, 0.165, 0.005, 0.01]),
            "MARRIAGE": random.choice([1, 2, 3, 0], size=rows, p=[0.455, 0.532, 0.011, 0.002]),
            "AGE": np.clip(21 + random.gamma(2.4, 6.0, size=rows), 21, 79).astype(int),
        }
    )


def _history(random: np.random.Generator, stress: Floats, limit: Floats) -> pd.DataFrame:
    # Odds of each habit, shifted by stress: (inactive, pays in full, revolves).
    tilt = np.column_stack([0.16 * np.exp(-0.2 * stress), 0.27 * np.exp(-0.5 * stress), 0.57 * np.exp(0.25 * stress)])
    bounds = np.cumsum(tilt / tilt.sum(axis=1, keepdims=True), axis=1)
    habit = np.array([_INACTIVE, _PAYS_IN_FULL, _REVOLVES])[
        (random.random((len(limit), 1)) > bounds[:, :2]).sum(axis=1)
    ]
    status = _statuses(random, stress, habit)
    bills = _bills(random, stress, habit, limit)
    payments = _payments(random, habit, status, bills)
    columns = zip((*_STATUS, *_BILL, *_PAID), np.column_stack([status, bills, payments]).T, strict=True)
    return pd.DataFrame({name: values.astype(int) for name, values in columns})


def _statuses(random: np.random.Generator, stress: Floats, habit: Ints) -> Ints:
    """Repayment status by month, newest first. Delay starts with stress and then tends to persist."""
    rows = len(habit)
    starts = 1 / (1 + np.exp(2.75 - 1.0 * stress))
    months = [np.where(random.random(rows) < 1.6 * starts, 2, habit)]
    for month in range(5):
        late = months[-1] > 0
        draw = random.random(rows)
        worse = np.minimum(months[-1] + (draw > 0.92), 8)
        first_step = 1 if month == 4 else 2
        months.append(np.where(late, np.where(draw > 0.35, worse, habit), np.where(draw < starts, first_step, habit)))
    return np.column_stack(months[::-1]).astype(np.int64)


def _bills(random: np.random.Generator, stress: Floats, habit: Ints, limit: Floats) -> Ints:
    """Bill by month, newest first: a share of the limit that drifts from month to month."""
    usual = np.select([habit == _INACTIVE, habit == _PAYS_IN_FULL], [-4.0, -2.2], 0.2 + 0.6 * stress)
    months = [usual + random.normal(0, 1.0, size=len(limit))]
    for _ in range(5):
        months.append(usual + 0.85 * (months[-1] - usual) + random.normal(0.02, 0.35, size=len(limit)))
    used = 1.05 / (1 + np.exp(-np.column_stack(months[::-1])))
    idle = (habit == _INACTIVE)[:, None] & (random.random(used.shape) < 0.5)
    return np.where(idle, 0, np.round(used * limit[:, None])).astype(np.int64)


def _payments(random: np.random.Generator, habit: Ints, status: Ints, bills: Ints) -> Ints:
    """Payment by month, newest first: the previous month's full bill or a small share of it; seldom any when late."""
    owed = np.column_stack([bills[:, 1:], bills[:, 5]])
    share = np.where((habit == _REVOLVES)[:, None], random.beta(1.2, 14, size=owed.shape), 1.0)
    skipped = (status > 0) & (random.random(owed.shape) < 0.6)
    return np.where(skipped, 0, np.round(owed * share)).astype(np.int64)
