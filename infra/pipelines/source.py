"""The source of a use case's declarative pipeline: every dataset with its expectations, as Python text. Pure."""

from collections.abc import Iterator, Mapping

from ml.declarations import UseCase
from ml.declarations.pipelined import Dataset, datasets

_HEAD = '''\
"""The pipeline of use case {use_case}, from bronze to silver and gold.

Written from ml/usecases/{use_case} when the stacks are synthesized: change the declaration, not this file.
"""

from pyspark import pipelines as dp

from ml.pipelines import Datasets, counted, kept, required

made = Datasets.of("{use_case}", catalog="{catalog}")
'''


def pipeline_source(use_case: UseCase, catalog: str) -> str:
    """The Python file of the pipeline over the bronze tables in `catalog`."""
    parts = [_HEAD.format(use_case=use_case.name, catalog=catalog), *map(_definition, datasets(use_case))]
    return "\n\n".join(parts)


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
