"""What a served model must refuse."""

import pandas as pd
import pytest

from ml.gates.probe import wrong_inputs

pytestmark = pytest.mark.fast


def test_text_is_put_into_the_first_number() -> None:
    """Not into a feature that is text, where it is right; a model without a number can refuse none."""
    example = pd.DataFrame({"product": ["a"], "sold": [1.0], "step": [2]})
    wrong = wrong_inputs(example)
    assert list(wrong["text in a number"].iloc[0]) == ["a", "text", 2]
    assert list(wrong["a missing column"].columns) == ["sold", "step"]
    assert list(wrong["no columns"].columns) == []
    assert set(wrong_inputs(example[["product"]])) == {"a missing column", "no columns"}
