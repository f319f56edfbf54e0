"""The job `<usecase>-training-gpu`: the training job on machines with a GPU, for networks and large searches."""

from dataclasses import replace

from infra.jobs.declaration import JobContext, JobDeclaration
from infra.jobs.training import training
from infra.spec.gpus import gpu_policy


def training_gpu(context: JobContext) -> JobDeclaration | None:
    """The same tasks as the training job, on a GPU policy; started only by hand, in environments that have it.

    `ml/training/learners/device.py` and `ml/neural/processes.py` use the GPU if there is one. A network that is fitted
    over Spark's workers has one on each.
    """
    values, usual = context.values.training, training(context)
    if values is None or usual is None or not values.gpu:
        return None
    return replace(
        usual,
        name=context.job("training-gpu"),
        stage="training-gpu",
        description="Train a model version on a GPU, then run the promotion job for it.",
        policy=gpu_policy(context.model),
        starts=None,
        runs_as="training",
    )
