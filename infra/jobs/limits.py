"""Time limits of jobs, each from its own work and the jobs that it waits for. One value is declared: `jobs.timeout_s`.

A job that changes an endpoint may wait for two changes, to a version and back. These have their own limit
(`Serving.release_limit_s`), which is part of the job's limit.
"""

from ml.declarations import Model, UseCase


def release_s(use_case: UseCase, model: Model) -> int:
    """Promotion, or roll-back: its own work, and an endpoint that is changed and changed back."""
    return use_case.jobs.timeout_s + (model.serving.release_limit_s if model.serving else 0)


def training_s(use_case: UseCase, model: Model) -> int:
    """Training, and the promotion that it waits for."""
    return use_case.jobs.timeout_s + release_s(use_case, model)


def new_version_s(use_case: UseCase, model: Model) -> int:
    """Finding the new version, and the promotions that it waits for: two, as one may follow another."""
    return use_case.jobs.timeout_s + 2 * release_s(use_case, model)


def monitoring_s(use_case: UseCase, model: Model) -> int:
    """Monitoring, and the training that it waits for."""
    return use_case.jobs.timeout_s + training_s(use_case, model)


def integration_s(use_case: UseCase) -> int:
    """Ingest and scoring, and training in between; models are trained side by side."""
    return 2 * use_case.jobs.timeout_s + max(training_s(use_case, model) for model in use_case.models)
