"""Legacy init scripts run on every cluster from a location that every user can write."""

from ..engine.api import Resource, Severity, Verdict, expect, rule, worst

_OFF = ("enableDeprecatedGlobalInitScripts", "enableDeprecatedClusterNamedInitScripts")


@rule(
    "CKV_MLOPS_56",
    Severity.HIGH,
    "databricks_workspace_conf",
    rationale="Anyone who writes a file on DBFS can run code as root on everyone's clusters.",
    fix="Set " + " and ".join(f'`{name} = "false"`' for name in _OFF) + ".",
    control="SAT GOV-24, GOV-26",
)
def legacy_init_scripts_are_off(resource: Resource) -> Verdict:
    """Legacy global and cluster-named init scripts are off."""
    return worst(expect(resource.block, f"custom_config.{name}", False) for name in _OFF)
