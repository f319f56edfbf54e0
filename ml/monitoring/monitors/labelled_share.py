"""How many outcomes are known."""

from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, Verdict


class LabelledShare:
    """Rows whose outcome is known. Too few are `unknown` until they are due, then a breach."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding for the period."""
        data, limits = window.data, window.limits
        share = data.labelled / data.rows if data.rows else 1.0
        enough = share >= limits.min_labelled_share
        return [
            Finding(
                kind=Kind.DATA_QUALITY,
                metric="labelled_share",
                column="",
                value=share,
                verdict=Verdict.OK if enough else Verdict.BREACH if data.overdue else Verdict.UNKNOWN,
                reason=f"the outcome of {data.labelled} of {data.rows} rows is known"
                + ("" if enough else "; overdue" if data.overdue else "; not due yet"),
                rows=data.rows,
                threshold_low=limits.min_labelled_share,
            )
        ]
