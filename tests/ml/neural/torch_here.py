"""Why a test of networks does not run here."""

from types import ModuleType

import pytest

WITHOUT = "PyTorch is not installed here: make setup-torch, then make test-torch"


def torch_or_skip() -> ModuleType:
    """PyTorch; without it the module that asks is skipped, with the reason."""
    return pytest.importorskip("torch", reason=WITHOUT)
