"""How many rows the version has scored."""

from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, Verdict


class ScoredShare:
    """Rows that the version scored. Missing ones are `unknown` in the newest period, and a breach in an older one."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding for the period."""
        data = window.data
        share = data.scored / data.rows if data.rows else 1.0
        missing = Verdict.UNKNOWN if window.is_newest else Verdict.BREACH
        return [
            Finding(
                kind=Kind.DATA_QUALITY,
                metric="scored_share",
                column="",
                value=share,
                verdict=Verdict.OK if share >= 1 else missing,
                reason=f"{data.scored} of {data.rows} rows are scored",
                rows=data.rows,
                threshold_low=1.0,
            )
        ]
