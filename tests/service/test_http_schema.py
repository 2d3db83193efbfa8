"""schemathesis over the whole OpenAPI description, against a running server with a real base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.service.conftest import fill
from tests.service.running import running

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
BOUNDS = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server with a base of its own, which may be changed, and what it says of itself."""
    directory: Path = tmp_path_factory.mktemp("described")
    fill(directory)
    chosen = Settings(data_dir=directory, reader="rules", upload_megabytes=1)
    with (
        KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base,
        running(configured(build_application(Desk(chosen, base), chosen))) as site,
    ):
        assert httpx2.get(f"{site}/readyz").status_code == 200  # and stays so
        yield schemathesis.openapi.from_url(f"{site}/openapi.json")


def check_every_route(described: Any, bounds: settings) -> Counter[int]:
    """Send each described operation what its description allows, and look at the answers.

    Return how often each status was seen.
    """
    checked, failures = 0, []
    seen: Counter[int] = Counter()
    for found in described.get_all_operations():
        operation = found.ok()

        @bounds
        @given(case=operation.as_strategy())
        def answers_as_described(case: Any) -> None:
            seen[case.call_and_validate(checks=CHECKS).status_code] += 1

        try:
            answers_as_described()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  all are told together
            failures.append(f"{operation.label}: {error}")
        checked += 1
    assert failures == []
    assert checked > 20
    return seen


def test_every_route_answers_as_it_is_described(described: Any) -> None:
    check_every_route(described, settings(BOUNDS, max_examples=5, derandomize=True))


@pytest.mark.slow
def test_every_route_answers_as_it_is_described_whatever_is_sent(
    described: Any, record_testsuite_property: Callable[[str, object], None]
) -> None:
    seen = check_every_route(described, settings(BOUNDS, max_examples=200))
    record_testsuite_property("requests by status", dict(sorted(seen.items())))
