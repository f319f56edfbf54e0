"""Rules about one container: its privileges on the machine, its resources, and its image."""

import re
from collections.abc import Iterator
from typing import Any

from policies.manifests.manifest import Manifest, Pod

_BY_DIGEST = re.compile(r"[^@\s]+@sha256:[0-9a-f]{64}")
_NEEDED = ("cpu", "memory")


def _own(container: Manifest, name: str) -> Any:
    return (container.get("securityContext") or {}).get(name)


def _effective(pod: Pod, container: Manifest, name: str) -> Any:
    """A setting of the container, or of its pod if the container has none."""
    found = _own(container, name)
    return (pod.spec.get("securityContext") or {}).get(name) if found is None else found


def containers_are_not_privileged(pod: Pod, container: Manifest, _: bool) -> Iterator[tuple[str, str]]:
    """A privileged container has full control of its machine."""
    if _own(container, "privileged"):
        yield "is privileged", "remove privileged: true"
    if _own(container, "allowPrivilegeEscalation") is not False:
        yield "may gain rights", "set allowPrivilegeEscalation: false"
    dropped = [str(each).upper() for each in (_own(container, "capabilities") or {}).get("drop") or ()]
    if "ALL" not in dropped or (_own(container, "capabilities") or {}).get("add"):
        yield "keeps capabilities of root", "drop ALL capabilities and add none"
    profile = (_effective(pod, container, "seccompProfile") or {}).get("type")
    if profile not in ("RuntimeDefault", "Localhost"):
        yield "may make any call of the kernel", "set seccompProfile: {type: RuntimeDefault}"


def containers_are_not_root(pod: Pod, container: Manifest, _: bool) -> Iterator[tuple[str, str]]:
    """A process that escapes from a container keeps its user."""
    if _effective(pod, container, "runAsNonRoot") is not True:
        yield "may run as root", "set runAsNonRoot: true, and runAsUser to a number above 0"
    if _effective(pod, container, "runAsUser") == 0:
        yield "runs as root", "set runAsUser to a number above 0"


def containers_write_nowhere_but_in_volumes(_: Pod, container: Manifest, __: bool) -> Iterator[tuple[str, str]]:
    """Nobody can leave a program behind in a read-only file system."""
    if _own(container, "readOnlyRootFilesystem") is not True:
        yield "may change its own files", "set readOnlyRootFilesystem: true and mount a volume where it writes"


def containers_have_limits(_: Pod, container: Manifest, __: bool) -> Iterator[tuple[str, str]]:
    """A container without limits starves its neighbours, and cannot be scheduled well."""
    resources = container.get("resources") or {}
    for part in ("requests", "limits"):
        absent = [name for name in _NEEDED if not (resources.get(part) or {}).get(name)]
        if absent:
            yield f"has no {part} of {' and '.join(absent)}", f"give resources.{part} both"


def containers_have_probes(_: Pod, container: Manifest, stays: bool) -> Iterator[tuple[str, str]]:
    """Without probes, requests go to containers that are not ready, and a container that hangs stays."""
    for probe in ("readinessProbe", "livenessProbe") if stays else ():
        if not container.get(probe):
            yield f"has no {probe}", f"give it a {probe}"


def images_are_pinned(_: Pod, container: Manifest, __: bool) -> Iterator[tuple[str, str]]:
    """A tag may name another image tomorrow, `latest` above all."""
    image = str(container.get("image"))
    if not _BY_DIGEST.fullmatch(image):
        yield f"runs {image}", "name the image by its digest: NAME@sha256:DIGEST"


CONTAINER_RULES = (
    containers_are_not_privileged,
    containers_are_not_root,
    containers_write_nowhere_but_in_volumes,
    containers_have_limits,
    containers_have_probes,
    images_are_pinned,
)
