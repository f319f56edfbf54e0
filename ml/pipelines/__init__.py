"""The frames of a use case's declarative pipeline, for the source that `infra/pipelines` writes.

The source says which datasets there are; this room says what their rows are, by the pure functions of the jobs' stages.
"""

from ml.pipelines.datasets import Datasets
from ml.pipelines.expectations import counted, kept, required

__all__ = ["Datasets", "counted", "kept", "required"]
