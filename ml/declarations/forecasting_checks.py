"""What is wrong with a declared forecast, each fault with what to change. Pure."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ml.declarations.features import Feature
from ml.declarations.forecast_candidates import CANDIDATES, LIBRARY_CANDIDATES
from ml.declarations.hierarchy import Hierarchy

if TYPE_CHECKING:
    from ml.declarations.forecasting import Forecasting

# Fewer past values tell nothing of how a series goes on; the command `mlops forecast` asks for as many.
LEAST_HISTORY = 8
_NUMBERS = ("int", "bigint", "double")
_NAMES = ("string", "int", "bigint")


def wrong_settings(declared: "Forecasting") -> Iterator[str]:
    """The faults of the declaration by itself."""
    yield from _wrong_names(declared)
    yield from _wrong_lengths(declared)
    yield from _wrong_seasons(declared)
    yield from _wrong_choices(declared)


def _wrong_names(declared: "Forecasting") -> Iterator[str]:
    named = [*declared.series, declared.step, *declared.history]
    twice = sorted({name for name in named if named.count(name) > 1})
    if not declared.series:
        yield "series names no feature: name those that tell one series from another"
    if twice:
        yield f"features {twice} are named twice among series, step and history: name each once"


def _wrong_lengths(declared: "Forecasting") -> Iterator[str]:
    past, season = len(declared.history), declared.season_periods
    if declared.horizon < 1:
        yield f"horizon is {declared.horizon}: give how many steps are forecast, 1 or more"
    if past < LEAST_HISTORY:
        yield f"history has {past} periods, which is too short: name {LEAST_HISTORY} features or more"
    if not 1 <= season < max(past, 2):
        yield f"season_periods is {season} and history has {past}: give 1 or more, and more history than a season"
    if not declared.least_scale > 0:
        yield f"least_scale is {declared.least_scale}: give more than 0, in {declared.unit}"


def _wrong_seasons(declared: "Forecasting") -> Iterator[str]:
    past, season, inner = len(declared.history), declared.season_periods, declared.inner_season_periods
    origins = declared.horizon_origins
    if inner < 1 or (inner > 1 and season % inner) or (inner > 1 and inner == season):
        yield (
            f"inner_season_periods is {inner} and season_periods {season}: give a shorter season that fits into "
            "the longer one a whole number of times, or 1"
        )
    elif inner > 1 and past < season + inner:
        yield f"history has {past} periods, and seasons of {season} and {inner} need {season + inner}: name more"
    if origins is not None and not 1 <= origins <= declared.horizon:
        yield f"horizon_origins is {origins}: give 1 to {declared.horizon}, or leave it out"


def _wrong_choices(declared: "Forecasting") -> Iterator[str]:
    levels, share = list(declared.levels), declared.false_retrainings
    known = (*CANDIDATES, *LIBRARY_CANDIDATES)
    strange = [name for name in declared.candidates if name not in known]
    if not levels or levels != sorted(set(levels)) or not all(0 < level < 100 for level in levels):
        yield f"levels are {levels}: give shares in percent between 1 and 99, each once, the smallest first"
    if strange:
        yield f"candidates {strange} are unknown: name some of {', '.join(known)}"
    if share is not None and not 0 < share < 1:
        yield f"false_retrainings is {share}: give a share between 0 and 1, or leave it out to retrain every series"


def wrong_features(declared: "Forecasting", features: Sequence[Feature]) -> Iterator[str]:
    """Names that the model does not take, types that cannot be, and nulls where something must be known."""
    known = {feature.name: feature for feature in features}
    for role, names, types in (
        ("series", declared.series, _NAMES),
        ("step", (declared.step,), ("int", "bigint")),
        ("history", declared.history, _NUMBERS),
    ):
        absent = [name for name in names if name not in known]
        if absent:
            yield f"{role} names {absent}, which are no features of the model: add them to its features"
        unfit = [name for name in names if name in known and known[name].type not in types]
        if unfit:
            yield f"{role} features {unfit} are of another type than {', '.join(types)}: change their type"
    must = [name for name in (*declared.series, declared.step, *declared.history[:1]) if name in known]
    null = [name for name in must if known[name].null_meaning is not None]
    if null:
        yield f"features {null} may be null, and a forecast needs them: fill them, and remove null_meaning"
    if declared.hierarchy is not None:
        kinds = {name: feature.type for name, feature in known.items()}
        empty = frozenset(name for name, feature in known.items() if feature.null_meaning is not None)
        yield from declared.hierarchy.wrong_features(kinds, empty, declared.series)
        yield from _taken(declared, declared.hierarchy)


def _taken(declared: "Forecasting", hierarchy: Hierarchy) -> Iterator[str]:
    """Features with the name of another column of the totals; a series of one name is called as in the answer."""
    told = {"level", "total", "members", *(column.name for column in declared.output)}
    names = dict.fromkeys((*declared.series, declared.step, *hierarchy.features))
    taken = [name for name in names if name in told and (name,) != declared.series]
    if taken:
        yield f"features {taken} have names of columns that totals have beside them: rename them"
