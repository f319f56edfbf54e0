"""The declared algorithms that this environment can fit. A run reports the others and continues without them."""

from collections.abc import Callable, Mapping, Sequence

from ml.declarations import Algorithm
from ml.neural.installed import LACKING, torch_version


class NothingToFitError(RuntimeError):
    """This environment can fit none of the declared algorithms."""


# What an algorithm needs beyond what every runtime brings: the version of it that is here, or why it is not.
_NEEDS: Mapping[Algorithm, tuple[str, Callable[[], str | None], str]] = {
    Algorithm.NETWORK: ("torch", torch_version, LACKING),
    Algorithm.SPARK_NETWORK: ("torch", torch_version, LACKING),
}


def present(algorithms: Sequence[Algorithm]) -> tuple[Algorithm, ...]:
    """The algorithms that this environment can fit. Raises NothingToFitError if there are none."""
    absent = left_out(algorithms)
    found = tuple(each for each in algorithms if each not in absent)
    if not found:
        raise NothingToFitError("; ".join(f"{algorithm}: {reason}" for algorithm, reason in absent.items()))
    return found


def left_out(algorithms: Sequence[Algorithm]) -> dict[Algorithm, str]:
    """The algorithms that this environment cannot fit, with the reason."""
    return {each: _NEEDS[each][2] for each in algorithms if each in _NEEDS and _NEEDS[each][1]() is None}


def fitted_with(algorithms: Sequence[Algorithm]) -> list[str]:
    """Packages that affect the model but are not needed for serving: `torch==2.7.0`, or `torch==absent`."""
    needs = [_NEEDS[each] for each in algorithms if each in _NEEDS]
    return [f"{package}=={version() or 'absent'}" for package, version, _ in needs]
