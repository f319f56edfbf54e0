"""The sources of a use case's declarative pipelines: every dataset with its expectations, as Python text. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from ml.declarations import Model, UseCase
from ml.declarations.pipelined import Dataset, datasets, monitored

_FROM_BRONZE = '''\
"""The pipeline of use case {use_case}, from bronze to silver and gold.

Written from ml/usecases/{use_case} when the stacks are synthesized: change the declaration, not this file.
"""

from pyspark import pipelines as dp

from ml.pipelines import Datasets, counted, kept, required

made = Datasets.of("{use_case}", catalog="{catalog}")
'''
_MONITORING = '''\
"""The monitoring pipeline of model {model} of use case {use_case}: the figures of each period.

Written from ml/usecases/{use_case} when the stacks are synthesized: change the declaration, not this file.
"""

from pyspark import pipelines as dp

from ml.pipelines import counted
from ml.pipelines.measures import Measures

made = Measures.of("{use_case}", catalog="{catalog}")
'''


def pipeline_source(use_case: UseCase, catalog: str) -> str:
    """The Python file of the pipeline over the bronze tables in `catalog`."""
    return _source(_FROM_BRONZE.format(use_case=use_case.name, catalog=catalog), datasets(use_case))


def monitoring_source(use_case: UseCase, model: Model, catalog: str) -> str:
    """The Python file of the model's pipeline over gold and the predictions in `catalog`."""
    head = _MONITORING.format(use_case=use_case.name, model=model.name, catalog=catalog)
    return _source(head, monitored(model))


def _source(head: str, made: Iterable[Dataset]) -> str:
    return "\n\n".join([head, *map(_definition, made)])


def _definition(dataset: Dataset) -> str:
    decorator = "temporary_view" if dataset.is_view else "materialized_view"
    lines = [
        f"@dp.{decorator}(",
        f"    name={_quoted(dataset.name)},",
        f"    comment={_quoted(dataset.comment)},",
        ")",
        *_expected("counted", dataset.counts),
        *_expected("kept", dataset.keeps),
        *_expected("required", dataset.requires),
        f"def {dataset.name}():",
        f"    return made.{dataset.made}({_quoted(dataset.of)})",
    ]
    return "\n".join(lines) + "\n"


def _expected(decorator: str, conditions: Mapping[str, str]) -> Iterator[str]:
    if conditions:
        yield f"@{decorator}("
        yield "    {"
        yield from (f"        {_quoted(name)}: {_quoted(text)}," for name, text in conditions.items())
        yield "    }"
        yield ")"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
