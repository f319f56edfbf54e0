"""Loads synthesized stacks into a running local cloud, as `terraform apply` would: through its REST routes.

The cloud records its actions per stack and address, so a second load changes nothing, an edited document is updated in
place, and resources that a document no longer names are deleted.
"""

from localcloud.loader.apply import LoadReport
from localcloud.loader.errors import LoadError
from localcloud.loader.load import load

__all__ = ["LoadError", "LoadReport", "load"]
