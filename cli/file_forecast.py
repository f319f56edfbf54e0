"""Forecasts the series of a file: reads and checks it, fits, combines, and writes the result whole or not at all."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    import pandas as pd

    from ml.problems.forecasting.frequency import Frequency
    from ml.problems.forecasting.outcome import Outcome
    from ml.problems.forecasting.panel import Columns, Series
    from ml.problems.forecasting.reconciliation import Hierarchy

_READ = {".csv": "CSV", ".parquet": "Parquet"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The file `data` and its columns; `levels`: columns of groups to total, coarsest first.

    `known_cols`: columns that are known in advance; `future`: the file with their values for the steps ahead.
    """

    data: Path
    id_col: str
    time_col: str
    target_col: str
    freq: str
    horizon: int
    levels: tuple[str, ...]
    known_cols: tuple[str, ...] = ()
    future: Path | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """The series of a file on a regular time grid.

    `tree`: how they add up to totals, None without totals; `zone`: what their times, which are UTC, are written in,
    None for times without a zone.
    """

    columns: "Columns"
    step: "Frequency"
    horizon: int
    series: "list[Series]"
    tree: "Hierarchy | None"
    zone: "tzinfo | None" = None


def read(asked: Asked) -> Panel:
    """The file, checked. Raises CommandError (2) for unusable input."""
    from ml.problems.forecasting import zones  # noqa: PLC0415
    from ml.problems.forecasting.errors import ForecastError  # noqa: PLC0415 - light; what fits takes seconds to import
    from ml.problems.forecasting.frequency import frequency  # noqa: PLC0415
    from ml.problems.forecasting.known import Known, with_known  # noqa: PLC0415
    from ml.problems.forecasting.panel import Columns, panel  # noqa: PLC0415
    from ml.problems.forecasting.totals import with_totals  # noqa: PLC0415

    columns = Columns(id=asked.id_col, time=asked.time_col, target=asked.target_col)
    try:
        step, tree = frequency(asked.freq), None
        table = _table(asked.data, (asked.id_col, *asked.levels))
        series = panel(table, columns, step, asked.horizon)
        if asked.levels:
            whole, tree = with_totals(table, columns, asked.levels)
            series = panel(whole, columns, step, asked.horizon)
        if asked.future:
            known = Known(names=asked.known_cols, future=_table(asked.future, (asked.id_col,)), place=asked.future.name)
            series = with_known(series, table, known, columns, frequency=step, horizon=asked.horizon)
    except ForecastError as error:
        raise CommandError(f"{asked.data.name}: {error}", exit_code=2) from error
    zone = zones.written(table[asked.time_col])
    return Panel(columns=columns, step=step, horizon=asked.horizon, series=series, tree=tree, zone=zone)


def fitted(
    panel: Panel, parts_folder: Path, *, agree: str, workers: int | None, progress: Callable[[int, int], None]
) -> "Outcome":
    """Forecasts of every series. Fits are kept in `parts_folder` until `written`, so a rerun does not repeat them."""
    from ml.declarations.hierarchy import Method  # noqa: PLC0415
    from ml.problems.forecasting.fleet import cores, fit_all  # noqa: PLC0415 - takes seconds
    from ml.problems.forecasting.outcome import outcome  # noqa: PLC0415
    from ml.problems.forecasting.parts import Parts  # noqa: PLC0415
    from ml.problems.forecasting.totals import agreeing  # noqa: PLC0415

    values, known = [each.values for each in panel.series], [each.known for each in panel.series]
    fits = fit_all(
        values,
        panel.horizon,
        panel.step,
        parts=Parts(parts_folder),
        workers=workers or cores(),
        progress=progress,
        known=known if any(each is not None for each in known) else None,
    )
    found = outcome(panel.series, fits, panel.columns, panel.step, panel.horizon)
    found = found if panel.tree is None else agreeing(found, panel.tree, panel.columns, Method(agree))
    return found if panel.zone is None else _zoned(found, panel.columns.time, panel.zone)


def _zoned(found: "Outcome", name: str, zone: tzinfo) -> "Outcome":
    times = found.forecasts[name].dt.tz_localize("UTC").dt.tz_convert(zone)
    return replace(found, forecasts=found.forecasts.assign(**{name: times}))


def kind(path: Path) -> str:
    """CSV or Parquet, by the file's name. Raises CommandError (2) for any other."""
    found = _READ.get(path.suffix.lower())
    if found is None:
        raise CommandError(f"{path.name} is neither .csv nor .parquet: rename or convert it", exit_code=2)
    return found


def _table(path: Path, texts: tuple[str, ...]) -> "pd.DataFrame":
    """The file's rows. In a CSV the columns `texts` keep what is written: 007 is no number, and NA is not empty."""
    import pandas as pd  # noqa: PLC0415 - takes a second

    try:
        if kind(path) == "Parquet":
            found = pd.read_parquet(path)
            # pandas keeps a named index beside the columns of the file.
            return found if found.index.names == [None] else found.reset_index()
        return _csv(path, texts)
    except UnicodeDecodeError as error:
        raise CommandError(f"{path.name} is not UTF-8 text: save it as UTF-8 ({error})", exit_code=2) from error
    except pd.errors.ParserWarning as error:
        said = f"{path.name}: rows have more cells than the header: write numbers as 3.5, quote texts that hold a comma"
        raise CommandError(said, exit_code=2) from error
    except (ValueError, OSError) as error:
        raise CommandError(f"{path.name} cannot be read as {kind(path)}: {error}", exit_code=2) from error


def _csv(path: Path, texts: tuple[str, ...]) -> "pd.DataFrame":
    """Raises ParserWarning if rows have more cells than the header, which would move to the next column."""
    import pandas as pd  # noqa: PLC0415

    def text(cell: str) -> str | None:
        return cell or None

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(path, converters=dict.fromkeys(texts, text), index_col=False, low_memory=False)


def require_writable(out: Path) -> None:
    """Raises CommandError (2) if no file can be written as `out`: known before fits that take minutes."""
    aside = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.touch()
        aside.unlink()
    except OSError as error:
        said = f"--out {out} cannot be written ({error.strerror}): name a file in a folder where you may write"
        raise CommandError(said, exit_code=2) from error


def write(forecasts: "pd.DataFrame", out: Path, parts_folder: Path) -> None:
    """Write the forecasts whole or not at all, to a place that `require_writable` found to be one.

    After that, `parts_folder` is no longer needed.
    """
    from ml.problems.forecasting.parts import Parts  # noqa: PLC0415

    aside = out.with_name(f".{out.name}.part")
    if kind(out) == "Parquet":
        forecasts.to_parquet(aside, index=False)
    else:
        forecasts.to_csv(aside, index=False)
    aside.replace(out)
    Parts(parts_folder).remove()
