"""Lists in parts: nothing twice, nothing left out, whatever comes in meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as some

from index.store.curated import Draft
from index.store.gaps import Miss
from service.desk import Desk
from service.paging import InvalidCursor, pack, unpack
from tests.service.conftest import local_client
from tests.service.problems import check_problem

LISTS = {"documents": "id", "curated": "id", "gaps": "key", "feedback": "comment", "jobs": "id"}


@pytest.fixture
def client(own_desk: Desk) -> TestClient:
    return local_client(own_desk)


@pytest.fixture
def add(own_desk: Desk, work: Callable[[], None]) -> Callable[[str, range], None]:
    """Add items to a list."""
    base = own_desk.knowledge_base

    def added(name: str, numbers: range) -> None:
        for number in numbers:
            match name:
                case "documents" | "jobs":
                    base.submit(
                        f"第{number}号公告\n\n大厅有 {number} 个窗口。".encode(), f"{number}.txt"
                    )
                case "curated":
                    base.curated.add(Draft(f"第{number}问？", "答"))
                case "gaps":
                    base.gaps.record(
                        [Miss(f"第{number}问？", "no_basis", "http")] * (number % 3 + 1)
                    )
                case "feedback":
                    base.feedback.add("a", "wrong", str(number), "http")
        if name in {"documents", "jobs"}:
            work()

    return added


def parts(client: TestClient, name: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        listed = client.get(f"/api/{name}", params={"limit": limit, **cursor}).json()
        yield listed[name]
        if listed["next"] is None:
            return
        cursor = {"cursor": listed["next"]}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 5, 6, 1000])
def test_the_parts_of_a_list_make_the_whole(
    client: TestClient, add: Callable[[str, range], None], name: str, limit: int
) -> None:
    add(name, range(5))
    given = list(parts(client, name, limit))
    assert [one for part in given for one in part] == client.get(f"/api/{name}").json()[name]
    assert sum(map(len, given)) == 5
    assert all(len(part) == limit for part in given[:-1])


@pytest.mark.parametrize("name", LISTS)
def test_what_comes_in_meanwhile_makes_nothing_appear_twice_or_not_at_all(
    client: TestClient, add: Callable[[str, range], None], name: str
) -> None:
    add(name, range(4))
    there = {one[LISTS[name]] for one in client.get(f"/api/{name}").json()[name]}
    seen: list[str] = []
    for number, part in enumerate(parts(client, name, 2)):
        seen += [one[LISTS[name]] for one in part]
        if number == 0:
            add(name, range(10, 13))
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def test_what_goes_meanwhile_takes_nothing_with_it(
    client: TestClient, add: Callable[[str, range], None]
) -> None:
    add("documents", range(5))
    first = client.get("/api/documents", params={"limit": 2}).json()
    rest = client.get("/api/documents", params={"cursor": first["next"]}).json()
    for gone in first["documents"]:
        client.delete(f"/api/documents/{gone['id']}")
    again = client.get("/api/documents", params={"cursor": first["next"]}).json()
    assert again["documents"] == rest["documents"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "cursor",
    ["x", "!", "é", "bnVsbA", "e30", pack(), pack("a"), pack(1, 2, 3, 4), pack(-1), pack(1 << 70)],
)
def test_what_is_no_cursor_of_the_list_is_refused(
    client: TestClient, name: str, cursor: str
) -> None:
    check_problem(client.get(f"/api/{name}", params={"cursor": cursor}), 422, "invalid_cursor")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", ["0", "1001", "many"])
def test_a_part_has_its_bounds(client: TestClient, name: str, limit: str) -> None:
    check_problem(client.get(f"/api/{name}", params={"limit": limit}), 422, "invalid_field")


@given(
    some.text(),
    some.integers(0, 2**63 - 1),
    some.datetimes(timezones=some.just(UTC)),
)
def test_a_cursor_gives_back_what_was_put_in(text: str, number: int, moment: datetime) -> None:
    assert unpack(pack(text, number, moment), str, int, datetime) == (text, number, moment)


@given(some.text())
def test_any_text_is_a_cursor_or_is_refused(text: str) -> None:
    with suppress(InvalidCursor):
        assert isinstance(unpack(text, str)[0], str)
