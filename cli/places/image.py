"""The build recipe of a scoring server's image: a folder for any container build tool."""

import shutil
from importlib.metadata import version as installed
from pathlib import Path

from infra.wheel import Wheel
from ml.versions import artifact

FILE = "Containerfile"
MODEL, USER = "model", 10001
# Packages that the server imports and a version's own list may lack, pinned as tested here.
_SERVER = ("pyyaml", "uvicorn")
_RECIPE = """\
# Written by `mlops export`: the scoring server with one version of a model.
FROM {base}
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp MODEL_VERSION={version}
WORKDIR /srv
COPY requirements.txt {wheel} /build/
RUN python -m pip install --no-cache-dir --requirement /build/requirements.txt \\
 && python -m pip install --no-cache-dir --no-deps /build/{wheel} \\
 && rm -r /build
COPY {model} /srv/{model}
USER {user}:{user}
EXPOSE 8080
ENTRYPOINT ["python", "-m", "ml.server.container"]
"""


def recipe(*, base: str, version: int, wheel: str) -> str:
    """The text of the Containerfile. `base` names its image by digest."""
    return _RECIPE.format(base=base, version=version, wheel=wheel, model=MODEL, user=USER)


def requirements(model: Path) -> str:
    """The packages of the image: the version's own list, as training recorded it, and the server's own needs."""
    listed = artifact.raw_model(model) / "requirements.txt"
    lines = [line.strip() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip()]
    named = {line.split("=")[0].split("<")[0].split(">")[0].strip().lower() for line in lines}
    return "\n".join([*lines, *(f"{name}=={installed(name)}" for name in _SERVER if name not in named)]) + "\n"


def write(folder: Path, *, model: Path, base: str, version: int, wheel: Wheel) -> None:
    """Write the folder, which must not exist: a file of an earlier version would be built into the image."""
    folder.mkdir(parents=True)
    shutil.copytree(model, folder / MODEL, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(wheel.path, folder / wheel.path.name)
    (folder / "requirements.txt").write_text(requirements(model), encoding="utf-8")
    text = recipe(base=base, version=version, wheel=wheel.path.name)
    (folder / FILE).write_text(text, encoding="utf-8")
