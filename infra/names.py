"""Names of the things that more than one stack, or the jobs' code, must agree on."""

from ml.declarations import ON_CALL, Layer

PLATFORM_SCHEMA = "platform_ops"
WHEEL_VOLUME = "wheels"
WHEEL_PACKAGE = "mlops_ml"
LANDING_VOLUME = "landing"
PREDICTIONS = "predictions"
PROMOTIONS = "promotions"
DATA_LAYERS = tuple(Layer)
# Shown as /Workspace/mlops. Not in /Shared, where every workspace user manages everything.
_DIRECTORY = "/mlops"


def schema(use_case: str, layer: Layer) -> str:
    """`<usecase>_<layer>`."""
    return f"{use_case}_{layer}"


def inference_schema(use_case: str) -> str:
    """Schema of what a use case's endpoints were asked, apart from its layers: fewer read it."""
    return f"{use_case}_inference"


def inference_prefix(endpoint: str) -> str:
    """What the table of an endpoint's requests begins with: Databricks adds `_payload`."""
    return endpoint.replace("-", "_")


def principal(environment: str, use_case: str, stage: str) -> str:
    """Display name of the service principal that a stage's job runs as."""
    return f"{environment}-{use_case}-{stage}"


def source_readers(environment: str, use_case: str) -> str:
    """Group of the service principals that read another environment's gold tables."""
    return f"{environment}-{use_case}-source-readers"


def mirror_catalog(catalog: str) -> str:
    """Catalog of what other environments read in the place of gold: no person can be told in it."""
    return f"{catalog}_mirror"


def clear_readers(environment: str, use_case: str) -> str:
    """Group of all who see the sensitive columns of a use case in an environment."""
    return f"{environment}-{use_case}-clear-readers"


def unmasked_readers(environment: str, use_case: str) -> str:
    """Group of the service principals that read a use case's features without the sensitive columns."""
    return f"{environment}-{use_case}-unmasked-readers"


def sensitive_tag(environment: str) -> str:
    """Governed tag of an environment's sensitive columns; a tag's name has no dashes."""
    return f"mlops_{environment.replace('-', '_')}_sensitive"


def owners(environment: str) -> str:
    """Group that owns an environment's catalog: the admins, and the environment's own pipeline."""
    return f"{environment}-owners"


def deployer(environment: str) -> str:
    """Display name of the service principal that deploys an environment."""
    return f"{environment}-deployer"


def job(label: str, stage: str) -> str:
    """`<label>-<stage>`: a use case, or a model's label (`UseCase.label`)."""
    return f"{label}-{stage}"


def policy(name: str) -> str:
    """Name of a cluster policy in its workspace."""
    return f"mlops-{name.replace('_', '-')}"


def warehouse(environment: str) -> str:
    """Name of an environment's SQL warehouse."""
    return f"{environment}-queries"


def destination(environment: str, name: str = ON_CALL) -> str:
    """Name of the notification destination of the people on call, or of others who are told of alerts."""
    return f"{environment}-{name}"


def lake(environment: str) -> str:
    """Name of an environment's storage credential and external location."""
    return f"{environment}-lake"


def secret_scope(environment: str) -> str:
    """Name of the secret scope of an environment's key vault."""
    return environment


def git_folder() -> str:
    """Where the repository appears in a workspace."""
    return f"{_DIRECTORY}/git-folder"


def directory(catalog: str) -> str:
    """Workspace directory of an environment: what lies in it inherits that only its owners reach it."""
    return f"{_DIRECTORY}/{catalog}"


def serving_directory(catalog: str, use_case: str) -> str:
    """Workspace directory of a use case's queries, alerts, dashboard and monitors."""
    return f"{directory(catalog)}/serving/{use_case}"


def platform_directory(catalog: str) -> str:
    """Workspace directory of the dashboard about the environment as a whole."""
    return f"{directory(catalog)}/platform"


def queries_directory(catalog: str, use_case: str) -> str:
    """Workspace directory of the queries that come with a use case."""
    return f"{directory(catalog)}/queries/{use_case}"


def pipelines_directory(catalog: str) -> str:
    """Workspace directory of the sources of declarative pipelines."""
    return f"{directory(catalog)}/pipelines"


def volume_path(catalog: str, schema_name: str, volume: str) -> str:
    """`/Volumes/<catalog>/<schema>/<volume>`."""
    return f"/Volumes/{catalog}/{schema_name}/{volume}"


def landing_path(catalog: str, use_case: str) -> str:
    """Where the raw files of a use case arrive."""
    return volume_path(catalog, schema(use_case, Layer.BRONZE), LANDING_VOLUME)


def wheel_path(catalog: str, sha256: str, filename: str) -> str:
    """Where an environment keeps the wheel with this content."""
    return f"{volume_path(catalog, PLATFORM_SCHEMA, WHEEL_VOLUME)}/{sha256}/{filename}"
