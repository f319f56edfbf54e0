"""A feature specification without a model: the looked-up features are the answer.

On Databricks that is a feature serving endpoint, whose served entity is a function of type FEATURE_SPEC
(https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/feature-function-serving). It takes the
requests that a model's endpoint takes, and answers `outputs` instead of `predictions`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.server import feature_spec, lookups, openapi, requests
from ml.server.errors import Refused
from ml.server.feature_spec import FeatureSpec
from ml.server.lookups import Store
from ml.server.together import Completed, Parsed, complete_each


@dataclass(frozen=True, kw_only=True)
class Features:
    """A served feature specification without a model. `number` is the version in its answers."""

    number: str
    spec: FeatureSpec
    store: Store
    openapi: bytes
    max_features_age_s: float | None = None
    # There is nothing to compute, so nothing is batched.
    plain: None = None

    @property
    def waits(self) -> bool:
        """Whether completing a request may wait on the network."""
        return self.store.waits

    def completed(self, parsed: Parsed, store: Store | None = None) -> Completed:
        """The rows with their features from `store`, and when the oldest of these were published. Raises Refused."""
        rows, published_at = lookups.complete(requests.rows(parsed), self.spec, store or self.store)
        lookups.require_fresh(published_at, self.max_features_age_s)
        return {"outputs": rows}, published_at

    def completed_each(self, given: Sequence[Parsed]) -> list[Completed | Refused]:
        """The same for several requests, with one query per table. Raises Refused if the store cannot be asked."""
        return complete_each(given, self.completed, self.spec, self.store)

    def published(self) -> dict[str, float]:
        """When the features of each published table were published, in seconds since 1970."""
        return lookups.published(self.spec, self.store)

    def matrix(self, payload: Mapping[str, Any]) -> None:
        """None: there is no model."""

    def answer(self, payload: Mapping[str, Any]) -> bytes:
        """The JSON body of the answer to a completed request."""
        return json.dumps(payload, allow_nan=False).encode()

    predict = answer


def is_specification(folder: Path) -> bool:
    """Whether `folder` contains a specification and no model."""
    return (folder / feature_spec.FILE).is_file() and not (folder / "MLmodel").exists()


def load(
    folder: Path,
    number: str,
    store: Path | str | None,
    max_features_age_s: float | None = None,
    look_up_limit_s: float = lookups.LIMIT_S,
) -> Features:
    """The specification in `folder`; its features are looked up in `store`, as for a model (`version.load`).

    Raises SpecificationError for an unreadable specification, FileNotFoundError if there is no store.
    """
    spec = feature_spec.in_file(folder / feature_spec.FILE)
    if store is None:
        raise FileNotFoundError("the specification looks features up: say in which file, with --online-store")
    return Features(
        number=number,
        spec=spec,
        store=lookups.opened(store, look_up_limit_s),
        openapi=openapi.encoded(None, spec, number, answers="outputs"),
        max_features_age_s=max_features_age_s,
    )
