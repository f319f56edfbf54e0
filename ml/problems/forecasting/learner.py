"""One model version for thousands of series: a table of parameters per series, and one model over all series."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

from ml import declarations
from ml.examples.split import Split
from ml.problems.forecasting import keeping, needing, renewing, served
from ml.problems.forecasting.agreeing import total_rows
from ml.problems.forecasting.mixing import table_of
from ml.problems.forecasting.peeking import require_past
from ml.problems.forecasting.renewing import Answered
from ml.problems.forecasting.rolled import Rolled
from ml.problems.forecasting.served import FLEET, Mixed, Mixer
from ml.problems.kept_arrays import NOTHING_KEPT, KeptArrays
from ml.problems.learning import Categories, Ends, Examples, Fitted, Learner, Live, Params, Scores
from ml.problems.problem import Problem

# The reader with which `scorer.py` loads a version: the version's own code beside it.
READER = "series"
_CODE = "brought"
# Newest origins for weighting candidates, and their maximum rows: half a year of weeks, and 200 MB.
_ORIGINS, _ROWS = 26, 1_000_000


@dataclass(frozen=True, kw_only=True)
class FittedSeries:
    """`table` from `mixing.table_of`; `trees`: the model over all series, None if there are too few rows.

    `totals`: as `table`, of the totals; None without a hierarchy.
    """

    learner: "SeriesLearner"
    params: Params
    table: pd.DataFrame
    trees: Fitted | None
    totals: pd.DataFrame | None = None
    categories: Categories = field(default_factory=dict)
    readers: tuple[str, ...] = (READER,)

    def mixed(self, periods: Sequence[date], table: pd.DataFrame | None = None) -> Mixed:
        """The answers to the rows of `periods`, with its own table or another one."""
        trees = self.trees
        given = Mixer(
            table=self.table if table is None else table,
            settings=self.learner.settings,
            trees=None if trees is None else lambda _: trees.scores(periods).raw,
        )
        return given(self.learner.rows.of(periods))

    def scores(self, periods: Sequence[date]) -> Scores:
        """Raw answers of shape (rows, 4): forecast, size of the errors, steps ahead, scale."""
        rows = self.learner.rows
        if not len(rows.of(periods)):
            return Scores(truth=np.empty(0), raw=np.empty((0, 4)))
        found = self.mixed(periods)
        ahead = rows.of(periods)[self.learner.settings["step"]].to_numpy(float)
        raw = np.column_stack([found.forecast, found.unit, ahead, found.scale])
        return Scores(truth=rows.truth(periods), raw=raw)

    def after(self, live: Live | None, split: Split) -> "FittedSeries":
        """Each series with its new or its live row, decided on the calibration periods by a fit before them.

        The live rows are judged and served together with the new model over all series.
        """
        learner, judged = self.learner, split.calibration
        earlier = learner.problem.others(judged[0], split.before_holdout)
        rehearsed = learner.fit(self.params, earlier)
        both = self.trees is not None and rehearsed.trees is not None
        before = _table_of(live)
        columns = [*self.table, *(name for name in renewing.COLUMNS if name in before)]
        champion = keeping.usable(before, columns, trees=both)
        if not _asks_the_same(live, learner.settings):
            # Its errors belong to a different declaration.
            champion = champion.assign(**dict.fromkeys(needing.PROMISED, np.nan))
        table = renewing.renewed(
            self.table,
            champion,
            rehearsed.answered(judged, champion),
            version=live.version if live else 0,
            until=max(split.before_holdout),
            false_share=learner.false_retrainings,
        )
        return replace(self, table=table)

    def answered(self, judged: Sequence[date], champion: pd.DataFrame) -> Answered:
        """The answers to the rows of `judged` by its own table, by the `champion`'s, and by the naive forecast."""
        own, theirs = self.mixed(judged), self.mixed(judged, pd.concat([champion, self.table.loc[[FLEET]]]))
        origins = self.learner.rows.of(judged)[self.learner.rows.period]
        return Answered(
            rolled=self.learner.rolled(judged),
            origins=np.asarray(origins, dtype="datetime64[D]"),
            new=own.forecast,
            champion=theirs.forecast,
            naive=own.naive,
        )

    def decisions(self) -> pd.DataFrame:
        """One row per series: what answers it, of which version (0: this one), and why."""
        return keeping.decisions(self.table)

    def summary(self) -> str:
        """The numbers of series that are new, kept, or naive."""
        return keeping.summary(self.table)

    def save(self, directory: Path) -> None:
        """Save the table, its reader, and the model over all series."""
        self.table.reset_index().to_parquet(directory / served.TABLE_FILE, index=False)
        if self.totals is not None:
            self.totals.reset_index().to_parquet(directory / served.TOTALS_FILE, index=False)
        kinds = self.learner.over.kinds
        trees = None
        if self.trees is not None:
            self.trees.save(directory)
            known = {name: list(values) for name, values in self.trees.categories.items()}
            trees = {"readers": list(self.trees.readers), "kinds": dict(kinds), "categories": known}
        settings = {**self.learner.settings, "trees": trees}
        (directory / served.SETTINGS_FILE).write_text(json.dumps(settings, indent=1))
        code = Path(served.__file__).parent
        shutil.copytree(code, directory / _CODE, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


@dataclass(frozen=True, kw_only=True)
class SeriesLearner:
    """`trees` learns from `over`, the `rows` in the scale of their series; the search tunes its parameters.

    `candidates` and `false_retrainings` as in `declarations.Forecasting`. `kept`: the groups of series that this
    training has tried.
    """

    problem: Problem
    settings: Mapping[str, Any]
    rows: Examples
    over: Examples
    trees: Learner
    candidates: tuple[str, ...]
    false_retrainings: float | None = None
    # Of a problem with a hierarchy, its declaration.
    adding: declarations.Forecasting | None = None
    kept: KeptArrays = NOTHING_KEPT

    @property
    def first(self) -> Params:
        """The first parameters of the model over all series: parameters per series need no search."""
        return self.trees.first

    def suggest(self, trial: optuna.Trial) -> Params:
        """As for the model over all series."""
        return self.trees.suggest(trial)

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """The loss of the model over all series, fitted on periods with outcomes known before the tuning periods."""
        known = tuple(self.problem.others(split.tuning[0], split.train))
        if not known:
            raise ValueError(
                f"no training period lies a whole horizon before {split.tuning[0]}: wait for more periods, or lower "
                "tuning_ratio"
            )
        return self.trees.try_out(params, Split(**{**vars(split), "train": known}), ends)

    def fit(self, params: Params, periods: Sequence[date]) -> FittedSeries:
        """Fit weights on the newest origins, unseen by the model over all series; then that model on all periods.

        Raises ForecastError if a column of the past contains future values.
        """
        ordered = self._with_rows(periods)
        judged = self._judged(ordered)
        earlier = self.problem.others(judged[0], ordered)
        rolled = self.rolled(judged)
        require_past(rolled.asked.past[:, ::-1], rolled.asked.ahead, rolled.truth, tuple(self.settings["history"]))
        totals = self._totals(judged)
        if not len(self.rows.of(earlier)):
            table = table_of(rolled, None, self.candidates, self.kept)
            return FittedSeries(learner=self, params=params, table=table, trees=None, totals=totals)
        unseen = self.trees.fit(params, earlier).scores(judged).raw * rolled.scale
        table = table_of(rolled, unseen, self.candidates, self.kept)
        trees = self.trees.fit(params, ordered)
        return FittedSeries(learner=self, params=params, table=table, trees=trees, totals=totals)

    def _with_rows(self, periods: Sequence[date]) -> list[date]:
        """The `periods` with a known outcome, in order."""
        known = set(self.rows.frame[self.rows.period].unique())
        return sorted(set(periods) & known)

    def _judged(self, ordered: Sequence[date]) -> list[date]:
        """The newest origins, at most half of all, so that the model over all series can learn from the others."""
        many = min(_ORIGINS, max(1, len(ordered) // 2))
        newest = list(ordered[-many:])
        while len(newest) > 1 and len(self.rows.of(newest)) > _ROWS:
            newest = newest[len(newest) // 2 :]
        return newest

    def _totals(self, periods: Sequence[date]) -> pd.DataFrame | None:
        """One row per total of the series, with the same candidates; None without a hierarchy."""
        if self.adding is None:
            return None
        declared, label = self.adding, self.rows.label
        origins = self.rows.of(periods).groupby([self.rows.event_time, declared.step], sort=True)
        frame = pd.concat([total_rows(rows, declared, summed=(label,)) for _, rows in origins], ignore_index=True)
        return table_of(self._rolled(frame), None, self.candidates, self.kept).drop(index=FLEET)

    def rolled(self, periods: Sequence[date]) -> Rolled:
        """The rows of `periods` in the form for candidates."""
        return self._rolled(self.rows.of(periods))

    def _rolled(self, frame: pd.DataFrame) -> Rolled:
        asked = served.asked_of(frame, self.settings)
        places, names = pd.factorize(served.names_of(frame, self.settings["series"]), sort=True)
        origins = np.sort(np.unique(np.asarray(frame[self.rows.period], dtype="datetime64[D]")))
        late = np.asarray(frame[self.rows.period], dtype="datetime64[D]") >= origins[len(origins) // 2]
        return Rolled(
            names=[str(name) for name in names],
            series=places.astype(np.int64),
            asked=asked,
            scale=served.scale(asked.past, self.settings["season"], self.settings["least_scale"]),
            truth=self.problem.truth(frame[self.rows.label]),
            late=late if len(origins) > 1 else np.zeros(len(frame), dtype=bool),
        )


def _asks_the_same(live: Live | None, settings: Mapping[str, Any]) -> bool:
    """Whether the live version has the same declaration, so that its rows' promises still apply."""
    file = None if live is None else live.folder / served.SETTINGS_FILE
    if file is None or not file.is_file():
        return False
    told = json.loads(file.read_text())
    return all(told.get(name) == value for name, value in settings.items())


def _table_of(live: Live | None) -> pd.DataFrame:
    """The table of the live version; empty if there is none, or if it answers another kind of problem."""
    file = None if live is None else live.folder / served.TABLE_FILE
    if file is None or not file.is_file():
        return pd.DataFrame(index=pd.Index([], name="series", dtype=object))
    return pd.read_parquet(file).set_index("series")
