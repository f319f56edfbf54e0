"""Applies every rule to every pod of all manifests together: a policy in one file closes the namespace of another."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.manifests.containers import CONTAINER_RULES
from policies.manifests.manifest import Manifest, pods
from policies.manifests.workloads import POD_RULES


@dataclass(frozen=True, kw_only=True)
class ManifestFinding:
    """A breach of `rule` by `place`, and the fix."""

    rule: str
    place: str
    reason: str
    fix: str


def judge(manifests: Sequence[Manifest]) -> list[ManifestFinding]:
    """All findings, in the order of the manifests; empty if there are none."""
    found: list[ManifestFinding] = []
    for pod in pods(manifests):
        for rule in POD_RULES:
            found += [_finding(rule.__name__, pod.place, *each) for each in rule(pod, manifests)]
        for place, container, stays in pod.containers:
            for check in CONTAINER_RULES:
                found += [_finding(check.__name__, place, *each) for each in check(pod, container, stays)]
    return found


def _finding(rule: str, place: str, reason: str, fix: str) -> ManifestFinding:
    return ManifestFinding(rule=rule.replace("_", " "), place=place, reason=reason, fix=fix)
