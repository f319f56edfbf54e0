"""The frames of a use case's declarative pipeline, for the pipeline source that `infra/pipelines` generates.

The source defines the datasets; this room computes their rows, with the pure functions of the jobs' stages.
"""

from ml.pipelines.datasets import Datasets
from ml.pipelines.expectations import counted, kept, required

__all__ = ["Datasets", "counted", "kept", "required"]
