"""How long jobs may run, each from what it does and what it waits for. One value is declared: `jobs.timeout_s`.

A job that changes an endpoint may wait for two changes, to a version and back; these have a limit of their own
(`Serving.release_limit_s`), which the job's limit contains.
"""

from ml.declarations import Model, UseCase


def release_s(use_case: UseCase, model: Model) -> int:
    """Promotion, or roll-back: its own work, and an endpoint that is changed and changed back."""
    return use_case.jobs.timeout_s + (model.serving.release_limit_s if model.serving else 0)


def training_s(use_case: UseCase, model: Model) -> int:
    """Training, and the promotion that it waits for."""
    return use_case.jobs.timeout_s + release_s(use_case, model)


def new_version_s(use_case: UseCase, model: Model) -> int:
    """Finding what is new, and the promotions that it waits for: two, as one may follow another."""
    return use_case.jobs.timeout_s + 2 * release_s(use_case, model)


def monitoring_s(use_case: UseCase, model: Model) -> int:
    """Monitoring, and the training that it waits for."""
    return use_case.jobs.timeout_s + training_s(use_case, model)


def integration_s(use_case: UseCase) -> int:
    """Ingest and scoring, and training in between; models are trained side by side."""
    return 2 * use_case.jobs.timeout_s + max(training_s(use_case, model) for model in use_case.models)
