"""The report's charts of a fleet of series, from SQL rows. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cli.output import Row
from cli.report.forecast_charts import ForecastChart, Point, SharesChart, StepsChart

# The share of newest origins that is compared with the others, and the minimum number of each.
_NEWEST_SHARE, _LEAST_ORIGINS = 0.2, 3
# The share of false discoveries among series reported as drifting, and the minimum growth of their errors.
_FALSE_SHARE, _GROWN = 0.1, 1.15
# Errors that differ by less count as equal.
_ALIKE = 1e-9
_SHARE = re.compile(r"([0-9.]+) (\w+)")


@dataclass(frozen=True, kw_only=True)
class Lately:
    """One series: mean scaled error before and lately, mean of forecast - truth in scales, and the change of its level.

    `chance`: how likely errors as much larger are if nothing has changed (Welch's test over origins).
    """

    series: str
    before: float
    lately: float
    bias: float
    level_ratio: float
    chance: float


def lately(rows: Sequence[Row]) -> list[Lately]:
    """One per series with enough origins; `rows` have `series`, `origin`, `error`, `bias` and `level`."""
    origins = sorted({row["origin"] for row in rows})
    many = max(_LEAST_ORIGINS, round(len(origins) * _NEWEST_SHARE))
    newest = set(origins[-many:])
    gathered: dict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in rows:
        gathered[row["series"]][row["origin"] in newest].append(row)
    return [
        _of_series(name, old, new) for name, (old, new) in gathered.items() if min(len(old), len(new)) >= _LEAST_ORIGINS
    ]


def _of_series(name: str, old: Sequence[Row], new: Sequence[Row]) -> Lately:
    before, now = ([float(row["error"]) for row in part] for part in (old, new))
    level_before, level_now = (float(np.mean([float(row["level"]) for row in part])) for part in (old, new))
    return Lately(
        series=name,
        before=float(np.mean(before)),
        lately=float(np.mean(now)),
        bias=float(np.mean([float(row["bias"]) for row in new])),
        level_ratio=level_now / level_before if level_before else float("nan"),
        chance=_chance(before, now),
    )


def _chance(before: Sequence[float], now: Sequence[float]) -> float:
    """The p-value; for errors that never differ the test is undefined: then 0 if they became larger, else 1."""
    if max(np.ptp(before), np.ptp(now)) < _ALIKE:
        return float(np.mean(now) <= np.mean(before))
    from scipy import stats  # noqa: PLC0415 - takes half a second, and only forecasts need it

    return float(stats.ttest_ind(now, before, equal_var=False, alternative="greater").pvalue)


def drifting(found: Sequence[Lately]) -> list[Row]:
    """One row per series whose errors grew by more than chance, the worst first, and why.

    At a false-discovery rate over all series (Benjamini and Hochberg 1995).
    """
    if not found:
        return []
    from scipy import stats  # noqa: PLC0415 - takes half a second, and only forecasts need it

    adjusted = stats.false_discovery_control([each.chance for each in found])
    grown = [
        each
        for each, chance in zip(found, adjusted, strict=True)
        if chance <= _FALSE_SHARE and each.lately > _GROWN * each.before
    ]
    return [_told(each) for each in sorted(grown, key=lambda each: -each.lately / max(each.before, 1e-9))]


def _told(each: Lately) -> Row:
    way = "too low" if each.bias < 0 else "too high"
    level = "" if np.isnan(each.level_ratio) else f"; its values are {each.level_ratio:.2f} times those before"
    return {
        "series": each.series,
        "error_before": round(each.before, 3),
        "error_lately": round(each.lately, 3),
        "why": f"forecasts are {abs(each.bias):.2f} scales {way}{level}",
    }


def shown(found: Sequence[Lately]) -> Mapping[str, str]:
    """The series to draw: those with the largest, median and smallest recent error; and the meaning of each."""
    ranked = sorted(found, key=lambda each: each.lately)
    if not ranked:
        return {}
    named = {
        ranked[0].series: "the smallest error lately",
        ranked[len(ranked) // 2].series: "a usual error lately",
        ranked[-1].series: "the largest error lately",
    }
    return dict(reversed(list(named.items())))


def series_charts(rows: Sequence[Row], names: Mapping[str, str], *, level: int, unit: str) -> Iterator[ForecastChart]:
    """One chart per name; `rows` have `series`, `origin`, `step`, `forecast`, `low`, `high`, `truth`, in time order."""
    for name, stands_for in names.items():
        points = tuple(
            Point(
                when=str(row["origin"])[:10],
                **{key: float(row[key]) for key in ("forecast", "low", "high")},
                truth=None if row["truth"] is None else float(row["truth"]),
            )
            for row in rows
            if row["series"] == name
        )
        if points:
            yield ForecastChart(
                title=f"{name}: {stands_for}",
                note=f"In {unit}: the forecast from each origin with its {level} % interval, and the actual values.",
                points=points,
                level=level,
            )


def steps_chart(rows: Sequence[Row]) -> StepsChart:
    """`rows` have `step`, `error`, and `naive`, the error of the naive forecast."""
    ordered = sorted(rows, key=lambda row: int(row["step"]))
    return StepsChart(
        title="Error by step ahead",
        note="Mean absolute error in the scale of each series, over origins that no version was fitted on.",
        steps=tuple(int(row["step"]) for row in ordered),
        errors={
            "forecast": tuple(float(row["error"]) for row in ordered),
            "naive forecast": tuple(float(row["naive"]) for row in ordered),
        },
    )


def chosen_chart(rows: Sequence[Row]) -> SharesChart:
    """`rows` have `series` and `chosen`, in the words of the version's table, one per series."""
    shares: dict[str, float] = defaultdict(float)
    for row in rows:
        for name, share in _weights(str(row["chosen"])).items():
            shares[name] += share / len(rows)
    return SharesChart(
        title="Which models answer",
        note=f"Mean weight over {len(rows)} series at the newest origin.",
        shares=dict(shares),
    )


def _weights(chosen: str) -> Mapping[str, float]:
    """`0.60 smoothing + 0.40 tsb`, or one name; a prefix before a colon, such as for an unknown series, is left out."""
    words = chosen.rpartition(": ")[2]
    found = {name: float(share) for share, name in _SHARE.findall(words)}
    return found or {words: 1.0}
