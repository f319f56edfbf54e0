"""The interface of a monitor: it measures one period of one version and returns its findings."""

from typing import Protocol

from ml.monitoring.window import Window
from ml.problems.finding import Finding


class Monitor(Protocol):
    """A small class that needs only the window; the list of its findings does not depend on the period's rows."""

    def measure(self, window: Window) -> list[Finding]:
        """Its findings; one that cannot be measured is `unknown`, with the reason."""
