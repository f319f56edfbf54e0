"""The policy for the GPU training of a model."""

from ml.declarations import Algorithm, Model


def gpu_policy(model: Model) -> str:
    """One machine, or several if a network is fitted over Spark's workers."""
    return "gpu_distributed" if Algorithm.SPARK_NETWORK in model.algorithms else "gpu_single_node"
