"""A repository in the workspace."""

from typing import Annotated

from pydantic import Field, StringConstraints

from infra.spec.values.fields import Name, Values


class GitFolder(Values):
    """A repository that appears as a folder of the workspace."""

    url: Annotated[str, StringConstraints(pattern=r"^https://\S+\.git$"), Field(description="https://….git")]
    branch: Annotated[str, StringConstraints(pattern=r"^[\w./-]+$"), Field(description="a branch")]
    can_read: tuple[Name, ...] = ()
    """groups that can view it"""
