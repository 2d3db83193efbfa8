"""Bring in the synonyms that another site's archive carries: what people here set is not lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from index.store.synonyms import Synonym, Synonyms, synonym_key
from service.synonyms.checking import LONGEST_WORD, Checked, SynonymRefused
from service.synonyms.table import Entry, Origin, shipped, table_of

IMPORTED = "wenju import"  # who set what came with an archive


@dataclass(frozen=True, slots=True)
class ToldSynonym:
    """A word whose two sides differ, or that did not come in: what became of it, in a sentence."""

    word: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SynonymsBroughtIn:
    """What became of the synonyms; `refused` stayed out though the archive's word was wanted."""

    added: int
    changed: int
    unchanged: int
    told: tuple[ToldSynonym, ...]
    refused: bool


def bring_in_synonyms(
    kept: Synonyms, carried: Sequence[Synonym], *, keep: bool, mirror: bool
) -> SynonymsBroughtIn:
    """Bring in what the archive carries, and say of each word that differs what was kept.

    What a person here has set stays; what came with an earlier archive follows the new one. With
    `keep` that stays, too; with `mirror` the archive's word counts, and what it lacks goes.
    """
    table = table_of(kept.all())
    own = {key: entry for key, entry in table.items() if entry.origin is not Origin.SHIPPED}
    given = {synonym_key(one.word): one for one in carried}
    same = {key for key, one in given.items() if key in table and _is_as(table[key].synonym, one)}
    staying = {
        key
        for key, entry in own.items()
        if key in given and key not in same and not mirror
        if keep or entry.changed_by != IMPORTED
    }
    leaving = [entry for key, entry in own.items() if mirror and key not in given]
    standing = {key: entry for key, entry in own.items() if key in given or not mirror}
    accepted, refused = _accepted(standing, given, {*same, *staying})
    told = [
        *refused.values(),
        *(
            _told("kept", own[key], f"保留这里的。导入文件里是{_meaning(given[key])}")
            for key in staying
        ),
        *(
            _told("replaced", own[key], f"已换成导入文件里的{_meaning(one)}")
            for key, one in accepted.items()
            if key in own
        ),
        *(_told("removed", entry, "导入文件里没有，已去掉") for entry in leaving),
    ]
    kept.change(
        put=[_with_note(one, own.get(key)) for key, one in accepted.items()],
        forget=[entry.synonym.word for entry in leaving],
        by=IMPORTED,
    )
    changed = len(accepted.keys() & own.keys())
    return SynonymsBroughtIn(
        added=len(accepted) - changed,
        changed=changed,
        unchanged=len(same),
        told=tuple(sorted(told, key=_by_word)),
        refused=bool(refused) or (bool(staying) and not keep),
    )


def _accepted(
    standing: Mapping[str, Entry], given: Mapping[str, Synonym], staying: Collection[str]
) -> tuple[dict[str, Synonym], dict[str, ToldSynonym]]:
    """Return what may stand beside what stays here, by key, and what is wrong with the others.

    What was here stays where its successor is refused, and then may refuse another one.
    """
    here = {**shipped(), **{key: entry.synonym for key, entry in standing.items()}}
    refused: dict[str, ToldSynonym] = {}
    while True:
        stays = {*staying, *refused}
        left = {key: one for key, one in here.items() if key in stays or key not in given}
        checked = Checked(left)
        accepted: dict[str, Synonym] = {}
        before = len(refused)
        for key, synonym in given.items():
            if key in stays:
                continue
            try:
                accepted[key] = checked.accept(synonym)
            except SynonymRefused as error:
                word = synonym.word[:LONGEST_WORD]
                refused[key] = ToldSynonym(word, error.code, f"没有导入：{error.message}")
        if len(refused) == before:
            return accepted, refused


def _with_note(carried: Synonym, here: Entry | None) -> Synonym:
    """Return what is to be kept: a note that is not carried stays."""
    note = carried.note or (here.synonym.note if here is not None else None)
    return replace(carried, note=note)


def _is_as(here: Synonym, carried: Synonym) -> bool:
    """Say whether two entries mean the same; a note that is not carried says nothing."""
    there = Synonym(here.word, carried.official, carried.note or here.note, carried.enabled)
    return here == there


def _told(code: str, here: Entry, became: str) -> ToldSynonym:
    by = f"（{here.changed_by} 设）" if here.changed_by else ""
    message = f"这里是{_meaning(here.synonym)}{by}，{became}。"
    return ToldSynonym(here.synonym.word, code, message)


def _meaning(synonym: Synonym) -> str:
    official = "、".join(synonym.official)
    pieces = [f"“{official}”" if official else "", "" if synonym.enabled else "停用"]
    return "，".join(filter(None, pieces))


def _by_word(told: ToldSynonym) -> tuple[str, str]:
    return synonym_key(told.word), told.code
