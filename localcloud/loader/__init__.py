"""Loads synthesized stacks into a running local cloud, as `terraform apply` would: through its REST routes.

What it did is kept in the cloud per stack and address, so a second load changes nothing, an edited document is
updated in place, and what a document no longer names is deleted.
"""

from localcloud.loader.apply import LoadReport
from localcloud.loader.errors import LoadError
from localcloud.loader.load import load

__all__ = ["LoadError", "LoadReport", "load"]
