"""Everyone who can view an endpoint can read its settings."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, rule, unknown, worst
from ..engine.secrets_in_settings import arguments_named, no_literal_secret_at
from ..engine.values import Expression, Scalar

_ENTITIES = ("config.served_entities", "config.served_models")


@rule(
    "CKV_MLOPS_34",
    Severity.CRITICAL,
    "databricks_model_serving",
    rationale="A key in `environment_vars` or a `*_plaintext` argument is shown by the API and stored in the state.",
    fix="Write `{{secrets/<scope>/<key>}}`, and the argument without `_plaintext`.",
    control="SAT DP-1, INFO-29",
)
def serving_settings_hold_no_secret(resource: Resource) -> Verdict:
    """Serving endpoints hold no secret in clear text."""
    plain = [_plaintext(name, value) for name, value in arguments_named(resource.block, "_plaintext")]
    return worst([*plain, *(_variables(entity) for path in _ENTITIES for entity in resource.block.blocks(path))])


def _variables(entity: Block) -> Verdict:
    return no_literal_secret_at(entity, "environment_vars")


def _plaintext(name: str, value: Scalar) -> Verdict:
    if isinstance(value, Expression):
        return unknown(f"{name} is computed, and its value is stored in the state")
    return failed(f"{name} holds a secret in clear text; allowed: {name.removesuffix('_plaintext')} with a reference")
