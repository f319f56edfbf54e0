"""The input of a card: values that the run, the version and the gates recorded, and the declaration."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ml.declarations import Model
from ml.gates.card.document import Picture
from ml.records.comments import Comment
from ml.records.gate_results import Recorded

UNKNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class TableRead:
    """A table of the training: what it was read for, its full name, and the columns that the model reads of it."""

    context: str
    table: str
    version: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingFacts:
    """The records of the training run. `importance`: the share of each feature, the largest first."""

    run_id: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tables: Sequence[TableRead] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    importance: Mapping[str, float] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """One version. `about`: what its use case is about. `verdicts`: what its gates recorded, by gate."""

    about: str
    model: Model
    name: str
    version: int
    tags: Mapping[str, str]
    training: TrainingFacts
    verdicts: Mapping[str, Recorded]
    comments: Sequence[Comment] = ()

    def recorded(self, gate: str, name: str) -> Any:
        """What `gate` recorded as its input `name`; None if it did not."""
        found = self.verdicts.get(gate)
        return found.inputs.get(name) if found else None

    @property
    def features(self) -> tuple[str, ...]:
        """The features that this version takes; the declared ones if the run did not record them."""
        read = next((each.columns for each in self.training.tables if each.context == "features"), ())
        return read or self.model.features


def number(value: object, *, signed: bool = False) -> str:
    """Four significant digits, whole numbers unchanged; a value that is not a finite number is "not known"."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return UNKNOWN
    sign = "+" if signed else ""
    return f"{int(value):{sign},}" if float(value).is_integer() else f"{value:{sign}.4g}"
