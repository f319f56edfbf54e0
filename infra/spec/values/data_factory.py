"""An Azure Data Factory that starts jobs, for teams whose other pipelines already run there."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from infra.spec.values.fields import Name, Values


class FactoryPipeline(Values):
    """One job of one use case, started by the factory instead of a Databricks schedule."""

    use_case: Name
    model: Name | None = None
    """the use case's model whose job to start; default: the first"""
    job: Literal["training", "scoring"]
    every: Literal["Day", "Week", "Month"]
    hour_utc: Annotated[StrictInt, Field(ge=0, le=23, description="0 to 23")]


class DataFactory(Values):
    """The factory of one environment."""

    group: Name
    """a group with `jobs: run` on the use cases: the factory's identity becomes its member"""
    pipelines: dict[Name, FactoryPipeline]
    """by name, such as training, test-scoring or production-scoring"""
