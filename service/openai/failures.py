"""Failures in the shape that OpenAI's clients read."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.responses import JSONResponse

PREFIX = "/v1/"


class Unsupported(ValueError):
    """Something is asked for that cannot be honoured; `parameter` is its name."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.message = message


def failure_response(
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    parameter: str | None = None,
) -> JSONResponse:
    """Return a failure; OpenAI says 400 where we say 422."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": message, "type": kind, "param": parameter, "code": code}
    return JSONResponse({"error": error}, 400 if status == 422 else status, headers)
