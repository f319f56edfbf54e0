"""The error that a REST handler raises, and its Databricks format on the wire.

ApiError
├── bad_request()   400 INVALID_PARAMETER_VALUE
├── malformed()     400 MALFORMED_REQUEST
├── denied()        403 PERMISSION_DENIED
├── not_found()     404 RESOURCE_DOES_NOT_EXIST
└── exists()        409 RESOURCE_ALREADY_EXISTS
"""

from typing import Any


class ApiError(Exception):
    """A response with an HTTP error `status` and a Databricks `error_code`."""

    def __init__(self, status: int, error_code: str, message: str, details: tuple[dict[str, Any], ...] = ()) -> None:
        self.status = status
        self.details = details
        self.error_code = error_code
        self.message = message
        super().__init__(f"{error_code}: {message}")

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the response."""
        return {}

    def body(self) -> dict[str, Any]:
        """The JSON body that Databricks clients parse."""
        return {"error_code": self.error_code, "message": self.message, "details": list(self.details)}


def bad_request(message: str) -> ApiError:
    """The request is invalid, or violates a rule."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def malformed() -> ApiError:
    """The body is not a JSON object."""
    return ApiError(400, "MALFORMED_REQUEST", "Invalid JSON given in the body of the request - no object can be read")


def denied(message: str) -> ApiError:
    """The caller is known, but lacks a permission."""
    return ApiError(403, "PERMISSION_DENIED", message)


def not_found(message: str) -> ApiError:
    """The named object does not exist."""
    return ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)


def exists(message: str) -> ApiError:
    """The object to create already exists."""
    return ApiError(409, "RESOURCE_ALREADY_EXISTS", message)
