"""What OpenAPI says beyond the routes: how failures look, and how a key is sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from service.http.problems import MEDIA_TYPE
from service.openai.failures import PREFIX

_PROBLEM_SHAPE = "#/components/schemas/ProblemShape"
_NOT_OURS = "#/components/schemas/HTTPValidationError"  # what FastAPI supposes of every route
_PROBLEM = {
    "description": "没有做成：RFC 9457 问题详情",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM_SHAPE}}},
}

_FAILURE = {
    "description": "没有做成：OpenAI 的形式",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/FailureShape"}}},
}


class DescribedApplication(FastAPI):
    """An application whose description is true of its failures too."""

    def openapi(self) -> dict[str, Any]:
        """Return the description for programs."""
        is_new = self.openapi_schema is None
        described = super().openapi()
        if is_new:
            for path, operations in described["paths"].items():
                for operation in operations.values():
                    _describe_failures(operation["responses"])
                    other = _FAILURE if path.startswith(PREFIX) else _PROBLEM
                    operation["responses"].setdefault("default", other)
            described["components"]["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "wenju keys create"}
            }
            described["security"] = [{}, {"key": []}]  # whether one is needed is the site's choice
        return described


def _describe_failures(responses: dict[str, Any]) -> None:
    """Name the type that problems come in, which FastAPI takes for that of what succeeds."""
    for status, response in responses.items():
        shapes = [one.get("schema", {}).get("$ref") for one in response.get("content", {}).values()]
        if {_PROBLEM_SHAPE, _NOT_OURS}.intersection(shapes):
            responses[status] = {**_PROBLEM, "description": response["description"]}
