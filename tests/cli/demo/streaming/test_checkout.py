"""The story of streaming runs in a copy of the checkout, whose use case is declared as the story declares it."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.demo.streaming.checkout import changed_checkout, declaration_of
from cli.errors import CommandError

_ASK = """
from ml.usecases import USE_CASES
for name, case in sorted(USE_CASES.items()):
    print(name, [sink.name for sink in case.models[0].sinks], case.models[0].streaming is not None)
"""


def test_the_copy_alone_declares_the_storys_sinks(tmp_path: Path) -> None:
    """All other use cases are as they are shipped; what scoring may see is edited too."""
    made = changed_checkout("credit", "streaming", tmp_path / "checkout")
    asked = subprocess.run([sys.executable, "-c", _ASK], cwd=made, capture_output=True, text=True, check=True)
    assert asked.stdout.splitlines() == [
        "credit ['postgres-public.credit_scores', 'kafka-credit-scores'] True",
        "demand [] False",
        "energy [] False",
        "health [] False",
    ]
    platform = (made / "workspaces" / "platform.yaml").read_text("utf-8")
    assert "  scoring: {sensitive: clear, source_sensitive: clear, gold: create" in platform


def test_a_use_case_without_that_story_is_refused_with_those_that_have_it() -> None:
    """Before anything is removed."""
    with pytest.raises(CommandError) as refused:
        declaration_of("health", "streaming")
    assert refused.value.message == "use case 'health' has no story 'streaming'; those that have one: credit"
    assert refused.value.exit_code == 2
