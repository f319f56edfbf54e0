"""Errors in the form that Azure's clients parse."""

from typing import Any

from localcloud.kernel.errors import ApiError


class AzureError(ApiError):
    """An answer `{"error": {"code", "message"}}`."""

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": {"code": self.error_code, "message": self.message}}


def invalid(code: str, message: str) -> AzureError:
    """400: the request cannot be done, by what it says."""
    return AzureError(400, code, message)


def conflict(code: str, message: str) -> AzureError:
    """409: what is there stands against it."""
    return AzureError(409, code, message)


def missing(what: str) -> AzureError:
    """404: there is no such resource."""
    return AzureError(404, "ResourceNotFound", f"The Resource '{what}' was not found.")
