"""A history in logs, and as changes over some steps; and back. Pure."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def in_logs(history: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """The history in logs if every value is above zero, else unchanged; and the inverse function."""
    if history.min() > 0:
        return np.log(history), np.exp
    return history, np.asarray


def changes(history: Floats, lag: int) -> Floats:
    """Shape (steps - lag,): the difference of each value from the one `lag` steps before."""
    return np.asarray(history[lag:] - history[:-lag])


def summed(history: Floats, ahead: Floats, lag: int) -> Floats:
    """The values after `history` whose changes over `lag` steps are `ahead`."""
    values = np.concatenate([history[-lag:], np.zeros(len(ahead))])
    for step, change in enumerate(ahead):
        values[lag + step] = values[step] + change
    return np.asarray(values[lag:])
