"""Names that the cluster and its servers' manifests share."""

from typing import Final

# The machines of the scoring servers, and the label with which pods select them.
SERVERS: Final = "servers"
POOL_LABEL: Final = "mlops/pool"
