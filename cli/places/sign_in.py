"""Signs docker and az in within a pipeline, with fresh tokens of the run, which last minutes."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from cli.errors import CommandError
from cli.places import programs
from infra.pipeline_token import PipelineTokenError, entra_token

_WHO = ("ARM_CLIENT_ID", "ARM_TENANT_ID")
# Variables for the folders in which both keep their credentials.
_KEPT_IN = ("AZURE_CONFIG_DIR", "DOCKER_CONFIG")


@contextmanager
def signed_in(subscription_id: str, environment: Mapping[str, str] = os.environ) -> Iterator[Callable[[], None]]:
    """Yields a function that signs in, or renews the sign-in, in a folder that is deleted after the block.

    Outside a pipeline it does nothing: the current sign-in is used.
    """
    if _token(environment) is None:
        yield lambda: None
        return
    before = {name: os.environ.get(name) for name in _KEPT_IN}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(dict.fromkeys(_KEPT_IN, folder))
        try:
            yield lambda: _sign_in(subscription_id, environment)
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _sign_in(subscription_id: str, environment: Mapping[str, str]) -> None:
    absent = [name for name in _WHO if not environment.get(name)]
    if absent:
        raise CommandError(f"{', '.join(absent)} must say as whom the pipeline signs in: set what is missing", 2)
    client_id, tenant_id = (environment[name] for name in _WHO)
    # A file that only this user can read, because others can see the arguments of a program.
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(_token(environment) or "")
        file.flush()
        who = ("--username", client_id, "--tenant", tenant_id, "--federated-token", f"@{file.name}")
        programs.run(("az", "login", "--service-principal", *who, "--output", "none"))
    programs.run(("az", "account", "set", "--subscription", subscription_id))


def _token(environment: Mapping[str, str]) -> str | None:
    try:
        return entra_token(environment)
    except PipelineTokenError as error:
        raise CommandError(str(error), 2) from error
