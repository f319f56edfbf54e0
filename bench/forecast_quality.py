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

from bench.forecast_families import HOURLY_FAMILIES, WEEKLY_FAMILIES, drawn, hourly_length, weekly_length
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
DEFAULT, MEDIAN = "the default", "median of four"
# The members of the M4 competition's median combination; seasonal if the season has at most 24 steps.
FOUR = ("AutoETS", "AutoCES", "AutoARIMA", "AutoTheta")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Series of one frequency by family; the last `horizon` points of each are only for evaluation."""

    frequency: Frequency
    horizon: int
    families: Mapping[str, Sequence[Floats]]


def judged(case: Case, workers: int, parts: Parts) -> pd.DataFrame:
    """One row per family (and `all`) and forecaster: its OWA."""
    names = [name for name, series in case.families.items() for _ in series]
    whole = [each for series in case.families.values() for each in series]
    histories, truths = [each[: -case.horizon] for each in whole], [each[-case.horizon :] for each in whole]
    fits = fleet.fit_all(
        histories, case.horizon, case.frequency, parts=parts, workers=workers, progress=lambda _, __: None
    )
    combined = combine(fits, histories)
    found: dict[str, list[Judged]] = {name: [] for name in case.families}
    for name, history, truth, fit, one in zip(names, histories, truths, fits, combined, strict=True):
        answers = {**_answers(fit, history, case, parts), DEFAULT: one.forecast}
        found[name] += judge(truth, history, answers, case.frequency, widths={})
    return _owa(found)


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


def _owa(found: Mapping[str, Sequence[Judged]]) -> pd.DataFrame:
    """One row per forecaster except Naive2, which is 1; one column per family, and `all`."""
    every = {**found, "all": [each for judged in found.values() for each in judged]}
    columns = {name: measured(each).set_index("model")["owa"] for name, each in every.items()}
    return pd.DataFrame(columns).drop(index=NAIVE2)


def lines(title: str, found: pd.DataFrame, count: int) -> list[str]:
    """The table of one frequency, best first, and its result against the two bounds."""
    ranked = found.sort_values("all")
    shown = [
        (name, *(f"{value:.3f}" for value in row)) for name, row in zip(ranked.index, ranked.to_numpy(), strict=True)
    ]
    single = found.drop(index=[DEFAULT, MEDIAN]).min()
    ratio = found.loc[DEFAULT] / found.loc[MEDIAN]
    columns = [str(each) for each in found.columns]
    worse = [name for name in columns if found.at[DEFAULT, name] >= single[name]]
    over = [f"{name} ({ratio[name]:.3f})" for name in columns if ratio[name] > 0.97]
    return [
        f"{title}: {count} series.",
        *table(("OWA", *columns), shown),
        f"Below the best single candidate: {'everywhere' if not worse else 'not for ' + ', '.join(worse)}. "
        f"At most 0.97 of the median of four: {'everywhere' if not over else 'not for ' + ', '.join(over)}.",
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
        f"`python -m bench.forecast_quality --series {asked.series}`, {workers} workers, load {os.getloadavg()[0]:.1f} "
        "before it. OWA of the points after the history; below 1 is better than Naive2."
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
