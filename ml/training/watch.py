"""Watchers of a training: they see each finished trial and the fit of the version, and change neither."""

from collections.abc import Iterator
from contextlib import contextmanager

from ml.problems.learning import Params
from ml.training.tuning import Candidate


class Watch:
    """Watches and does nothing."""

    def tried(self, learner: str, candidate: Candidate) -> None:
        """A trial of `learner`, or of an average such as `xgboost+linear`, has ended."""

    @contextmanager
    def fitting(self, learner: str, params: Params, *, alone: bool) -> Iterator[None]:  # noqa: ARG002
        """Wraps the fit of the version; `alone`: it is the whole version, not a part of an average."""
        yield
