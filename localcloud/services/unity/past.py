"""History of a table that cannot be read by principals from whom a policy hides columns or rows. Pure.

Sources: Azure Databricks, "Time travel with ABAC policies", and the error conditions
ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED and FGAC_TIME_TRAVEL_NOT_SUPPORTED: no history anywhere, and no
versions on dedicated compute; elsewhere only versions of tables with catalog commits, and none has them here.
"""

from localcloud.kernel.errors import ApiError, bad_request

HISTORY, VERSION, CHANGES = "DESCRIBE_HISTORY", "TIME_TRAVEL", "TABLE_CHANGES"
_FEATURE = "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED"
_TRAVEL = "FGAC_TIME_TRAVEL_NOT_SUPPORTED"


def refused(full_name: str, past: str, *, dedicated: bool) -> ApiError:
    """The error for reading a table's `past` (one of the three above), named after Databricks' error condition."""
    hidden = f"columns or rows of '{full_name}' are hidden from the caller by a policy"
    if past == HISTORY:
        return bad_request(f"[{_FEATURE}.DESCRIBE_HISTORY] {hidden}: its commit history cannot be read.")
    if past == CHANGES:
        return bad_request(f"[{_FEATURE}.TIME_TRAVEL] {hidden}: its changes from version to version cannot be read.")
    if past != VERSION:
        return bad_request(f"past '{past}' is not one of {HISTORY}, {VERSION}, {CHANGES}.")
    if dedicated:
        return bad_request(f"[{_TRAVEL}.DEDICATED_COMPUTE] {hidden}: dedicated compute reads its newest version only.")
    return bad_request(
        f"[{_TRAVEL}.NOT_CATALOG_OWNED] {hidden}, and it has no catalog commits: read its newest version."
    )
