"""The server's metrics, in OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/).

Each worker counts separately, under its own label: repeated scrapes see all workers.
"""

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = b"application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass
class Metrics:
    """Metrics of one worker: answers by status, and their total time in seconds."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def count(self, status: int, seconds: float) -> None:
        """Count one answer and its time in seconds."""
        self.answers[status] += 1
        self.seconds += seconds

    def text(self, version: str, waiting: int, published: Mapping[str, float]) -> bytes:
        """The OpenMetrics text. `published`: when each feature table was published, in seconds since 1970."""
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
