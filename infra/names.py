"""Names that several stacks, or the jobs' code, share."""

from ml.declarations import ON_CALL, Layer

PLATFORM_SCHEMA = "platform_ops"
WHEEL_VOLUME = "wheels"
WHEEL_PACKAGE = "mlops_ml"
LANDING_VOLUME = "landing"
PREDICTIONS = "predictions"
PROMOTIONS = "promotions"
DATA_LAYERS = tuple(Layer)
# Shown as /Workspace/mlops. Not in /Shared, where every workspace user has full rights.
_DIRECTORY = "/mlops"


def schema(use_case: str, layer: Layer) -> str:
    """`<usecase>_<layer>`."""
    return f"{use_case}_{layer}"


def inference_schema(use_case: str) -> str:
    """Schema of a use case's inference tables, apart from its layers because fewer people may read it."""
    return f"{use_case}_inference"


def inference_prefix(endpoint: str) -> str:
    """Prefix of an endpoint's inference table: Databricks adds `_payload`."""
    return endpoint.replace("-", "_")


def principal(environment: str, use_case: str, stage: str) -> str:
    """Display name of the service principal that a stage's job runs as."""
    return f"{environment}-{use_case}-{stage}"


def source_readers(environment: str, use_case: str) -> str:
    """Group of the service principals that read another environment's gold tables."""
    return f"{environment}-{use_case}-source-readers"


def mirror_catalog(catalog: str) -> str:
    """Catalog that other environments read instead of gold: it identifies no person."""
    return f"{catalog}_mirror"


def clear_readers(environment: str, use_case: str) -> str:
    """Group of all principals that see the sensitive columns of a use case in an environment."""
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
    """Name of the notification destination of the people on call, or of further recipients of alerts."""
    return f"{environment}-{name}"


def lake(environment: str) -> str:
    """Name of an environment's storage credential and external location."""
    return f"{environment}-lake"


def secret_scope(environment: str) -> str:
    """Name of the secret scope of an environment's key vault."""
    return environment


def git_folder() -> str:
    """Path of the repository's Git folder in a workspace."""
    return f"{_DIRECTORY}/git-folder"


def directory(catalog: str) -> str:
    """Workspace directory of an environment: its content inherits access for its owners only."""
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
    """Path where the raw files of a use case arrive."""
    return volume_path(catalog, schema(use_case, Layer.BRONZE), LANDING_VOLUME)


def wheel_path(catalog: str, sha256: str, filename: str) -> str:
    """Path of the wheel with this content in an environment."""
    return f"{volume_path(catalog, PLATFORM_SCHEMA, WHEEL_VOLUME)}/{sha256}/{filename}"
