"""How many of the received records ingest rejected."""

from ml.declarations import Monitoring
from ml.monitoring.monitors.ratios import ratio
from ml.monitoring.window import Arrival, Window
from ml.problems.finding import Finding, Kind, unknown


class ArrivalRatios:
    """Share of the received records that were rejected, and that repeat a key; nothing if no feed brings the rows."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding for each of the two."""
        arrival = window.data.arrival
        return [] if arrival is None else arrival_ratios(arrival, window.limits)


def arrival_ratios(arrival: Arrival, limits: Monitoring) -> list[Finding]:
    """Share of the received records that were rejected, and that repeat a key."""
    counts = (
        ("quarantine_ratio", arrival.rejected, limits.quarantine_ratio),
        ("duplicate_ratio", arrival.duplicates, limits.duplicate_ratio),
    )
    if not arrival.received:
        return [unknown(Kind.DATA_QUALITY, metric, "", 0, "no records were received") for metric, _, _ in counts]
    return [ratio(metric, "", count, arrival.received, limit) for metric, count, limit in counts]
