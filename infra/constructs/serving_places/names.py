"""What the cluster and the manifests of its servers must agree on."""

from typing import Final

# The machines of the scoring servers, and the label by which pods ask for them.
SERVERS: Final = "servers"
POOL_LABEL: Final = "mlops/pool"
