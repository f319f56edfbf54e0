"""The job `<usecase>-training-gpu`: the training job on a machine with a GPU, for large searches."""

from dataclasses import replace

from infra.jobs.declaration import JobContext, JobDeclaration
from infra.jobs.training import training


def training_gpu(context: JobContext) -> JobDeclaration | None:
    """The same tasks as the training job, on the GPU policy; by hand only, where the environment has it.

    `ml/training/learners/device.py` takes the GPU where there is one.
    """
    values, usual = context.values.training, training(context)
    if values is None or usual is None or not values.gpu:
        return None
    return replace(
        usual,
        name=context.job("training-gpu"),
        stage="training-gpu",
        description="Train a model version on a GPU, then run the promotion job for it.",
        policy="gpu_single_node",
        starts=None,
        runs_as="training",
    )
