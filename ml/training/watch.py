"""Who watches a training: each trial as it ends, and the fit of what becomes the version. A watcher changes neither."""

from collections.abc import Iterator
from contextlib import contextmanager

from ml.problems.learning import Params
from ml.training.tuning import Candidate


class Watch:
    """Watches and says nothing."""

    def tried(self, learner: str, candidate: Candidate) -> None:
        """A trial of `learner`, or of an average such as `xgboost+linear`, has ended."""

    @contextmanager
    def fitting(self, learner: str, params: Params, *, alone: bool) -> Iterator[None]:  # noqa: ARG002
        """Around the fit of what becomes the version; `alone`: it is the version, and no part of an average."""
        yield
