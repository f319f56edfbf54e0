"""The explanation of a score. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.output import Row
from ml.declarations import Feature, Model

# The value that a mask returns.
HIDDEN = "hidden from you"
_SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """The contribution of each feature; with `base_value` they sum to `raw_answer`."""

    contributions: Mapping[str, float]
    raw_answer: float
    base_value: float


@dataclass(frozen=True, kw_only=True)
class Why:
    """One score and what is behind it.

    Attributes:
        prediction: the row of `predictions`, as SQL answers it.
        tags: of the model version.
        features: the row of the feature table, as SQL answers it; None if there is none any more.
        read_at: which version of that table it was read from, in words.
        because: the reason why the score cannot be reproduced; empty if it was.
        reasons: None without features that reproduce it, or of a learner that gives none.
        silent: why there are no reasons, if it is not that the score cannot be reproduced.
    """

    model: Model
    name: str
    table: str
    prediction: Row
    tags: Mapping[str, str]
    features: Row | None
    read_at: str
    because: str
    reasons: Reasons | None = None
    silent: str = ""

    def summary(self) -> list[Row]:
        """Property and value: model, data, answer, and whether it was reproduced."""
        found, tags = self.prediction, self.tags
        answer = ", ".join(f"{column.name} {found[column.name]}" for column in self.model.problem.output)
        trained = [
            f"{tags[name]}@{tags.get(f'{name}_version', '?')}"
            for name in ("feature_table", "outcome_table")
            if name in tags
        ]
        rows = {
            "answer": answer,
            "model": f"{self.name} version {found['model_version']}",
            "trained on": ", ".join(trained) or "not recorded in its tags",
            "event": f"{self.model.feature_table.event_time} {found[self.model.feature_table.event_time]}",
            "scored": f"{found['scored_at']} in run {found['run_id']}",
            "features from": f"{self.table}, {self.read_at}",
            "reproduced": f"no: {self.because}" if self.because else "yes: same features, same answer",
        }
        if self.reasons:
            rows["contributions"] = (
                f"they and the base value {self.reasons.base_value:.4g} sum to {self.reasons.raw_answer:.4g}, the "
                "answer before calibration"
            )
        elif self.silent:
            rows["contributions"] = f"none: {self.silent}"
        return [{"what": what, "value": value} for what, value in rows.items()]

    def rows(self) -> list[Row]:
        """One row per column: the model's features, largest contribution first, then the other sensitive columns."""
        if self.features is None:
            return []
        taken = [_row(feature, self) for feature in self._declared() if feature.name in self.model.features]
        beside = [
            _row(feature, self)
            for feature in self._declared()
            if feature.sensitive and feature.name not in self.model.features
        ]
        return [*sorted(taken, key=lambda row: -abs(row["contribution"] or 0.0)), *beside]

    def _declared(self) -> Sequence[Feature]:
        return self.model.feature_table.features

    def as_dict(self) -> dict[str, Any]:
        """All of it, for programs."""
        told = {row["what"]: row["value"] for row in self.summary()}
        return {**told, "reproduced": not self.because, "because": self.because, "features": self.rows()}


def _row(feature: Feature, why: Why) -> Row:
    assert why.features is not None
    reads = feature.reads
    contribution = why.reasons.contributions.get(feature.name) if why.reasons else None
    return {
        "feature": feature.name,
        "value": shown(feature, why.features[feature.name]),
        "unit": feature.unit or "",
        "from": reads.table.name if reads else "the event's own row",
        "age_days": _age(why, at_least=reads is not None),
        "contribution": contribution,
        "note": "" if feature.name in why.model.features else "not taken by the model",
    }


def shown(feature: Feature, value: object) -> str:
    """The value; a null that may be a mask is marked as such."""
    if value is not None:
        return str(value)
    if feature.sensitive:
        return HIDDEN if feature.null_meaning is None else f"{HIDDEN}, or null: {feature.null_meaning}"
    return f"null: {feature.null_meaning}" if feature.null_meaning else "null"


def hidden(model: Model, features: Row) -> list[str]:
    """The model's features that may be masked in this row."""
    return [
        feature.name
        for feature in model.feature_table.features
        if feature.sensitive and feature.name in model.features and features[feature.name] is None
    ]


def _age(why: Why, *, at_least: bool) -> str:
    """Days from the event to the score. Values from other tables were known before the event, so they are older."""
    event = datetime.fromisoformat(why.prediction[why.model.feature_table.event_time])
    scored = datetime.fromisoformat(why.prediction["scored_at"])
    days = (scored.replace(tzinfo=None) - event.replace(tzinfo=None)).total_seconds() / _SECONDS_OF_A_DAY
    return f"{'over ' if at_least else ''}{days:.1f}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A row of features and its source; `hashed` is its hash by the current declaration."""

    row: Row
    read_at: str
    hashed: str


def judged(model: Model, kept: str | None, found: Sequence[Found]) -> tuple[Found | None, str]:
    """The found row that the score was computed from, and why it cannot be reproduced (empty if it can).

    `found` are rows of one key and event time, the likeliest first.
    """
    if not found:
        return None, "its feature row is gone: withdrawn, forgotten, or left out of a rebuild"
    same = next((each for each in found if kept and each.hashed == kept), None)
    if same:
        return same, ""
    newest = found[-1]
    masked = hidden(model, newest.row)
    if masked:
        return (
            newest,
            f"{', '.join(masked)}: {HIDDEN}, which your rights cannot read. Use --as with a principal who may",
        )
    if not kept:
        return newest, "the prediction has no hash of its features: it is older than these hashes"
    return newest, (
        f"the features differ from those that were scored: their hash is {newest.hashed[:12]}…, the prediction's "
        f"{kept[:12]}…. They were corrected since, or the model now declares other features"
    )
