"""What a fleet of models costs over statsforecast in one process; writes its section of `docs/performance.md`.

`python -m bench.many_models` measures 250, 500 and 1,000 series; `--series 1000,10000` measures those. All sides fit
the same models to the same series at the same origins with as many cores: `statsforecast` alone, the engine of
`mlops forecast` with its checks, combination and files, and the engine's fits on Spark's workers. Each runs in a
process of its own. The start-up time of Spark and its first worker is listed separately; further workers start while
series are fitted, and count.

The bounds apply to processor time, summed over all processes of a side: unlike wall time, it hardly depends on other
load of the machine. Both are reported.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import psutil

from bench.forecast_families import WEEKLY_FAMILIES, drawn
from bench.page import rewrite
from bench.processes import run
from bench.synthesis import table
from ml.problems.forecasting import fleet
from ml.problems.forecasting.combination import combine
from ml.problems.forecasting.frequency import WEEKLY
from ml.problems.forecasting.intervals import half_widths
from ml.problems.forecasting.parts import Parts

Floats = npt.NDArray[np.float64]
Figures = dict[str, float]
SEED, STEPS, HORIZON, ORIGINS = 20_261_130, 66, 4, 3
# The models for a demand series: naive, mean, exponential smoothing, damped trend, Theta, and intermittent demand.
MODELS = ("Naive", "Mean", "SES", "ETS", "Theta", "CrostonSBA", "TSB")
FREQUENCY = replace(WEEKLY, seasons=(1,), candidates=MODELS, origins=ORIGINS)
# The allowed ratio of CPU time to statsforecast's in one process, by the number of series.
BOUNDS = {1_000: 1.25, 10_000: 1.10}


class _Watch:
    """Wall seconds and CPU seconds: of this process and all its descendants, including ended ones."""

    def __init__(self) -> None:
        self._started, self._before = time.monotonic(), _processor_s()

    def figures(self) -> Figures:
        """Since its creation."""
        return {"fits_s": time.monotonic() - self._started, "processor_s": _processor_s() - self._before}


def _processor_s() -> float:
    own = psutil.Process()
    return sum(sum(each.cpu_times()[:4]) for each in (own, *own.children(recursive=True)))


def series(count: int) -> list[Floats]:
    """Each with as many weeks as the demand case, and equally many series of each family."""
    families = list(WEEKLY_FAMILIES.values())
    each = -(-count // len(families))
    made = [one for family in families for one in drawn(family, each, SEED, lambda _: STEPS)]
    return made[:count]


def library(values: Sequence[Floats]) -> Figures:
    """The models of `MODELS` with statsforecast: cross-validation at the origins, and the forecast."""
    from statsforecast import StatsForecast, models  # noqa: PLC0415 - the other sides are measured without

    given = [
        models.Naive(),
        models.HistoricAverage(),
        models.SimpleExponentialSmoothingOptimized(),
        models.AutoETS(season_length=1),
        models.DynamicOptimizedTheta(season_length=1),
        models.CrostonSBA(),
        models.TSB(alpha_d=0.1, alpha_p=0.1),
    ]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(values)), [len(each) for each in values]),
            "ds": np.concatenate([np.arange(len(each)) for each in values]),
            "y": np.concatenate(values),
        }
    )
    engine = StatsForecast(models=given, freq=1, n_jobs=fleet.cores(), fallback_model=models.Naive())
    watch = _Watch()
    engine.cross_validation(h=HORIZON, df=frame, n_windows=ORIGINS, step_size=HORIZON, refit=True)
    engine.forecast(df=frame, h=HORIZON)
    return watch.figures()


def processes(values: Sequence[Floats]) -> Figures:
    """The engine of `mlops forecast`, up to combined forecasts with intervals; finished parts are kept in files."""
    with tempfile.TemporaryDirectory() as folder:
        watch, parts = _Watch(), Parts(Path(folder))
        fits = fleet.fit_all(
            values, HORIZON, FREQUENCY, parts=parts, workers=fleet.cores(), progress=lambda _, __: None
        )
        combined = combine(fits, values)
        half_widths([_missed(one.held_out, each) for one, each in zip(combined, values, strict=True)])
        return watch.figures()


def _missed(held_out: Floats, values: Floats) -> Floats:
    """Actual value minus forecast, at each past origin."""
    ends = [len(values) - HORIZON * back for back in range(len(held_out), 0, -1)]
    return np.stack([values[end : end + HORIZON] for end in ends]) - held_out


def workers(values: Sequence[Floats]) -> Figures:
    """The engine's fits on the workers of a local Spark; the first worker is started before, the others are not."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - the other sides are measured without

    from localcloud.spark.server import SparkServer  # noqa: PLC0415
    from ml.problems.forecasting.spread import fit_on_workers  # noqa: PLC0415
    from ml.runtime import carry_code  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        server = SparkServer(Path(folder))
        session = SparkSession.builder.remote(server.start()).getOrCreate()
        # The workers of a cluster have the wheel; these get its code with each task.
        carry_code()
        session.range(1).collect()
        ready = time.monotonic()
        list(fit_on_workers(session, values[:1], HORIZON, FREQUENCY))
        first, watch = time.monotonic(), _Watch()
        # Read as they arrive, as a caller does that writes them somewhere.
        answered = sum(1 for _ in fit_on_workers(session, values, HORIZON, FREQUENCY))
        found = watch.figures()
        session.stop()
        server.stop()
    if answered != len(values):
        raise RuntimeError(f"{answered} of {len(values)} series came back")
    return {"start_s": ready - started, "first_s": first - ready, **found}


SIDES: Mapping[str, Callable[[Sequence[Floats]], Figures]] = {
    "statsforecast": library,
    "mlops forecast": processes,
    "Spark's workers": workers,
}


def measured(side: str, count: int) -> Figures:
    """The figures of one side, in a separate process: seconds, and its own peak of memory."""
    text = run([sys.executable, "-m", "bench.many_models", "--side", side, "--series", str(count)])
    figures: Figures = json.loads(text.splitlines()[-1])
    return figures


def one(side: str, count: int) -> None:
    """Measure in this process, and print the figures as JSON. Compiled code is loaded before."""
    values = series(count)
    if side != "Spark's workers":
        SIDES[side](values[:8])
    figures = SIDES[side](values)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**figures, "peak_mib": peak_mib}))


def section(found: Mapping[int, Mapping[str, Figures]]) -> list[str]:
    """The section of the page, from figures by number of series and side, and their result against the bounds."""
    rows, said = [], []
    for count, sides in found.items():
        for side, figures in sides.items():
            clock, ratio = (figures[name] / sides["statsforecast"][name] for name in ("fits_s", "processor_s"))
            spent = (f"{figures['fits_s']:.1f}", f"{figures['processor_s']:.1f}")
            each = f"{1000 * figures['processor_s'] / count:.0f}"
            rows.append(
                (f"{count:,}", side, *spent, each, f"{ratio:.2f}", f"{clock:.2f}", f"{figures['peak_mib']:.0f}")
            )
            if side != "statsforecast" and count in BOUNDS:
                verdict = "within" if ratio <= BOUNDS[count] else "above"
                said.append(
                    f"{side} at {count:,} series: {ratio:.2f} times, {verdict} the bound of {BOUNDS[count]:.2f}."
                )
    left_out = "" if "Spark's workers" in found[max(found)] else " --without-spark"
    heads = ("series", "by", "seconds", "processor s", "ms a series", "of statsforecast", "by the clock", "peak MiB")
    return [
        "## Many models",
        f"`python -m bench.many_models --series {','.join(map(str, found))}{left_out}`, {fleet.cores()} cores, load "
        f"{os.getloadavg()[0]:.1f} after it. {STEPS} weeks each, {len(MODELS)} models at {ORIGINS} past origins and "
        f"the end, {HORIZON} steps ahead. {_started(found[max(found)])} CPU time is the sum over all processes of a "
        "side; memory is that of the process that asks.",
        *table(heads, rows),
        " ".join(said),
    ]


def _started(sides: Mapping[str, Figures]) -> str:
    """Spark's start-up time before its first series."""
    spark = sides.get("Spark's workers")
    if spark is None:
        return "Spark was left out."
    return (
        f"Spark took {spark['start_s']:.1f} s to start and its first worker {spark['first_s']:.1f} s, which is in no "
        "other figure."
    )


def main() -> None:
    """Measure the requested numbers of series, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", default="250,500,1000", help="numbers of series, separated by commas")
    parser.add_argument("--side", choices=list(SIDES), help="measure one side here, and print its figures")
    parser.add_argument("--without-spark", action="store_true", help="leave Spark's workers out")
    asked = parser.parse_args()
    counts = [int(each) for each in asked.series.split(",")]
    if asked.side:
        one(asked.side, counts[0])
        return
    sides = [side for side in SIDES if not (asked.without_spark and side == "Spark's workers")]
    rewrite(section({count: {side: measured(side, count) for side in sides} for count in counts}))


if __name__ == "__main__":
    main()
