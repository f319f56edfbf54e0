"""A share's token works from everywhere unless a list says otherwise."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, same


@rule(
    "CKV_MLOPS_20",
    Severity.MEDIUM,
    "databricks_recipient",
    rationale="A recipient's token that leaks reads the share from any address.",
    fix="Add `ip_access_list { allowed_ip_addresses = [...] }`, or share within Databricks.",
    control="SAT GOV-18",
)
def recipients_come_from_known_addresses(resource: Resource) -> Verdict:
    """Recipients that sign in by token are held to named addresses."""
    kind = resource.block.value("authentication_type")
    if kind is not None and same(kind, "DATABRICKS"):
        return passed("shares within Databricks")
    if resource.block.has("ip_access_list.allowed_ip_addresses"):
        return passed()
    return failed("ip_access_list is not set; allowed: named addresses")
