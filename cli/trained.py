"""The model versions that were trained on tables of an environment."""

from cli.cloud import endpoint
from cli.errors import CommandError
from cli.forget import readers
from cli.model_records import versions
from cli.models import models_of


def trained(env: str, use_case: str) -> list[dict[str, object]]:
    """The live and previous versions, in any environment, that were trained on tables of `env`."""
    found: list[dict[str, object]] = []
    for other in endpoint().workspaces:
        for model in models_of(use_case, other):
            try:
                found += readers(model.full_name, versions(model), env)
            except CommandError:
                # An environment without the model has no versions.
                continue
    return found
