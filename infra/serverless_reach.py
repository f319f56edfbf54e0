"""The network destinations of an environment's serverless compute: hosts for the images of served models, and storage.

Source of the hosts: MLflow writes `conda.yaml` and `requirements.txt` of a version, which the image installs by conda
and pip. Whether the workspace's network policy applies while an image is built must be verified in a sandbox.
"""

from infra import azure_names
from infra.spec import Environment, MaskedReads, Spec

# The public package indexes of pip, and the conda channels that MLflow names by default.
PUBLIC_PACKAGES = ("conda.anaconda.org", "files.pythonhosted.org", "pypi.org", "repo.anaconda.com")


def domains(environment: Environment) -> tuple[str, ...]:
    """The internet domains of the environment's egress policy: the declared ones, and those that serving needs."""
    security = environment.security
    serves = any(values.serving for values in environment.use_cases.values())
    index = (security.package_index.host,) if security.package_index else PUBLIC_PACKAGES
    return tuple(sorted({*security.serverless_domains, *(index if serves else ())}))


def private_storage(spec: Spec) -> tuple[tuple[str, str], ...]:
    """(name, Azure's id) of the storage accounts that serverless compute reaches only by private endpoints.

    Each environment's lake; and its workspace's root storage, if masked tables are read on dedicated compute, because
    serverless compute then filters them. The root storage of an adopted workspace is not known here.
    """
    if not spec.platform.private:
        return ()
    lakes = [(f"{each.name}-lake", spec.places_of(each).lake_account_id) for each in spec.environments]
    filtered = spec.platform.masked_reads is MaskedReads.SERVERLESS
    made = [each for each in spec.environments if filtered and not each.adopt.workspace]
    return (*lakes, *((f"{each.name}-root", _root(spec, each)) for each in made))


def _root(spec: Spec, environment: Environment) -> str:
    return azure_names.root_account_id(environment.azure.subscription_id, spec.platform.azure.prefix, environment.name)
