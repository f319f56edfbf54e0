"""The datasets that a pipeline's source declares: `pyspark.pipelines` for that source, in the update's own process.

The local Spark has no declarative pipelines, so the module is made here. It knows materialized views, temporary views
and expectations; what it does not run is refused where it is declared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any

Query = Callable[[], Any]
MODULE = "pyspark.pipelines"
_EXPECTED = "_expectations"
_KNOWN = (
    *("materialized_view", "temporary_view", "expect", "expect_or_drop", "expect_or_fail"),
    *("expect_all", "expect_all_or_drop", "expect_all_or_fail"),
)


class DeclarationError(ValueError):
    """An invalid declaration, or one that the local cloud does not support."""


class Action(StrEnum):
    """What happens to a row that does not meet an expectation: it stays, it is dropped, or the update fails."""

    WARN = "warn"
    DROP = "drop"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """A SQL condition of a dataset's rows. Null is not met."""

    name: str
    condition: str
    action: Action


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A view, which is not stored, or a materialized view."""

    name: str
    is_view: bool
    comment: str
    query: Query
    expectations: tuple[Expectation, ...] = ()


@dataclass(frozen=True)
class Declared:
    """The datasets of a pipeline by name, in the order of its source."""

    datasets: dict[str, Dataset] = field(default_factory=dict)

    def module(self) -> ModuleType:
        """The module `pyspark.pipelines`, whose decorators add to these datasets."""
        made = ModuleType(MODULE)
        made.__dict__.update(
            materialized_view=self._dataset(is_view=False),
            temporary_view=self._dataset(is_view=True),
            expect=_one(Action.WARN),
            expect_or_drop=_one(Action.DROP),
            expect_or_fail=_one(Action.FAIL),
            expect_all=_all(Action.WARN),
            expect_all_or_drop=_all(Action.DROP),
            expect_all_or_fail=_all(Action.FAIL),
            __getattr__=_unknown,
        )
        return made

    def _dataset(self, *, is_view: bool) -> Callable[..., Any]:
        def decorator(
            query_function: Query | None = None, *, name: str | None = None, comment: str | None = None, **other: object
        ) -> Any:
            given = sorted(each for each, value in other.items() if value is not None)
            if given:
                raise DeclarationError(f"{', '.join(given)} of a dataset: the local cloud takes name and comment")

            def outer(query: Query | None) -> None:
                if not callable(query):
                    raise DeclarationError("a dataset decorates its query function: put expectations below it")
                self._add(
                    Dataset(
                        name=name or query.__name__,
                        is_view=is_view,
                        comment=comment or "",
                        query=query,
                        expectations=tuple(getattr(query, _EXPECTED, ())),
                    )
                )

            return outer if query_function is None else outer(query_function)

        return decorator

    def _add(self, dataset: Dataset) -> None:
        if dataset.name in self.datasets:
            raise DeclarationError(f"dataset {dataset.name!r} is declared twice: a pipeline has each name once")
        names = [each.name for each in dataset.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DeclarationError(f"dataset {dataset.name!r} has the expectations {twice} twice: rename one")
        self.datasets[dataset.name] = dataset


def _one(action: Action) -> Callable[[str, str], Callable[[Query], Query]]:
    return lambda name, condition: _all(action)({name: condition})


def _all(action: Action) -> Callable[[Mapping[str, str]], Callable[[Query], Query]]:
    def decorator(conditions: Mapping[str, str]) -> Callable[[Query], Query]:
        added = [Expectation(name=name, condition=text, action=action) for name, text in conditions.items()]

        def outer(query: Query) -> Query:
            # Decorators apply from the inside out; what stands above comes first.
            setattr(query, _EXPECTED, [*added, *getattr(query, _EXPECTED, [])])
            return query

        return outer

    return decorator


def _unknown(name: str) -> Any:
    # Whoever imports a module asks for names of its own, which this one has not.
    if name.startswith("__"):
        raise AttributeError(name)
    raise DeclarationError(f"pyspark.pipelines.{name} is not run by the local cloud: it runs {', '.join(_KNOWN)}")
