"""From rolling origins to the served table: each series' parameters, and the weights of its candidates.

Candidates see only values known at each origin, so their errors are real forecast errors. Everything is an array over
all rows or all series; only the texts of the table are built in a loop over series.
"""

from collections.abc import Collection, Sequence
from itertools import product

import numpy as np
import pandas as pd

from ml.problems.forecasting.rolled import Bools, Rolled
from ml.problems.forecasting.rule import Rule
from ml.problems.forecasting.served import CANDIDATES, FLEET, NAMES, OF_TWO_SEASONS, TREES, Floats, Ints, weight
from ml.problems.forecasting.trying import VARIANTS, tries, variants
from ml.problems.kept_arrays import NOTHING_KEPT, KeptArrays

RULES: Sequence[Rule] = tuple(
    Rule(own=own, power=power, best=best) for own, power, best in product((0.0, 0.5, 1.0), (1.0, 4.0), (1, 3, 9))
)
DEFAULT = Rule(own=0.5, power=2.0, best=3)
# With fewer series the choice of a rule would be arbitrary.
_LEAST_SERIES = 20
# With this many rows, a series' errors have the same weight as the fleet's.
_EVEN_ROWS = 16
# With fewer rows a series uses the fleet's weights.
LEAST_ROWS = 4
_LEAST_ERROR = 1e-3
_SAID = 0.005


def table_of(
    rolled: Rolled,
    trees: Floats | None,
    tried: Collection[str] = tuple(VARIANTS),
    kept: KeptArrays = NOTHING_KEPT,
) -> pd.DataFrame:
    """One row per series and one for the fleet, by name.

    Columns: weights and parameters of the candidates, `error` (root mean square, in the scale of the series), `chosen`
    and `reason` in words, the number of `rows` behind it, and `kept_from`: 0, the version that it is fitted for.
    `trees`: the forecast of each row by the model over all series, fitted without it; None: there is none.
    `tried`: names of the candidates. `kept`: the groups of series that were tried before.
    """
    parameters, forecasts = _fitted(rolled, tried, kept)
    if trees is not None:
        forecasts[:, NAMES.index(TREES)] = trees
    squared = np.column_stack([rolled.squared(each) for each in forecasts.T])
    rule = best_rule(rolled, forecasts, squared)
    errors = np.column_stack([rolled.mean(each) for each in squared.T])
    few = rolled.rows < LEAST_ROWS
    mixed = np.vstack([weights(errors, few, rule), weights(errors, np.ones_like(few), rule)[:1]])
    missed = rolled.mean(rolled.squared(blended(forecasts, mixed[rolled.series])))
    table = pd.DataFrame(parameters, index=pd.Index([*rolled.names, FLEET], name="series"))
    for place, name in enumerate(NAMES):
        table[weight(name)] = mixed[:, place]
    table["error"] = _shrunk(missed, rolled.rows)
    table["chosen"] = [in_words(line) for line in mixed]
    told = [f"{rows} rows are too few: mixed as the fleet" if rows < LEAST_ROWS else "" for rows in rolled.rows]
    table["reason"] = [*told, "answers for series that are not known"]
    table["rows"] = [*rolled.rows, len(rolled.truth)]
    table["kept_from"] = 0
    return table


def _fitted(rolled: Rolled, among: Collection[str], kept: KeptArrays) -> tuple[dict[str, Floats], Floats]:
    """The value of each parameter for each series and the fleet; and for each row the candidates' forecasts with them.

    Shape (rows, candidates); NaN for the model over all series, and for candidates that are not tried or need a missing
    season.
    """
    names = [name for name in CANDIDATES if name in among and (name not in OF_TWO_SEASONS or rolled.asked.inner > 1)]
    found: dict[str, Floats] = {}
    forecasts = np.full((len(rolled.truth), len(NAMES)), np.nan)
    tried = tries(rolled, names, kept)
    for place, (name, (make, columns)) in enumerate(CANDIDATES.items()):
        values = np.array(variants(name), dtype=float)
        if name not in names:
            found |= {column: np.full(len(rolled.names) + 1, values[0, at]) for at, column in enumerate(columns)}
            continue
        errors = tried.errors[name]
        best = _scores(errors, np.zeros(len(errors), dtype=bool), _trusting(rolled.rows)).argmin(axis=1)
        fleet = _scores(errors, np.ones(len(errors), dtype=bool), 0.0)[0].argmin()
        own = {column: values[best, at] for at, column in enumerate(columns)}
        found |= {column: np.append(own[column], values[fleet, at]) for at, column in enumerate(columns)}
        by_row = {column: each[rolled.series] for column, each in own.items()}
        forecasts[:, place] = tried.forecasts[name] if name in tried.forecasts else make(rolled.asked, **by_row)
    return found, forecasts


def _trusting(rows: Ints) -> Floats:
    """The weight of a series' own errors: half at `_EVEN_ROWS` rows, and nearly one with many."""
    share: Floats = rows / (rows + _EVEN_ROWS)
    return share


def _scores(errors: Floats, as_fleet: Bools, own: float | Floats) -> Floats:
    """Shape (series, candidates): root mean squared errors over those of the series' median candidate.

    The geometric mean of the series' own errors, with the weight `own`, and the fleet's; NaN if no series has any.
    """
    roots = np.sqrt(errors)
    known = np.isfinite(roots).any(axis=0)
    middle = np.nanmedian(np.where(np.isfinite(roots).any(axis=1, keepdims=True), roots, 1.0)[:, known], axis=1)
    logs = np.log(np.maximum(roots / np.maximum(middle, _LEAST_ERROR)[:, None], _LEAST_ERROR))
    counts = np.isfinite(logs).sum(axis=0)
    fleet = np.divide(np.nan_to_num(logs).sum(axis=0), counts, out=np.full(len(counts), np.nan), where=counts > 0)
    share = np.where(as_fleet | ~np.isfinite(roots[:, known]).all(axis=1), 0.0, own)[:, None]
    return np.asarray(np.exp(share * np.where(np.isfinite(logs), logs, 0.0) + (1 - share) * fleet))


def weights(errors: Floats, as_fleet: Bools, rule: Rule) -> Floats:
    """Shape (series, candidates), each row sums to 1: the `rule.best` candidates with the smallest scores, by power.

    `errors`: mean squared errors (series, candidates); series in `as_fleet` use only the fleet's.
    """
    scores = _scores(errors, as_fleet, rule.own)
    ranked = np.where(np.isfinite(scores), scores, np.inf)
    place = np.argsort(np.argsort(ranked, axis=1, kind="stable"), axis=1)
    kept = (place < rule.best) & np.isfinite(ranked)
    raw = np.where(kept, np.where(kept, ranked, 1.0) ** -rule.power, 0.0)
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def blended(forecasts: Floats, by: Floats) -> Floats:
    """Shape (rows,): the weighted sum of forecasts, both (rows, candidates); forecasts without weight are ignored."""
    return np.asarray((by * np.where(by > 0, forecasts, 0.0)).sum(axis=1))


def best_rule(rolled: Rolled, forecasts: Floats, squared: Floats) -> Rule:
    """The best rule over all series on the newer origins, with weights from the older origins alone.

    With few series, or one origin, the choice would be arbitrary: then `DEFAULT`.
    """
    if len(rolled.names) < _LEAST_SERIES or rolled.late.all() or not rolled.late.any():
        return DEFAULT
    older, newer = rolled.part(~rolled.late), rolled.part(rolled.late)
    early = np.column_stack([older.mean(each) for each in squared[~rolled.late].T])
    nothing = np.asarray(~np.isfinite(early).any(axis=1))
    ahead = forecasts[rolled.late]

    def loss(rule: Rule) -> float:
        missed = newer.squared(blended(ahead, weights(early, nothing, rule)[newer.series]))
        return float(np.nanmean(np.sqrt(newer.mean(missed))))

    return min(RULES, key=loss)


def _shrunk(missed: Floats, rows: Ints) -> Floats:
    """Root mean squared errors (series + fleet,), each shrunk by `_EVEN_ROWS` extra rows with the fleet's error."""
    own = np.nan_to_num(missed)
    fleet = float((own * rows).sum() / max(1, rows.sum()))
    return np.asarray(np.sqrt(np.append((own * rows + fleet * _EVEN_ROWS) / (rows + _EVEN_ROWS), fleet)))


def in_words(by: Floats) -> str:
    """`0.60 smoothing + 0.40 tsb`, the largest first, without weights that round to zero; a single one by its name."""
    ranked = sorted((-share, name) for share, name in zip(by, NAMES, strict=True) if share >= _SAID)
    return ranked[0][1] if len(ranked) == 1 else " + ".join(f"{-share:.2f} {name}" for share, name in ranked)
