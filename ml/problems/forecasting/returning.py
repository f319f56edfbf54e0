"""Roll-back of one series: an earlier version's row replaces its row in the live table."""

import json
from dataclasses import dataclass

import pandas as pd

from ml.problems.forecasting import keeping
from ml.problems.forecasting.served import FLEET, SETTINGS_FILE, TABLE_FILE, TREES, weight
from ml.problems.learning import Live, UnknownPartError

# It changes a version but does not train one.
RETRAINS = False

# The maximum number of existing series that an error lists.
_NAMED = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbered:
    """The table of a version: one row per series."""

    version: int
    rows: pd.DataFrame

    def fitted_for(self, series: str) -> int:
        """The version that the row of `series` was fitted for."""
        return int(self.rows["kept_from"][series]) or self.version


def take_back(series: str, live: Live, earlier: Live, reason: str) -> pd.DataFrame | None:
    """As in `Parted`: rewrites the table in the folder of `live`."""
    table, other = _read(live), _read(earlier)
    trees = json.loads((live.folder / SETTINGS_FILE).read_text())["trees"] is not None
    rows = returned(table, other, series, reason, trees=trees)
    if rows is None:
        return None
    rows.reset_index().to_parquet(live.folder / TABLE_FILE, index=False)
    return keeping.decisions(rows)


def returned(table: Numbered, earlier: Numbered, series: str, reason: str, *, trees: bool) -> pd.DataFrame | None:
    """The rows of `table` with the row of `series` from `earlier`; None if both were fitted for the same version.

    `trees`: whether a model over all series is live. Raises UnknownPartError if the table does not have the series, or
    if the live version cannot use the earlier row. Pure.
    """
    if series == FLEET or series not in table.rows.index:
        raise UnknownPartError(_unknown(table, series))
    if series not in earlier.rows.index or table.fitted_for(series) == earlier.fitted_for(series):
        return None
    row = earlier.rows.loc[[series]].reindex(columns=table.rows.columns)
    weights = row[[name for name in row if str(name).startswith(weight(""))]].fillna(0.0)
    if weights.to_numpy().sum() < keeping.WHOLE or (not trees and weights[weight(TREES)].any()):
        raise UnknownPartError(
            f"series {series!r} of version {earlier.version} weighs a candidate that version {table.version} does not "
            "have: roll the whole model back"
        )
    since = earlier.fitted_for(series)
    said = f"rolled back from version {table.fitted_for(series)} to {since}: {reason}"
    back = row.assign(**weights, kept_from=since, reason=said).astype(table.rows.dtypes.to_dict())
    rest = table.rows.drop(index=series)
    # Rows that were new in that version now count as kept from it; the fleet's row is always a version's own.
    fitted = rest["kept_from"].where((rest["kept_from"] > 0) | (rest.index == FLEET), table.version)
    return pd.concat([rest.assign(kept_from=fitted), back]).loc[table.rows.index]


def _read(version: Live) -> Numbered:
    """Raises UnknownPartError for a version without a table."""
    file = version.folder / TABLE_FILE
    if not file.is_file():
        raise UnknownPartError(f"version {version.version} has no table of series: roll the whole model back")
    return Numbered(version=version.version, rows=pd.read_parquet(file).set_index("series"))


def _unknown(table: Numbered, series: str) -> str:
    own = [str(name) for name in table.rows.index if name != FLEET]
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return f"version {table.version} has no series {series!r}: it has {', '.join(own[:_NAMED])}{more}"
