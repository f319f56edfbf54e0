"""Access modes of clusters."""

# Dedicated and standard access, under their old and their new names.
UNITY_CATALOG_MODES = (
    "SINGLE_USER",
    "USER_ISOLATION",
    "DATA_SECURITY_MODE_AUTO",
    "DATA_SECURITY_MODE_DEDICATED",
    "DATA_SECURITY_MODE_STANDARD",
)
