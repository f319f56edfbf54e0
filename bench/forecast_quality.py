"""Accuracy of `mlops forecast` on series that it was not developed on; writes its section of `docs/performance.md`.

`python -m bench.forecast_quality` draws 34 series of each of twelve families (204 hourly, 204 weekly) and takes about
half an hour on two idle cores. `--series N` draws fewer, `--families office,shop` measures those alone, and
`--retail FOLDER` adds the daily files of the retail data; the section lists what was measured. `--kept FOLDER` stores
the fits there, so that an interrupted run continues.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.forecast_families import HOURLY_FAMILIES, KNOWN, WEEKLY_FAMILIES, drawn, hourly_length, weekly_length
from bench.forecast_pairs import Ratio, ratio
from bench.page import rewrite
from bench.synthesis import table
from ml.problems.forecasting import backtest, fleet
from ml.problems.forecasting.candidates import CANDIDATES
from ml.problems.forecasting.combination import combine
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import HOURLY, WEEKLY, Frequency
from ml.problems.forecasting.naive2 import naive2
from ml.problems.forecasting.parts import Parts, key
from ml.problems.forecasting.table import NAIVE2, Judged, judge, measured

Floats = npt.NDArray[np.float64]
SEED = 20_261_129
DEFAULT, MEDIAN, PROCESS = "the default", "median of four", "knows the process"
# The members of the M4 competition's median combination; seasonal if the season has at most 24 steps.
_OF_MEDIAN = 0.97
# A candidate for a few series of a family, as those for intermittent demand, is not compared with all of them.
_ANSWERED = 0.9
FOUR = ("AutoETS", "AutoCES", "AutoARIMA", "AutoTheta")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Series of one frequency by family; the last `horizon` points of each are only for evaluation."""

    frequency: Frequency
    horizon: int
    families: Mapping[str, Sequence[Floats]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """`owa`: one row per forecaster, one column per family and for `all`. By family: the name of the `best` single
    candidate, and the default's ratio to it (`to_best`) and to the median of four (`to_median`).
    """

    owa: pd.DataFrame
    best: Mapping[str, str]
    to_best: Mapping[str, Ratio]
    to_median: Mapping[str, Ratio]


def judged(case: Case, workers: int, parts: Parts) -> Found:
    """Every forecaster on every series; each family is a file of its own, as files usually hold series of one kind."""
    found = {name: _family(name, series, case, workers, parts) for name, series in case.families.items()}
    return _compared({**found, "all": [each for series in found.values() for each in series]})


def _family(name: str, whole: Sequence[Floats], case: Case, workers: int, parts: Parts) -> list[list[Judged]]:
    """All that is judged of each series."""
    histories, truths = [each[: -case.horizon] for each in whole], [each[-case.horizon :] for each in whole]
    fits = fleet.fit_all(
        histories, case.horizon, case.frequency, parts=parts, workers=workers, progress=lambda _, __: None
    )
    found = []
    for history, truth, fit, one in zip(histories, truths, fits, combine(fits, histories), strict=True):
        answers = {**_answers(fit, history, case, parts), DEFAULT: one.forecast}
        if name in KNOWN:
            answers[PROCESS] = KNOWN[name](history, case.horizon)
        found.append([*judge(truth, history, answers, case.frequency, widths={})])
    return found


def _answers(fit: Fitted, history: Floats, case: Case, parts: Parts) -> dict[str, Floats]:
    """The forecasts of the candidates and of the four, by name, and the median of the four."""
    answered = zip(fit.names, fit.forecasts[:, -1], strict=True)
    found = {name: each for name, each in answered if np.isfinite(each).all()}
    four = _four(history, case, parts)
    return {**found, **four, MEDIAN: np.median(list(four.values()), axis=0)}


def _four(history: Floats, case: Case, parts: Parts) -> dict[str, Floats]:
    named = key([history], case.horizon, replace(case.frequency, candidates=FOUR))
    held = parts.read(named)
    if held is None:
        ahead = np.stack([_ahead(name, history, case) for name in FOUR])
        held = [Fitted(origins=(len(history),), names=FOUR, forecasts=ahead[:, None], reasons=())]
        parts.write(named, held)
    return dict(zip(held[0].names, held[0].forecasts[:, 0], strict=True))


def _ahead(name: str, history: Floats, case: Case) -> Floats:
    """Naive2 replaces any of the four that fails, so that no series is left out of the comparison."""
    try:
        return backtest.ahead(CANDIDATES[name], history, case.horizon, case.frequency)
    except Exception:  # noqa: BLE001 - libraries raise what they like
        return naive2(history, case.horizon, case.frequency.naive_season)


def _compared(families: Mapping[str, Sequence[Sequence[Judged]]]) -> Found:
    """From everything judged, by family and series. Naive2 is left out: its OWA is 1."""
    tables = {
        name: measured(each for one in series for each in one).set_index("model").drop(index=NAIVE2)
        for name, series in families.items()
    }
    best = {name: _best(each, len(families[name])) for name, each in tables.items()}
    return Found(
        owa=pd.DataFrame({name: each["owa"] for name, each in tables.items()}),
        best=best,
        to_best={name: ratio(series, DEFAULT, best[name]) for name, series in families.items()},
        to_median={name: ratio(series, DEFAULT, MEDIAN) for name, series in families.items()},
    )


def _best(found: pd.DataFrame, series: int) -> str:
    """The single candidate with the lowest OWA, of those that answered nearly all of the `series`."""
    singles = found.drop(index=[DEFAULT, MEDIAN, PROCESS], errors="ignore")
    return str(singles.loc[singles["forecasts"] >= _ANSWERED * series, "owa"].idxmin())


def lines(title: str, found: Found, count: int) -> list[str]:
    """The tables of one frequency, best first, and the result against the two bounds."""
    ranked = found.owa.sort_values("all")
    shown = [
        (str(name), *("" if np.isnan(value) else f"{value:.3f}" for value in row))
        for name, row in zip(ranked.index, ranked.to_numpy(), strict=True)
    ]
    pairs = [(name, best, str(found.to_best[name]), str(found.to_median[name])) for name, best in found.best.items()]
    worse = [f"{name} ({each.value:.3f})" for name, each in found.to_best.items() if each.value >= 1]
    over = [f"{name} ({each.value:.3f})" for name, each in found.to_median.items() if each.value > _OF_MEDIAN]
    sure = {word: [name for name, each in found.to_best.items() if each.sure == word] for word in ("below", "above")}
    return [
        f"{title}: {count} series.",
        *table(("OWA", *map(str, ranked.columns)), shown),
        "The default's OWA over another's, with its 95 % interval over resampled series. The best single candidate is "
        "the one with the lowest OWA on these same values, which a forecaster cannot know.",
        *table(("family", "best single", "over the best single", "over the median of four"), pairs),
        f"Below the best single candidate: {'everywhere' if not worse else 'not for ' + ', '.join(worse)}; beyond "
        f"chance below for {', '.join(sure['below']) or 'none'}, above for {', '.join(sure['above']) or 'none'}. "
        f"At most {_OF_MEDIAN} of the median of four: {'everywhere' if not over else 'not for ' + ', '.join(over)}.",
    ]


def retail(folder: Path, products: int) -> list[Floats]:
    """Weekly pieces of the best-selling products, from daily invoice files; returns count as negative."""
    columns = ["InvoiceDate", "StockCode", "Quantity"]
    rows = pd.concat(
        [pd.read_csv(path, usecols=columns, dtype={"StockCode": str}) for path in sorted(folder.glob("*.csv"))]
    )
    week = pd.to_datetime(rows["InvoiceDate"]).dt.to_period("W")
    sold = rows.groupby(["StockCode", week])["Quantity"].sum().unstack(fill_value=0)
    most = sold.sum(axis=1).nlargest(products).index
    # The last week of the files is incomplete.
    return [sold.loc[code].to_numpy(float)[:-1] for code in most]


def cases(number: int, names: Sequence[str], folder: Path | None) -> Iterator[tuple[str, Case]]:
    """The cases that have a series."""
    wanted = [
        ("Hourly", HOURLY, 48, HOURLY_FAMILIES, hourly_length),
        ("Weekly", WEEKLY, 13, WEEKLY_FAMILIES, weekly_length),
    ]
    for title, frequency, horizon, families, length in wanted:
        made = {
            name: drawn(each, number, SEED, length) for name, each in families.items() if not names or name in names
        }
        if title == "Weekly" and folder:
            made["retail"] = retail(folder, number)
        if made:
            yield title, Case(frequency=frequency, horizon=horizon, families=made)


def main() -> None:
    """Measure the requested series, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=34, help="series per family")
    parser.add_argument("--families", default="", help="names, separated by commas [all]")
    parser.add_argument("--retail", type=Path, help="folder of daily files")
    parser.add_argument("--kept", type=Path, help="folder for the fits, so that an interrupted run continues")
    asked = parser.parse_args()
    workers = fleet.cores()
    section = ["## Forecasts of series that were not developed on"]
    section.append(
        f"`python -m bench.forecast_quality --series {asked.series}{' --retail FOLDER' if asked.retail else ''}`, "
        f"workers: {workers}, load {os.getloadavg()[0]:.1f} before it. Each family is a file of its own. OWA of the "
        "points after the history; below 1 is better than Naive2."
    )
    names = [each for each in asked.families.split(",") if each]
    for title, case in cases(asked.series, names, asked.retail):
        with tempfile.TemporaryDirectory() as fresh:
            found = judged(case, workers, Parts(asked.kept or Path(fresh)))
        part = lines(title, found, sum(map(len, case.families.values())))
        print("\n".join(part), flush=True)
        section += part
    rewrite(section)


if __name__ == "__main__":
    main()
