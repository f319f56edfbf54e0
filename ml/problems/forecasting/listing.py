"""The fitted parameters of a version, one row per series, in the form of the table `fitted_parameters`."""

import json
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from ml.problems.forecasting.needing import FITTED_UNTIL
from ml.problems.forecasting.served import CANDIDATES, NAMES, TABLE_FILE, weight
from ml.problems.learning import Live

# It reads a version and makes none.
RETRAINS = False


def fitted_parameters(version: Live) -> list[dict[str, object]]:
    """One row per series and one for unknown ones, whose name is empty; none if the version has no table."""
    file = version.folder / TABLE_FILE
    if not file.is_file():
        return []
    return [_row(each, version.version) for each in pd.read_parquet(file).to_dict("records")]


def _row(row: Mapping[Hashable, Any], version: int) -> dict[str, object]:
    weights = {name: float(row[weight(name)]) for name in NAMES if row.get(weight(name), 0.0) > 0}
    used = [column for name in weights if name in CANDIDATES for column in CANDIDATES[name][1]]
    until = row.get(FITTED_UNTIL)
    return {
        "part": str(row["series"]),
        "method": str(row["chosen"]),
        "weights": json.dumps(weights),
        "parameters": json.dumps({column: float(row[column]) for column in used}),
        "error": float(row["error"]),
        "rows": int(row["rows"]),
        "fitted_for": int(row["kept_from"]) or version,
        "fitted_until": date.fromisoformat(until) if isinstance(until, str) else None,
        "reason": str(row["reason"]),
    }
