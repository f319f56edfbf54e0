"""Errors in the form that Azure's clients parse."""

from typing import Any

from localcloud.kernel.errors import ApiError


class AzureError(ApiError):
    """An answer `{"error": {"code", "message"}}`."""

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": {"code": self.error_code, "message": self.message}}


def invalid(code: str, message: str) -> AzureError:
    """400: the request is invalid."""
    return AzureError(400, code, message)


def conflict(code: str, message: str) -> AzureError:
    """409: the request conflicts with an existing resource."""
    return AzureError(409, code, message)


def missing(what: str) -> AzureError:
    """404: the resource does not exist."""
    return AzureError(404, "ResourceNotFound", f"The Resource '{what}' was not found.")
