"""The compliance gate's checks for leaks; each failure names what looks like one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml.declarations import LeakLimits, Measure
from ml.evaluation.checks import Check


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Hold-out rows, and how many of them share a key, or all feature values, with a row that was fitted on."""

    holdout_rows: int
    same_key: int
    same_features: int


@dataclass(frozen=True, kw_only=True)
class LeakSigns:
    """`score`: the model's value of `measure`, the problem's first; `believable`: the best plausible value.

    `alone`: how well each feature alone ranks the outcome. `shares`: the share of each feature in the model's skill.
    """

    measure: Measure
    score: float
    believable: float
    alone: Mapping[str, float]
    shares: Mapping[str, float]
    repeats: Repeats


def leak_checks(signs: LeakSigns, limits: LeakLimits) -> list[Check]:
    """One check per sign."""
    return [
        _too_good(signs, limits.believable_score),
        _outcome_in_feature(signs.alone, limits.max_single_feature_ranking),
        _one_feature(signs.shares, limits.max_feature_share),
        _repeated(signs.repeats.same_key, signs.repeats, limits.max_repeated_keys_ratio, "a key"),
        _repeated(signs.repeats.same_features, signs.repeats, limits.max_repeated_rows_ratio, "all feature values"),
    ]


def _too_good(signs: LeakSigns, declared: float | None) -> Check:
    """Fails for a score better than the limit, or one that is not a number."""
    measure, limit = signs.measure, signs.believable if declared is None else declared
    of = f" {measure.unit}" if measure.unit else ""
    said = f"{measure.title} {signs.score:.4f}{of}"
    if not measure.gain(signs.score - limit) <= 0:
        look = "Look for the outcome in the features, or declare another believable_score"
        return Check(passed=False, text=f"{said} is too good to be true: at most {limit:.4g} is plausible. {look}")
    return Check(passed=True, text=f"{said} is plausible (the limit is {limit:.4g})")


def _outcome_in_feature(alone: Mapping[str, float], limit: float) -> Check:
    over = {name: value for name, value in alone.items() if not value <= limit}
    if over:
        named = ", ".join(f"{name} ({over[name]:.3f})" for name in sorted(over))
        said = f"{named} alone ranks the outcome better than {limit:g}: is it known before the outcome?"
        return Check(passed=False, text=said)
    return Check(passed=True, text=f"no feature alone ranks the outcome better than {limit:g}")


def _one_feature(shares: Mapping[str, float], limit: float) -> Check:
    name = max(shares, key=lambda each: shares[each], default="")
    share = shares.get(name, 0.0)
    if not share <= limit:
        return Check(passed=False, text=f"{name} has {share:.0%} of the model's skill, {limit:.0%} is allowed")
    return Check(passed=True, text=f"no feature has more than {limit:.0%} of the model's skill ({name} {share:.0%})")


def _repeated(rows: int, repeats: Repeats, limit: float, what: str) -> Check:
    ratio = rows / repeats.holdout_rows if repeats.holdout_rows else 0.0
    said = f"{rows} of {repeats.holdout_rows} hold-out rows share {what} with a row that was fitted on"
    if ratio > limit:
        return Check(passed=False, text=f"{said}, {limit:.1%} are allowed")
    return Check(passed=True, text=said)
