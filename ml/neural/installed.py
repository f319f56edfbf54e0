"""Whether this environment can fit a network."""

from importlib.metadata import PackageNotFoundError, version

# What the log of a training says where it cannot.
LACKING = (
    "this environment has no PyTorch: run on a runtime for machine learning, or locally in .venv-torch "
    "(make setup-torch)"
)


def torch_version() -> str | None:
    """The version of PyTorch that is installed; None if there is none. Imports nothing."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return None
