"""What every failure over HTTP must look like."""

import httpx2


def check_problem(response: httpx2.Response, status: int, code: str) -> None:
    """Check RFC 9457 problem details with a Chinese sentence."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code"}
    assert problem["status"] == status
    assert any("\u4e00" <= character <= "\u9fff" for character in problem["detail"])
