"""Rules about pods and their surroundings: machine, service account, network, disruption."""

from collections.abc import Iterator, Sequence
from typing import Any

from policies.manifests.manifest import Manifest, Pod, selects

_HOST = ("hostNetwork", "hostPID", "hostIPC")
_BOTH = {"Ingress", "Egress"}


def _of(manifests: Sequence[Manifest], kind: str, namespace: str) -> list[dict[str, Any]]:
    """The `spec` of every object of a kind in a namespace."""
    found = [each for each in manifests if each.get("kind") == kind]
    return [
        each.get("spec") or {}
        for each in found
        if str((each.get("metadata") or {}).get("namespace") or "default") == namespace
    ]


def pods_stay_off_their_machine(pod: Pod, _: Sequence[Manifest]) -> Iterator[tuple[str, str]]:
    """With the machine's network, processes or files, a pod is not isolated from everything else there."""
    for name in _HOST:
        if pod.spec.get(name):
            yield f"uses {name} of its machine", f"remove {name}"
    for volume in pod.spec.get("volumes") or ():
        if volume.get("hostPath"):
            yield f"mounts {volume['hostPath'].get('path')} of its machine", "use another kind of volume"


def pods_have_no_token_of_the_cluster(pod: Pod, _: Sequence[Manifest]) -> Iterator[tuple[str, str]]:
    """A server makes no calls to Kubernetes."""
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "holds a token of the cluster", "set automountServiceAccountToken: false"
    if str(pod.spec.get("serviceAccountName") or "default") == "default":
        yield "shares the namespace's default account", "give it its own service account"


def namespaces_refuse_what_no_policy_allows(pod: Pod, manifests: Sequence[Manifest]) -> Iterator[tuple[str, str]]:
    """Without a policy that selects all pods and allows nothing, everyone in the cluster can call a pod."""
    policies = _of(manifests, "NetworkPolicy", pod.namespace)
    closed = [
        each
        for each in policies
        if not (each.get("podSelector") or {})
        and set(each.get("policyTypes") or ()) >= _BOTH
        and not each.get("ingress")
        and not each.get("egress")
    ]
    if not closed:
        fix = "add a NetworkPolicy with an empty podSelector, both policyTypes and no rule"
        yield f"stands in namespace {pod.namespace}, which no NetworkPolicy closes", fix
    for each in policies:
        is_open = any(not rule or not rule.get("from") for rule in each.get("ingress") or ())
        if is_open and selects(each.get("podSelector"), pod.labels):
            yield "is asked by everybody in the cluster", "name who may, under ingress.from"


def servers_outlive_the_machine_below_them(pod: Pod, manifests: Sequence[Manifest]) -> Iterator[tuple[str, str]]:
    """Machines are drained for updates: without a disruption budget, all pods may stop at once."""
    if not pod.stays or pod.place.startswith(("Pod ", "DaemonSet ")):
        return
    budgets = _of(manifests, "PodDisruptionBudget", pod.namespace)
    if not any(selects(each.get("selector"), pod.labels) for each in budgets):
        yield "has no PodDisruptionBudget", "add one whose selector takes its pods"


POD_RULES = (
    pods_stay_off_their_machine,
    pods_have_no_token_of_the_cluster,
    namespaces_refuse_what_no_policy_allows,
    servers_outlive_the_machine_below_them,
)
