"""Git folders: where a repository's URL leads on this machine, and what lies in one of its commits."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request

REMOTE = "git_remote"
_TIMEOUT_S = 60
PROVIDERS = (
    "gitHub",
    "bitbucketCloud",
    "gitLab",
    "azureDevOpsServices",
    "gitHubEnterprise",
    "bitbucketServer",
    "gitLabEnterpriseEdition",
    "awsCodeCommit",
)


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A repository of this machine, which stands for the one at a URL."""

    path: Path

    def branch(self) -> str:
        """Its default branch."""
        return self._git("symbolic-ref", "--short", "HEAD").decode().strip()

    def commit(self, *, branch: str | None = None, tag: str | None = None) -> str:
        """The commit of a branch or a tag. Raises `ApiError` 400 for one that is not there."""
        name = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        try:
            return self._git("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        except subprocess.CalledProcessError as error:
            kind = f"tag '{tag}'" if tag else f"branch '{branch}'"
            raise bad_request(f"The remote has no {kind}.") from error

    def files(self, commit: str, patterns: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
        """Path and content of the commit's files; with `patterns` those below a folder, or of a name, among them."""
        archive = self._git("archive", "--format=tar", commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as found:
            for member in found:
                content = found.extractfile(member) if member.isfile() else None
                if content is not None and _wanted(member.name, patterns):
                    yield member.name, content.read()

    def _git(self, *words: str) -> bytes:
        command = ["git", "-c", "safe.directory=*", "-C", str(self.path), *words]
        return subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S).stdout


def remote(cloud: Cloud, url: str) -> Remote | None:
    """The repository that stands for `url` here; None if nobody named one."""
    found = cloud.store.get(REMOTE, url)
    return Remote(path=Path(found["path"])) if found else None


def register(cloud: Cloud, url: str, path: Path) -> None:
    """Let `path` stand for `url`. Raises `ApiError` 400 if no Git repository lies there."""
    try:
        Remote(path=path).branch()
    except (OSError, subprocess.SubprocessError) as error:
        raise bad_request(f"{path} is not a Git repository with a branch: {error}") from error
    cloud.store.put(REMOTE, url, {"url": url, "path": str(path)})


def _wanted(path: str, patterns: tuple[str, ...]) -> bool:
    """Sparse check-out: a folder takes all below it; files at the root are always there."""
    if not patterns or "/" not in path:
        return True
    return any(path.startswith(f"{each.strip('/')}/") or fnmatch(path, each.lstrip("/")) for each in patterns)
