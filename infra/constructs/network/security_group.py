"""Network security groups: inbound access to a subnet. Nothing, except the named rules."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm

# Databricks writes its own rules from 100 on, in profiles in which it writes any.
_FIRST_PRIORITY = 1000
_LAST_PRIORITY = 4096


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A rule that allows inbound traffic. Empty `ports` mean all, by any protocol; otherwise they are TCP ports."""

    name: str
    sources: tuple[str, ...]
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SecurityGroupProps:
    """`address_range` is the subnet's own."""

    name: str
    resource_group: str
    location: str
    address_range: str
    inbound: tuple[Inbound, ...]


@dataclass(frozen=True, kw_only=True)
class SecurityGroupOutputs:
    """The group, and its rules, which must exist before it is attached: a partial set may refuse allowed traffic."""

    id: str
    rules: tuple[Resource, ...]


def security_group(scope: Scope, id_: str, props: SecurityGroupProps) -> SecurityGroupOutputs:
    """The group. Its rules are separate resources, so that Databricks can add its own."""
    group = azurerm.network_security_group.NetworkSecurityGroup(
        scope, id_, name=props.name, resource_group_name=props.resource_group, location=props.location
    )
    allowed = [
        _allow(scope, f"{id_}-{rule.name}", group, rule, priority=_FIRST_PRIORITY + position, into=props.address_range)
        for position, rule in enumerate(props.inbound)
    ]
    refused = _rule(
        scope,
        f"{id_}-nobody-else",
        group,
        name="nobody-else",
        priority=_LAST_PRIORITY,
        access="Deny",
        protocol="*",
        destination_port_range="*",
        source_address_prefix="*",
        destination_address_prefix="*",
    )
    return SecurityGroupOutputs(id=group.id, rules=(*allowed, refused))


def _allow(scope: Scope, id_: str, group: Resource, rule: Inbound, *, priority: int, into: str) -> Resource:
    return _rule(
        scope,
        id_,
        group,
        name=rule.name,
        priority=priority,
        access="Allow",
        protocol="Tcp" if rule.ports else "*",
        # One range is `…_range`, several are `…_ranges`: Azure refuses `*` among several.
        destination_port_ranges=list(rule.ports) or None,
        destination_port_range=None if rule.ports else "*",
        source_address_prefixes=list(rule.sources),
        destination_address_prefix=into,
    )


def _rule(scope: Scope, id_: str, group: Resource, **arguments: object) -> Resource:
    return azurerm.network_security_rule.NetworkSecurityRule(
        scope,
        id_,
        network_security_group_name=group.name,
        resource_group_name=group.resource_group_name,
        direction="Inbound",
        source_port_range="*",
        **arguments,
    )
