"""What the compliance gate makes of the signs of a leak; each failure names what looks like one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml.declarations import LeakLimits
from ml.gates.verdict import Check


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Hold-out rows, and how many of them have a key, or all feature values, of a row that was fitted on."""

    holdout_rows: int
    same_key: int
    same_features: int


@dataclass(frozen=True, kw_only=True)
class LeakSigns:
    """`alone`: ROC AUC of each feature by itself. `shares`: of each in what the model knows."""

    roc_auc: float
    alone: Mapping[str, float]
    shares: Mapping[str, float]
    repeats: Repeats


def leak_checks(signs: LeakSigns, limits: LeakLimits) -> list[Check]:
    """One check per sign."""
    return [
        _too_good(signs.roc_auc, limits.max_roc_auc),
        _outcome_in_feature(signs.alone, limits.max_single_feature_roc_auc),
        _one_feature(signs.shares, limits.max_feature_share),
        _repeated(signs.repeats.same_key, signs.repeats, limits.max_repeated_keys_ratio, "a key"),
        _repeated(signs.repeats.same_features, signs.repeats, limits.max_repeated_rows_ratio, "all feature values"),
    ]


def _too_good(found: float, limit: float) -> Check:
    if not found <= limit:
        said = f"ROC AUC {found:.4f} is too good to be true: {limit:g} is the declared ceiling. Look for the outcome in"
        return Check(passed=False, text=f"{said} the features, or raise max_roc_auc")
    return Check(passed=True, text=f"ROC AUC {found:.4f} is under the ceiling {limit:g}")


def _outcome_in_feature(alone: Mapping[str, float], limit: float) -> Check:
    over = {name: value for name, value in alone.items() if not value <= limit}
    if over:
        named = ", ".join(f"{name} ({over[name]:.3f})" for name in sorted(over))
        said = f"by itself, {named} ranks the outcome better than {limit:g}: is it known before the outcome?"
        return Check(passed=False, text=said)
    return Check(passed=True, text=f"no feature by itself ranks better than {limit:g}")


def _one_feature(shares: Mapping[str, float], limit: float) -> Check:
    name = max(shares, key=lambda each: shares[each], default="")
    share = shares.get(name, 0.0)
    if not share <= limit:
        return Check(passed=False, text=f"{name} has {share:.0%} of what the model knows, {limit:.0%} is allowed")
    return Check(passed=True, text=f"no feature has more than {limit:.0%} of what the model knows ({name} {share:.0%})")


def _repeated(rows: int, repeats: Repeats, limit: float, what: str) -> Check:
    ratio = rows / repeats.holdout_rows if repeats.holdout_rows else 0.0
    said = f"{rows} of {repeats.holdout_rows} hold-out rows have {what} of a row that was fitted on"
    if ratio > limit:
        return Check(passed=False, text=f"{said}, {limit:.1%} are allowed")
    return Check(passed=True, text=said)
