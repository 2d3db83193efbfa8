"""Agencies that changed their names: a question that names today's finds yesterday's documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from index.agencies import Agencies
from service.answering.answer import Answer, Notice, Outcome

_JOINT = "、"
_PLACE = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,}?)(?P<rank>省|自治区|市|自治州|县|区|旗|镇)")
_LEAST = 5  # characters of an agency's name that say which it is without its place: 农业农村局
_MOST_TRIED = 3  # agencies that became the one a question names

Ask = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class FormerNames:
    """What agencies of today were called when they issued what is here.

    `names` are the names of today, as people may write them, each with those of then; `present`
    are those of them that issued something themselves.
    """

    names: Mapping[str, tuple[str, ...]]
    present: frozenset[str]

    @classmethod
    def of(cls, agencies: Agencies, there: Iterable[str | None]) -> FormerNames:
        """Return the former names of the issuers there are."""
        issuers = {part for one in there if one for part in one.split(_JOINT)}
        names: dict[str, dict[str, None]] = {}
        for former in sorted(issuers):
            for now, _ in agencies.after(former):
                spoken = dict(_spoken(now, former))
                spoken.update((short, former) for short in agencies.short_names(now))
                for name, then in spoken.items():
                    names.setdefault(name, {})[then] = None
        full = {name: agencies.name(name) for name in names}
        present = {name for name in names if any(one.endswith(full[name]) for one in issuers)}
        return cls({name: tuple(then) for name, then in names.items()}, frozenset(present))

    def named_in(self, question: str) -> str | None:
        """Return the longest name of today that the question names and that was another."""
        return max((name for name in self.names if name in question), key=len, default=None)

    def named_for(self, question: str, issuer: str) -> str | None:
        """Return the name of today by which a question names an issuer, or None."""
        name = self.named_in(question)
        names = self.names[name] if name else ()
        return name if any(issuer.endswith(then) for then in names) else None

    def answer(self, question: str, ask: Ask) -> Answer:
        """Answer a question, where it names an agency of today also as one of its predecessors.

        What the agency itself issued comes first, then what those did that became it.
        """
        name = self.named_in(question)
        if name is None:
            return ask(question)
        wordings = [question.replace(name, then) for then in self.names[name][:_MOST_TRIED]]
        wordings.insert(0 if name in self.present else len(wordings), question)
        refused: dict[str, Answer] = {}
        for wording in wordings:
            answer = ask(wording)
            if answer.outcome is not Outcome.REFUSED:
                return replace(answer, question=question)
            refused[wording] = answer
        return refused[question]


def _spoken(now: str, former: str) -> Iterator[tuple[str, str]]:
    """Yield how an agency's name may be written, with its former name in the same manner."""
    yield now, former
    place = _PLACE.match(now)
    if place is None or not former.startswith(place[0]):
        return
    bare, was = now[place.end() :], former[place.end() :]
    if len(bare) < _LEAST:
        return
    for before in (place["name"], place["rank"], ""):
        yield before + bare, before + was


def former_agencies(
    answer: Answer, agencies: Agencies, day: date, names: FormerNames | None = None
) -> Iterator[Notice]:
    """Yield a notice for each cited agency that has become another by `day`.

    One that has only likely become it is told of where the question names the new one: `names`.
    """
    told = set()
    certain = agencies.certain()
    for citation in answer.citations:
        for issuer in (citation.issuer or "").split(_JOINT):
            if not issuer or issuer in told:
                continue
            told.add(issuer)
            steps = [
                (now, since)
                for now, since in certain.after(issuer)
                if since is None or since <= day.year
            ]
            if steps:
                now, since = steps[-1]
                when = f"{since}年起" if since is not None else "现"
                yield Notice("former_agency", f"{issuer}是原机关名称，其职责{when}由{now}承接。")
            elif names is not None and (named := names.named_for(answer.question, issuer)):
                yield Notice(
                    "former_agency",
                    f"依据由{issuer}发布，按机构改革后的通常名称视为所问的{named}，请核实。",
                )
