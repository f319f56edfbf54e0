"""What a server counts, in OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/).

Each worker counts for itself and says so by its label: a scraper that asks several times sees all of them.
"""

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = b"application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass
class Metrics:
    """Of one worker: answers by status, and the seconds that they took in all."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def count(self, status: int, seconds: float) -> None:
        """One answer, and how long it took."""
        self.answers[status] += 1
        self.seconds += seconds

    def text(self, version: str, waiting: int, published: Mapping[str, float]) -> bytes:
        """All of it, as a scraper takes it. `published`: when each feature table was, in seconds since 1970."""
        labels, now = f'version="{version}",worker="{os.getpid()}"', time.time()
        lines = [
            "# TYPE scoring_answers counter",
            *(f'scoring_answers_total{{status="{status}",{labels}}} {n}' for status, n in sorted(self.answers.items())),
            "# TYPE scoring_seconds summary",
            "# UNIT scoring_seconds seconds",
            f"scoring_seconds_count{{{labels}}} {self.answers.total()}",
            f"scoring_seconds_sum{{{labels}}} {self.seconds:.6f}",
            "# TYPE scoring_waiting gauge",
            f"scoring_waiting{{{labels}}} {waiting}",
            "# TYPE scoring_features_age_seconds gauge",
            "# UNIT scoring_features_age_seconds seconds",
            *(
                f'scoring_features_age_seconds{{table="{table}",{labels}}} {max(now - when, 0.0):.1f}'
                for table, when in published.items()
            ),
            "# EOF",
        ]
        return ("\n".join(lines) + "\n").encode()
