"""What 442 patients can and cannot show: no action follows from an inconclusive month. Pure, from records."""

import json
from collections.abc import Sequence
from functools import partial

from ml.declarations import RMSE
from ml.usecases.story import Check, Finding, Records

# An interval narrower than this, in points, claims more than a hundred patients can show: the standard error of the
# measure alone is above 3.
_NARROWEST = 10.0


def checks(*, arrived: Sequence[str]) -> tuple[Check, ...]:
    """The checks if nothing changes, and each month in `arrived` has about thirty patients."""
    return (
        Check(name="the first version is live within its limit, with an interval as wide as its rows", judge=_wide),
        Check(name="no month has patients enough to say whether it changed", judge=partial(_unknown, arrived)),
        Check(
            name="a month that cannot tell is recorded as unknown, and alerts nobody", judge=partial(_quiet, arrived)
        ),
        Check(name="no version is replaced by luck", judge=_first_stays),
    )


def _wide(records: Records) -> Finding:
    """The comparison gate recorded the measure of the first version with its interval."""
    judged = records.verdicts(1).get("comparison")
    found = json.loads(judged["inputs"]).get("estimates", {}).get(RMSE.name) if judged else None
    if found is None:
        return Finding(holds=False, detail="the comparison gate recorded no interval")
    return Finding(
        holds=records.champions[:1] == [1] and found["upper"] - found["lower"] >= _NARROWEST,
        detail=f"{RMSE.title} {found['value']:.1f} points ({found['lower']:.1f} to {found['upper']:.1f})",
    )


def _unknown(arrived: Sequence[str], records: Records) -> Finding:
    """Drift of every column and every performance metric are `unknown` in each month."""
    told = {month: _drift(month, records) for month in arrived}
    return Finding(
        holds=all(verdicts == {"unknown"} for verdicts in told.values()),
        detail="; ".join(f"{month}: {', '.join(sorted(found)) or 'not measured'}" for month, found in told.items()),
    )


def _drift(month: str, records: Records) -> set[str]:
    return {row["verdict"] for row in records.metrics if row["metric"] == "psi" and row["period"] == month}


def _quiet(arrived: Sequence[str], records: Records) -> Finding:
    said = {month: decided for month in arrived if (decided := records.decision(month))}
    unknown = [row["action"] == "nothing" and row["reason"].startswith("Unknown: ") for row in said.values()]
    return Finding(
        holds=len(said) == len(arrived) and all(unknown),
        detail="; ".join(f"{month} {row['action']}: {row['reason'][:60]}" for month, row in said.items()) or "nothing",
    )


def _first_stays(records: Records) -> Finding:
    return Finding(
        holds=records.champions == [1] and records.champion == 1,
        detail=f"versions that were ever live: {records.champions}; live is {records.champion}",
    )
