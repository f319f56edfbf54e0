"""What every monitor is: it measures one period of one version, and says what it found."""

from typing import Protocol

from ml.monitoring.window import Window
from ml.problems.finding import Finding


class Monitor(Protocol):
    """A small class that needs nothing but the window; which findings it has does not depend on the period's rows."""

    def measure(self, window: Window) -> list[Finding]:
        """Its findings; what cannot be measured is `unknown` with the reason."""
