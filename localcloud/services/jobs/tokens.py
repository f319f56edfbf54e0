"""Idempotency tokens: one run per token."""

from collections.abc import Callable

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.jobs.requests import idempotency_token

_KIND = "run_token"


def once(cloud: Cloud, scope: str, body: Document, start: Callable[[], Document]) -> Document:
    """The result of `start`, or the earlier result for the same token and `scope`.

    Raises `ApiError` 400 for a token that is too long, and for one of a run that was deleted.
    """
    token = idempotency_token(body)
    if token is None:
        return start()
    with cloud.lock:
        known = cloud.store.get(_KIND, f"{scope}/{token}")
        if known is None:
            answer = start()
            cloud.store.put(_KIND, f"{scope}/{token}", answer)
            return answer
        if cloud.store.get("job_run", str(known["run_id"])) is None:
            raise bad_request(f"The run {known['run_id']} of idempotency_token {token} was deleted: give a new token.")
        return known
