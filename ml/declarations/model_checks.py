"""Rules for all models of a use case together: they must be distinguishable and fit into its shared tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from ml.declarations import outputs
from ml.declarations.features import FeatureTable
from ml.declarations.gates import SignOff
from ml.declarations.model import Model
from ml.declarations.serving import FeatureServing

Item = TypeVar("Item")


def each_once(found: Iterable[Item]) -> tuple[Item, ...]:
    """`found` in order, without duplicates. A declaration may contain mappings, so it cannot be hashed."""
    kept: list[Item] = []
    for each in found:
        if each not in kept:
            kept.append(each)
    return tuple(kept)


def wrong_models(models: Sequence[Model]) -> Iterator[str]:
    """All problems of the models of one use case, with what to change."""
    if not models:
        yield "it has no model: declare at least one in models"
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        yield f"models {names} repeat a name: rename one"
    endpoints = [model.serving.endpoint for model in models if model.serving]
    if len(set(endpoints)) < len(endpoints):
        yield f"endpoints {endpoints} of models {names} repeat a name: rename one"
    for model in models:
        tries = model.serving is not None and model.serving.challenger_percent and model.serving.experiment is None
        if tries and model.gates.sign_off is not SignOff.MANUAL:
            yield (
                f"model {model.name!r} has challenger_percent, but its sign-off is {model.gates.sign_off}, so no "
                "version ever waits beside the live one: make it SignOff.MANUAL, declare an experiment, or leave "
                "challenger_percent out"
            )
    yield from _differing_keys(models)
    yield from _differing_outcomes(models)
    yield from outputs.clashes(models)


def wrong_feature_serving(
    declared: Sequence[FeatureServing], tables: Sequence[FeatureTable], models: Sequence[Model]
) -> Iterator[str]:
    """All problems of the endpoints that serve features without a model."""
    endpoints = [each.endpoint for each in declared] + [model.serving.endpoint for model in models if model.serving]
    repeated = sorted({name for name in endpoints if endpoints.count(name) > 1})
    if declared and repeated:
        yield f"endpoints {repeated} are named twice: rename one"
    by_name = {table.name: table for table in tables}
    for each in declared:
        name, table = f"feature endpoint {each.endpoint!r}", by_name.get(each.table)
        if table is None:
            yield f"{name} is over {each.table!r}: name one of {sorted(by_name)}"
            continue
        features = {feature.name: feature for feature in table.features}
        absent = [feature for feature in each.features if feature not in features]
        shown = [feature for feature in each.features if feature in features and features[feature].sensitive]
        if table.more_keys:
            yield f"{name} is over {each.table!r}, whose key has several columns: one is needed"
        if absent:
            yield f"{name} answers {absent}, which {each.table!r} lacks: remove them"
        if shown:
            yield f"{name} answers {shown}, which are sensitive, to whoever may ask: remove them"


def _differing_keys(models: Sequence[Model]) -> Iterator[str]:
    """One table holds the predictions of all models, and one key names a person in it."""
    found = each_once((*model.feature_table.keys, model.feature_table.event_time) for model in models)
    if len(found) > 1:
        keys = " and ".join(", ".join(each) for each in found)
        yield f"its models predict for rows by {keys}, and their predictions lie in one table: declare two use cases"


def _differing_outcomes(models: Sequence[Model]) -> Iterator[str]:
    """An outcome table is made in one way: from one declaration, and for the events of one table."""
    for name in dict.fromkeys(model.outcome.table.name for model in models):
        mine = [model for model in models if model.outcome.table.name == name]
        made = each_once((_made(model), model.feature_table.source.name) for model in mine)
        if len(made) > 1:
            yield (
                f"models {[model.name for model in mine]} make outcome table {name!r} in different ways: declare the "
                "same outcome, for feature tables of the same source, or give one of them a table of its own"
            )


def _made(model: Model) -> dict[str, object]:
    """What decides the table: not which of the columns that are read is the label; one that is computed is made."""
    free = () if model.outcome.later else ("label",)
    return {name: value for name, value in vars(model.outcome).items() if name not in free}
