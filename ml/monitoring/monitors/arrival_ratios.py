"""How many of the received records ingest rejected, and how many deliveries were not as expected."""

from ml.declarations import Monitoring
from ml.monitoring.monitors.ratios import ratio
from ml.monitoring.window import Arrival, Window
from ml.problems.finding import Finding, Kind, Verdict, unknown


class ArrivalRatios:
    """Share of the received records that were rejected, and that repeat a key, and deliveries that are not as expected;
    nothing if no feed brings the rows.
    """

    def measure(self, window: Window) -> list[Finding]:
        """One finding for each of the two, and one of deliveries if their feed expects anything of them."""
        arrival = window.data.arrival
        return [] if arrival is None else [*arrival_ratios(arrival, window.limits), *unmet_deliveries(arrival)]


def arrival_ratios(arrival: Arrival, limits: Monitoring) -> list[Finding]:
    """Share of the received records that were rejected, and that repeat a key."""
    counts = (
        ("quarantine_ratio", arrival.rejected, limits.quarantine_ratio),
        ("duplicate_ratio", arrival.duplicates, limits.duplicate_ratio),
    )
    if not arrival.received:
        return [unknown(Kind.DATA_QUALITY, metric, "", 0, "no records were received") for metric, _, _ in counts]
    return [ratio(metric, "", count, arrival.received, limit) for metric, count, limit in counts]


def unmet_deliveries(arrival: Arrival) -> list[Finding]:
    """How many deliveries fail their feed's expectations: any is a breach. Nothing if the feed declares none."""
    if arrival.unmet is None:
        return []
    return [
        Finding(
            kind=Kind.DATA_QUALITY,
            metric="unmet_deliveries",
            column="",
            value=float(arrival.unmet),
            verdict=Verdict.BREACH if arrival.unmet else Verdict.OK,
            reason=f"{arrival.unmet} deliveries are not as expected; the table deliveries lists them with the reasons",
            rows=arrival.received,
            threshold_high=0.0,
        )
    ]
