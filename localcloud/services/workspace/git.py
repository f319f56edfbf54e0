"""Git folders: the local repository for a URL, and the files of its commits."""

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
    """A repository on this machine that is used for a URL."""

    path: Path

    def branch(self) -> str:
        """Its default branch."""
        return self._git("symbolic-ref", "--short", "HEAD").decode().strip()

    def commit(self, *, branch: str | None = None, tag: str | None = None) -> str:
        """The commit of a branch or tag. Raises `ApiError` 400 if it does not exist."""
        name = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        try:
            return self._git("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        except subprocess.CalledProcessError as error:
            kind = f"tag '{tag}'" if tag else f"branch '{branch}'"
            raise bad_request(f"The remote has no {kind}.") from error

    def files(self, commit: str, patterns: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
        """Path and content of the commit's files; with `patterns` only matching ones."""
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
    """The repository for `url` here, or None."""
    found = cloud.store.get(REMOTE, url)
    return Remote(path=Path(found["path"])) if found else None


def register(cloud: Cloud, url: str, path: Path) -> None:
    """Use `path` for `url`. Raises `ApiError` 400 if it is not a Git repository."""
    try:
        Remote(path=path).branch()
    except (OSError, subprocess.SubprocessError) as error:
        raise bad_request(f"{path} is not a Git repository with a branch: {error}") from error
    cloud.store.put(REMOTE, url, {"url": url, "path": str(path)})


def _wanted(path: str, patterns: tuple[str, ...]) -> bool:
    """Sparse check-out: a folder includes everything below it; files at the root are always included."""
    if not patterns or "/" not in path:
        return True
    return any(path.startswith(f"{each.strip('/')}/") or fnmatch(path, each.lstrip("/")) for each in patterns)
