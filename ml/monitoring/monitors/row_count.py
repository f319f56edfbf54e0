"""How many rows arrived."""

from ml.declarations import Monitoring
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, Verdict, unknown


class RowCount:
    """Rows of the period against the reference's median period."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding for the period."""
        data = window.data
        nothing_came = data.arrival is None or not data.arrival.received
        awaited = window.is_newest and nothing_came
        return [row_count(data.rows, window.expected.typical_rows, window.limits, awaited=awaited)]


def row_count(rows: int, typical: float, limits: Monitoring, *, awaited: bool) -> Finding:
    """Rows of the period against the reference's median period. `awaited`: later periods may still bring them."""
    if rows == 0 and awaited:
        return unknown(Kind.DATA_QUALITY, "row_count", "", 0, "no rows have arrived for this period yet")
    if not typical > 0:
        why = f"{rows} rows, but the reference has none to compare with"
        return unknown(Kind.DATA_QUALITY, "row_count", "", rows, why)
    low, high = limits.min_row_ratio * typical, limits.max_row_ratio * typical
    inside = low <= rows <= high
    said = f"{rows} rows" if rows else "no rows arrived"
    return Finding(
        kind=Kind.DATA_QUALITY,
        metric="row_count",
        column="",
        value=float(rows),
        verdict=Verdict.OK if inside else Verdict.BREACH,
        reason=f"{said}; a typical reference period has {typical:g}, allowed are {low:g}..{high:g}",
        rows=rows,
        threshold_low=low,
        threshold_high=high,
        reference_value=typical,
    )
