"""Coverage of intervals before and after reconciliation, by level of the hierarchy; writes a section of
`docs/performance.md`.

`python -m bench.reconciled_coverage` trains a version for each of six fleets of four kinds and judges it at 12 origins.
The version, its answers and their reconciliation are those of the jobs; only the tables are left out. A row counts as
covered with its ends included, as in the gates.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd

from bench.page import rewrite
from bench.synthesis import table
from ml.declarations import Algorithm, Hierarchy, Level, Method, Model
from ml.examples.split import Split
from ml.problems.forecasting.agreeing import AgreeingSeries, total_rows
from ml.problems.registry import problem_of
from ml.problems.rows_together import KIND, NEW, TOTAL
from ml.training import registry
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems.series import FORECASTING, HISTORY, PERIOD, forecasting_model

Floats = npt.NDArray[np.float64]
Draw = np.random.Generator
SEED = 20_261_201
GROUPS, PRODUCTS, SHOPS = "abcd", 3, 2
SERIES = [(f"{group}{product}", f"s{shop}") for group in GROUPS for product in range(PRODUCTS) for shop in range(SHOPS)]
BEFORE, JUDGED = 45, 12
ORIGINS = tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(BEFORE + 3 + JUDGED))
# The outcomes of the newest origins are known a horizon later.
SPLIT = Split(train=ORIGINS[:31], tuning=ORIGINS[31:35], calibration=ORIGINS[35:BEFORE], holdout=ORIGINS[BEFORE + 3 :])
WEEKS = len(HISTORY) + len(ORIGINS) + FORECASTING.horizon
ENDS = [end for ends in FORECASTING.bounds for end in ends]
LEVELS = {"series": "each series", "kind": "product", "letter": "group", "total": "total"}
ADDING_UP = Hierarchy(
    levels=(Level(name="letter", feature="product", characters=1), Level(name="kind", feature="product"))
)
# A coverage this far below the nominal one, and more than two standard errors, is too low.
_CLEARLY = 0.03


def steady(draw: Draw) -> Floats:
    """A level that wanders slowly, with a month's season."""
    level = draw.uniform(30, 300) * np.exp(np.cumsum(draw.normal(0, 0.01, WEEKS)))
    return np.asarray(level * (1 + 0.2 * np.sin(2 * np.pi * np.arange(WEEKS) / 4)) + level * draw.normal(0, 0.1, WEEKS))


def intermittent(draw: Draw) -> Floats:
    """Bought in one week of four to two, in sizes that differ."""
    return np.asarray((draw.random(WEEKS) < draw.uniform(0.25, 0.5)) * (1 + draw.poisson(draw.uniform(3, 15), WEEKS)))


def near_zero(draw: Draw) -> Floats:
    """One unit in three to twenty weeks."""
    return np.asarray(draw.poisson(draw.uniform(0.05, 0.35), WEEKS))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`make` draws a series; `shared`: the size of a shock in each week that all series have, so that their errors do
    not cancel out in a total.
    """

    make: Callable[[Draw], Floats]
    shared: float = 0.0


KINDS: Mapping[str, Kind] = {
    "steady": Kind(make=steady),
    "moving together": Kind(make=steady, shared=0.12),
    "intermittent": Kind(make=intermittent),
    "near zero": Kind(make=near_zero),
}


def model() -> Model:
    """The model of the sales, whose series add up to their product, group and total."""
    return replace(forecasting_model(Algorithm.LINEAR), problem=_together(Method.VARIANCE).declared)


def fleet(kind: str, seed: int) -> pd.DataFrame:
    """One row per series, origin and step."""
    draw = np.random.default_rng([SEED, seed, *kind.encode()])
    shock = 1 + KINDS[kind].shared * draw.normal(0, 1, WEEKS)
    rows: list[dict[str, object]] = []
    for product, shop in SERIES:
        units = np.maximum(np.round(KINDS[kind].make(draw) * shock), 0.0).astype(float)
        for at, origin in enumerate(ORIGINS, start=len(HISTORY)):
            past = {name: units[at - back] for back, name in enumerate(HISTORY)}
            rows += [
                {"product": product, "shop": shop, "step": step, "asked": origin, PERIOD: origin, "holiday": 0, **past}
                | {"forecast_of": f"{product}|{shop}|{step}", "sales": units[at + step]}
                for step in range(1, FORECASTING.horizon + 1)
            ]
    return pd.DataFrame(rows)


def version(declared: Model, rows: pd.DataFrame, folder: Path) -> Scorer:
    """Trained on the periods before the hold-out, as a job trains it, and loaded."""
    problem = problem_of(declared.problem)
    before = rows[rows[PERIOD].isin(SPLIT.before_holdout)]
    learners = in_memory.learners(declared, problem, before, period=PERIOD)
    registry.pack(learn(learners, problem, SPLIT, declared.tuning, seed=1), declared, folder)
    return Scorer(folder)


def answered(kind: str, seed: int) -> pd.DataFrame:
    """The rows of the hold-out and their totals, with what was sold and the answers of a version."""
    rows, declared = fleet(kind, seed), model()
    held_out = rows[rows[PERIOD].isin(SPLIT.holdout)].drop(columns=PERIOD)
    together = _together(Method.VARIANCE)
    asked = pd.concat([held_out, *_totals(held_out, together)], ignore_index=True)
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        answers = version(declared, rows, Path(folder))(contract.model_input(declared, asked.drop(columns="sales")))
    return pd.concat([asked, answers.drop(columns="series")], axis=1)


def _together(method: Method) -> AgreeingSeries:
    declared = replace(FORECASTING, hierarchy=replace(ADDING_UP, method=method))
    return AgreeingSeries(declared=declared, keys=("forecast_of",))


def _totals(rows: pd.DataFrame, together: AgreeingSeries) -> Iterator[pd.DataFrame]:
    """The rows of the totals of each origin and step, with the sum of what was sold."""
    for _, part in rows.groupby(["asked", "step"]):
        yield total_rows(part.reset_index(drop=True), together.declared, together.keys, summed=("sales",))


def judged(answers: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Of each origin and step and each method: level, truth, ends before and after."""
    kinds = answers.assign(**{KIND: np.where(answers["shop"] == "*", TOTAL, NEW)})
    for _, part in kinds.groupby(["asked", "step"]):
        for method in Method:
            found = _together(method).agreed(part.reset_index(drop=True))
            before = part.set_index("forecast_of").loc[found["forecast_of"]]
            yield pd.DataFrame(
                {"method": str(method), "level": found["level"].fillna("series"), "truth": found["sales"]}
                | {f"{end} before": before[end].to_numpy() for end in ENDS}
                | {f"{end} after": found[end] for end in ENDS}
            )


def covered(kind: str, fleets: int, kept: Path) -> pd.DataFrame:
    """One row per fleet, method, level of totals, level of intervals: the shares covered before and after."""
    found = []
    for seed in range(fleets):
        file = kept / f"{kind}-{seed}.parquet"
        if not file.is_file():
            answered(kind, seed).to_parquet(file)
        answers = pd.concat(judged(pd.read_parquet(file)))
        for share in FORECASTING.levels:
            inside = {
                when: answers["truth"].between(answers[f"lo_{share} {when}"], answers[f"hi_{share} {when}"])
                for when in ("before", "after")
            }
            means = answers.assign(**inside).groupby(["method", "level"])[list(inside)].mean().reset_index()
            found.append(means.assign(kind=kind, fleet=seed, share=share))
    return pd.concat(found, ignore_index=True)


def _shown(values: "pd.Series[float]") -> str:
    """The mean over fleets with its standard error, in percent."""
    return f"{values.mean():.1%} ± {values.std(ddof=1) / np.sqrt(len(values)):.1%}"


def lines(found: pd.DataFrame) -> list[str]:
    """One table per nominal coverage, and where it is clearly too low."""
    said: list[str] = []
    for share in FORECASTING.levels:
        rows, of_share = [], found[found["share"] == share]
        for kind in dict.fromkeys(of_share["kind"]):
            for level, name in LEVELS.items():
                part = of_share[(of_share["kind"] == kind) & (of_share["level"] == level)]
                after = [_shown(part.loc[part["method"] == str(method), "after"]) for method in Method]
                rows.append((kind, name, _shown(part.loc[part["method"] == "variance", "before"]), *after))
        said += [f"Intervals of {share} %:", *table(("kind", "level", "before", *map(str, Method)), rows)]
    return [*said, *(_verdict(found, when) for when in ("before", "after"))]


def _verdict(found: pd.DataFrame, when: str) -> str:
    names = {"before": "Before reconciliation", "after": "After it by `variance`, the default"}
    return f"{names[when]}, clearly below the nominal coverage: {'; '.join(low(found, when)) or 'nowhere'}."


def low(found: pd.DataFrame, when: str) -> list[str]:
    """Where coverage is lower than the nominal one by more than `_CLEARLY` and two standard errors."""
    said = []
    of_default = found[found["method"] == Method.VARIANCE]
    for share, kind, level in of_default[["share", "kind", "level"]].drop_duplicates().itertuples(index=False):
        of_kind = (of_default["kind"] == kind) & (of_default["level"] == level)
        shares = of_default.loc[of_kind & (of_default["share"] == share), when]
        error = shares.std(ddof=1) / np.sqrt(len(shares))
        if share / 100 - shares.mean() > max(_CLEARLY, 2 * error):
            said.append(f"{kind}, {LEVELS[level]}, {share} % ({shares.mean():.1%})")
    return said


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fleets", type=int, default=6, help="fleets per kind")
    parser.add_argument("--kinds", default=",".join(KINDS), help="names, separated by commas")
    parser.add_argument("--kept", type=Path, help="folder for the versions' answers, so that a rerun continues")
    parser.add_argument("--print", action="store_true", help="only print the tables")
    asked = parser.parse_args(arguments)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with tempfile.TemporaryDirectory() as fresh:
        kept = asked.kept or Path(fresh)
        found = pd.concat([covered(kind, asked.fleets, kept) for kind in asked.kinds.split(",")], ignore_index=True)
    section = [
        "## Coverage of reconciled intervals",
        f"`python -m bench.reconciled_coverage --fleets {asked.fleets}`: fleets of each kind with {len(SERIES)} series "
        f"in {PRODUCTS * len(GROUPS)} products and {len(GROUPS)} groups; {JUDGED} origins with {FORECASTING.horizon} "
        "steps that the version has not seen. The share of true values in the intervals: means over fleets, with their "
        "standard error. `before`: as the version answers; then after reconciliation by each method.",
        *lines(found),
    ]
    print("\n".join(section), flush=True)
    if not asked.print:
        rewrite(section)


if __name__ == "__main__":
    main()
