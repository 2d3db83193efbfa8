from datetime import date

import pytest

from index.document import Disclosure, Kind, Metadata, Status
from index.errors import InvalidRequest
from index.store.editing import edited_metadata

KNOWN = Metadata("办法", issuer="市政数局", issued_on=date(2022, 1, 1), keywords=("社保",))


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"title": " 新办法 "}, "title", "新办法"),
        ({"issued_on": "2023-05-06"}, "issued_on", date(2023, 5, 6)),
        ({"issued_on": date(2023, 5, 6)}, "issued_on", date(2023, 5, 6)),
        ({"issued_on": None}, "issued_on", None),
        ({"issuer": ""}, "issuer", None),
        ({"kind": "rule"}, "kind", Kind.RULE),
        ({"kind": None}, "kind", Kind.OTHER),
        ({"disclosure": Disclosure.INTERNAL}, "disclosure", Disclosure.INTERNAL),
        ({"disclosure": ""}, "disclosure", Disclosure.UNKNOWN),
        ({"ended_by": "repealed"}, "ended_by", Status.REPEALED),
        ({"keywords": ["医保", "社保"]}, "keywords", ("医保", "社保")),
        ({"keywords": []}, "keywords", ()),
        ({"keywords": None}, "keywords", ()),
    ],
)
def test_a_value_is_taken_as_people_and_json_write_it(
    changes: dict[str, object], name: str, value: object
) -> None:
    assert getattr(edited_metadata(KNOWN, changes), name) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"titel": "办法"},
        {"title": ""},
        {"title": None},
        {"title": 5},
        {"issuer": "长" * 2001},
        {"issued_on": "2023年5月6日"},
        {"kind": "novel"},
        {"ended_by": "in_force"},
        {"disclosure": ["public"]},
        {"keywords": "社保"},
        {"keywords": [5]},
        {"expires_on": "2021-12-31"},  # before it was issued
    ],
)
def test_a_bad_value_is_refused_in_words(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        edited_metadata(KNOWN, changes)
    assert refused.value.message.endswith("。")


def test_what_is_not_mentioned_stays() -> None:
    assert edited_metadata(KNOWN, {}) == KNOWN
