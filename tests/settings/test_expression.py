"""A setting that is a regular expression."""

import pytest
from pydantic import TypeAdapter, ValidationError

from settings.expression import Expression


def test_what_does_not_compile_is_refused_with_why() -> None:
    """A node type's pattern with an open group would match nothing."""
    adapter = TypeAdapter(Expression)
    assert adapter.validate_python("Standard_D[48]s_v5") == "Standard_D[48]s_v5"
    with pytest.raises(ValidationError, match=r"is no regular expression: missing \), unterminated subpattern"):
        adapter.validate_python("Standard_(D4")
