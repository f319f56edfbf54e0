"""The hosts needed to build a version's image, and whether the workspace's network allows them.

Source: MLflow writes a version's `requirements.txt` and `conda.yaml`. Databricks installs them into the version's
image, which the workspace's egress policy blocks where it names neither PyPI nor a private index. What names no index
of its own is installed from the workspace's default package repository, a secret that its admins set.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlparse

from localcloud.kernel.cloud import Cloud
from localcloud.services.mlflow import model_files
from localcloud.services.mlflow.model_files import CondaEnvironment, ModelFileError
from localcloud.services.network import reach
from localcloud.services.serving.fleet import LoadError
from localcloud.services.workspace.routes import secrets

_PIP = ("pypi.org", "files.pythonhosted.org")
_CHANNELS = {"defaults": "repo.anaconda.com"}
_OTHER_CHANNELS = "conda.anaconda.org"
_INDEX = re.compile(r"^(?:-i|--index-url)[ =](?P<url>\S+)")
_EXTRA_INDEX = re.compile(r"^--extra-index-url[ =](?P<url>\S+)")
# "Configure default package repositories": a scope and keys that Databricks knows.
_DEFAULTS, _DEFAULT_INDEX, _DEFAULT_EXTRA = "databricks-package-management", "pip-index-url", "pip-extra-index-urls"
# A base image brings these.
_BASE = ("python", "pip")


def require_reachable(cloud: Cloud, workspace: str, folder: Path) -> None:
    """Raises LoadError if the workspace's network policy blocks a host that the version's image needs."""
    hosts = needed(folder, default_repositories(cloud, workspace))
    missing = reach.blocked(cloud, cloud.workspace(workspace).workspace_id, hosts)
    if missing:
        raise LoadError(
            f"the image cannot be built: the network policy of workspace '{workspace}' blocks {', '.join(missing)}. "
            "Allow them in its egress policy, or name a private index that it allows: in the model's requirements, or "
            "as the workspace's default package repository"
        )


def default_repositories(cloud: Cloud, workspace: str) -> list[str]:
    """The workspace's default package repositories, as lines of a requirements file."""
    index = secrets.held(cloud, workspace, _DEFAULTS, _DEFAULT_INDEX)
    extra = secrets.held(cloud, workspace, _DEFAULTS, _DEFAULT_EXTRA) or ""
    own = [f"--index-url {index.strip()}"] if index else []
    return [*own, *(f"--extra-index-url {url}" for url in re.split(r"[\s,]+", extra) if url)]


def needed(folder: Path, defaults: Sequence[str] = ()) -> set[str]:
    """Hosts of the package indexes and channels from which the version in `folder` is installed.

    `defaults` are the workspace's, which hold for a version that names no index.
    """
    lines = _requirements(folder / "requirements.txt")
    if not any(pattern.match(line) for line in lines for pattern in (_INDEX, _EXTRA_INDEX)):
        lines = [*defaults, *lines]
    own = {host for line in lines for host in _hosts(_INDEX, line)}
    extra = {host for line in lines for host in _hosts(_EXTRA_INDEX, line)}
    installs = any(not line.startswith("-") for line in lines)
    pip = (own or set(_PIP)) | extra if installs else set()
    return pip | set(_channels(folder / "conda.yaml", only_base=bool(own)))


def _requirements(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _hosts(pattern: re.Pattern[str], line: str) -> Iterator[str]:
    found = pattern.match(line)
    host = urlparse(found["url"]).hostname if found else None
    if host:
        yield host


def _channels(file: Path, *, only_base: bool) -> Iterator[str]:
    """Conda's hosts. A version with its own index that needs only Python from conda uses none of them."""
    if not file.is_file():
        return
    try:
        written = model_files.read(file, CondaEnvironment)
    except ModelFileError as error:
        raise LoadError(f"the image cannot be built: {error}") from error
    packages = [re.split(r"[=<> ]", each)[0] for each in written.dependencies or () if isinstance(each, str)]
    if only_base and set(packages) <= set(_BASE):
        return
    for channel in written.channels or ():
        yield urlparse(channel).hostname or _CHANNELS.get(channel, _OTHER_CHANNELS)
