"""Synonyms of an archive meet those of a site: nothing that a person set is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.store.database import Database
from index.store.synonyms import Synonym, Synonyms, synonym_key
from service.synonyms.carried import IMPORTED, SynonymsBroughtIn, bring_in_synonyms
from service.synonyms.checking import Checked

NIGHT = Synonym("夜市", ("夜间经济集聚区",))
OTHER = Synonym("夜市", ("夜间市场",))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Synonyms]:
    with closing(Database.open(tmp_path)) as database:
        yield Synonyms(database)


def bring_in(
    kept: Synonyms, *carried: Synonym, keep: bool = False, mirror: bool = False
) -> SynonymsBroughtIn:
    return bring_in_synonyms(kept, carried, keep=keep, mirror=mirror)


def here(kept: Synonyms) -> dict[str, Synonym]:
    return {one.synonym.word: one.synonym for one in kept.all()}


def told(done: SynonymsBroughtIn) -> list[tuple[str, str]]:
    return [(one.word, one.code) for one in done.told]


def test_new_ones_come_in_and_the_same_again_changes_nothing(kept: Synonyms) -> None:
    off = Synonym("低保", (), enabled=False)
    done = bring_in(kept, NIGHT, off)
    assert (done.added, done.unchanged, done.refused) == (2, 0, False)
    assert here(kept) == {"夜市": NIGHT, "低保": off}
    again = bring_in(kept, NIGHT, off)
    assert (again.added, again.unchanged, again.told) == (0, 2, ())


def test_what_a_person_here_has_set_stays_and_is_told_with_both_sides(kept: Synonyms) -> None:
    kept.put([NIGHT], "李四")
    done = bring_in(kept, OTHER)
    assert here(kept) == {"夜市": NIGHT}
    assert told(done) == [("夜市", "kept")]
    for words in ("夜间经济集聚区", "李四", "夜间市场"):
        assert words in done.told[0].message
    assert done.refused
    assert not bring_in(kept, OTHER, keep=True).refused  # then that is what was asked for


def test_what_came_with_an_archive_follows_the_next_one_and_that_is_told(kept: Synonyms) -> None:
    bring_in(kept, NIGHT)
    done = bring_in(kept, OTHER)
    assert (done.changed, told(done), done.refused) == (1, [("夜市", "replaced")], False)
    assert here(kept) == {"夜市": OTHER}
    assert told(bring_in(kept, NIGHT, keep=True)) == [("夜市", "kept")]
    assert here(kept) == {"夜市": OTHER}


def test_a_mirror_is_the_other_side_and_tells_what_was_here(kept: Synonyms) -> None:
    kept.put([NIGHT, Synonym("小黄车", ("共享自行车",))], "李四")
    done = bring_in(kept, OTHER, mirror=True)
    assert here(kept) == {"夜市": OTHER}
    assert told(done) == [("夜市", "replaced"), ("小黄车", "removed")]
    assert "夜间经济集聚区" in done.told[0].message
    assert "共享自行车" in done.told[1].message


def test_a_note_that_is_not_carried_is_not_lost(kept: Synonyms) -> None:
    kept.put([Synonym("夜市", NIGHT.official, "本地叫法")], IMPORTED)
    assert bring_in(kept, NIGHT).unchanged == 1
    bring_in(kept, OTHER)
    assert here(kept)["夜市"].note == "本地叫法"


def test_what_would_turn_in_a_circle_with_what_is_here_stays_out_and_is_told(
    kept: Synonyms,
) -> None:
    kept.put([Synonym("夜间市场", ("夜市",))], "李四")
    done = bring_in(kept, OTHER, Synonym("小黄车", ("共享自行车",)))
    assert told(done) == [("夜市", "circular_synonym")]
    assert done.refused
    assert set(here(kept)) == {"夜间市场", "小黄车"}


def test_what_stays_because_its_successor_is_refused_may_refuse_another(kept: Synonyms) -> None:
    bring_in(kept, Synonym("夜市", ("夜摊",)))
    kept.put([Synonym("集市", ("夜市",))], "李四")
    done = bring_in(kept, Synonym("夜市", ("集市",)), Synonym("夜摊", ("夜市",)))
    assert told(done) == [("夜市", "circular_synonym"), ("夜摊", "circular_synonym")]
    assert here(kept)["夜市"].official == ("夜摊",)
    assert "夜摊" not in here(kept)


def test_a_turned_round_synonym_of_an_archive_takes_the_place_of_its_old_self(
    kept: Synonyms,
) -> None:
    bring_in(kept, OTHER)
    done = bring_in(kept, Synonym("夜间市场", ("夜市",)), Synonym("夜市", ("夜摊",)))
    assert (done.added, done.changed, done.refused) == (1, 1, False)


words = st.sampled_from(["夜市", "夜摊", "集市", "低保"])
tables = st.lists(
    st.builds(
        Synonym,
        words,
        st.lists(words, min_size=1, max_size=2, unique=True).map(tuple),
        st.none(),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.word,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(own=tables, carried=tables, rule=st.sampled_from(["", "keep", "mirror"]))
def test_every_row_of_a_person_is_there_still_or_was_told(
    own: list[Synonym],
    carried: list[Synonym],
    rule: str,
    kept: Synonyms,
) -> None:
    kept.forget([one.synonym.word for one in kept.all()])
    kept.put(own, "李四")
    there = here(kept)
    done = bring_in(kept, *carried, keep=rule == "keep", mirror=rule == "mirror")
    now = here(kept)
    named = {one.word for one in done.told}
    for word, synonym in there.items():
        assert now.get(word) == synonym or word in named
    if rule != "mirror":
        assert all(now[one.word] == one for one in own)
    counted = done.added + done.changed + done.unchanged
    assert counted + len([one for one in done.told if one.code != "replaced"]) >= len(carried)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(own=tables, carried=tables, mirror=st.booleans())
def test_no_import_makes_a_circle_where_there_was_none(
    own: list[Synonym], carried: list[Synonym], mirror: bool, kept: Synonyms
) -> None:
    kept.forget([one.synonym.word for one in kept.all()])
    bring_in(kept, *own)  # takes in what makes no circle
    bring_in(kept, *carried, mirror=mirror)
    table = here(kept)
    checked = Checked({synonym_key(word): one for word, one in table.items()})
    for one in table.values():
        checked.accept(one)
