"""Which documents a question can be about: by number, title, place, agency and year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.document import Kind, Metadata
from index.fold import fold
from service.answering.reading.identity import LEGISLATION, identity
from service.answering.understanding.places import stem
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import Coverage, bare, coverage, sounds

_PARTIES = frozenset({"单位", "部门", "机关", "局", "领导", "人", "同志", "份", "发", "印"})
_POINTS = re.compile(
    r"(?:这|该|此|本|你们|贵局)(?:[一]?[份个篇])?(?:年度)?(?:工作)?"
    r"(?:报告|总结|文件|公文|材料|东西|文|稿)"
    r"|\bthis (?:report|document|file)\b"
)
_ADDRESSES = re.compile(
    r"你们|贵(?=[局市县区镇]|单位|部门|中心|委|办)|[我本咱你](?:们)?(?=[局市县区镇]|单位|部门|中心)"
    r"|\byour?\b"
)
_COUNTRY = "中华人民共和国"
_SHORTEST_NAME = 5  # characters of a title that name something without its place
_LEGISLATION_END = re.compile(r"(?:法|条例|办法|规定|细则|决定|通则|宪法|法典)$")
_KIND_WORDS = (
    (Kind.REPORT, re.compile(r"报告|总结|report")),
    (Kind.LAW, re.compile(r"法律|这部法|本法")),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document by what the catalogue says of it."""

    id: str
    metadata: Metadata


def named_by_number(inquiry: Inquiry, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the documents whose 文号 the question gives."""
    number = inquiry.document_number
    if number is None:
        return []
    return [c for c in candidates if _same_number(number, c.metadata.document_number)]


def named_by_title(inquiry: Inquiry, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the laws and documents whose title the question names, with or without 《》.

    Where it names no place, rules go by their names without their own place as well.
    """
    wording = bare(inquiry.wording)
    wanted = [bare(title) for title in inquiry.limits.titles]
    found: list[tuple[int, Candidate]] = []
    for candidate in candidates:
        title, short = _names_of(candidate.metadata.title)
        if not inquiry.limits.places:
            short = without_place(short, candidate.metadata.region)
        if any(name in {title, short} for name in wanted) or (
            len(short) >= 2 and _LEGISLATION_END.search(short) and short in wording
        ):
            found.append((len(short), candidate))
    longest = max((length for length, _ in found), default=0)
    return [candidate for length, candidate in found if length == longest]


def name_of(title: str) -> str:
    """Return a title as one says it: without marks, its bracket and its country."""
    return _names_of(title)[1]


def without_place(name: str, region: str | None) -> str:
    """Return a title without the place it begins with, where something of it is left."""
    left = name.removeprefix(region) if region else name
    return left if len(left) >= _SHORTEST_NAME else name


@lru_cache(maxsize=65_536)
def _names_of(title: str) -> tuple[str, str]:
    """Return a title without marks, whole and without its bracket and its country."""
    short = bare(re.sub(r"（[^）]*）$", "", title)).removeprefix(_COUNTRY)
    return bare(title), short


def named_by_place(inquiry: Inquiry, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the documents of the places and years the question names, those that fit most."""
    places = [stem(bare(place)) for place in inquiry.limits.places]
    if not places:
        return []
    scored = []
    for candidate in candidates:
        home = identity(candidate.metadata)
        fits = sum(place in home for place in places)
        if fits:
            scored.append((fits, candidate))
    most = max((fits for fits, _ in scored), default=0)
    found = [candidate for fits, candidate in scored if fits == most]
    if inquiry.limits.years:
        dated = [c for c in found if set(inquiry.limits.years) & years_of(c.metadata)]
        return dated or found
    return found


def years_of(metadata: Metadata) -> set[int]:
    """Return the years a document speaks of: those of its title, else that of its date."""
    years = {int(year) for year in re.findall(r"(?:19|20)\d{2}", metadata.title)}
    if not years and metadata.issued_on is not None:
        years = {metadata.issued_on.year}
    return years


def about(
    inquiry: Inquiry, candidates: Sequence[Candidate], also: Callable[[Metadata], str] | None = None
) -> list[tuple[Candidate, Coverage]]:
    """Hold the question's words against titles and agencies; best first, none that break limits.

    `also` gives further text of a document that the words may stand in.
    """
    scored = []
    for candidate in candidates:
        metadata = candidate.metadata
        home = identity(metadata) + (bare(also(metadata)) if also else "")
        if any(stem(bare(place)) not in home for place in inquiry.limits.places):
            continue
        if inquiry.limits.years and not set(inquiry.limits.years) & years_of(metadata):
            continue
        # 低保 may stand for 最低生活保障 in a sentence; a document goes by the name it bears.
        terms = [replace(term, official=()) for term in inquiry.terms if term.text not in _PARTIES]
        scored.append((candidate, coverage(terms, [(home, 1.0)])))
    return sorted(scored, key=lambda pair: (pair[1].lacking, -pair[1].share))


def pointed_at(inquiry: Inquiry, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return what 这份材料 may point at: the documents of local offices; none if it does not."""
    if not _POINTS.search(inquiry.wording.lower()):
        return []
    local = [c for c in candidates if c.metadata.kind not in LEGISLATION and c.metadata.region]
    return of_kind(inquiry, local)


def spoken_to(inquiry: Inquiry, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the texts in which offices speak of their own work, where one is spoken to (你们)."""
    wording = inquiry.wording.lower()
    if not (_ADDRESSES.search(wording) or _POINTS.search(wording)):
        return []
    return [c for c in candidates if c.metadata.kind not in LEGISLATION]


def of_kind(inquiry: Inquiry, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the kind of document the question speaks of, where it names one."""
    for kind, words in _KIND_WORDS:
        if words.search(inquiry.wording):
            return [c for c in candidates if c.metadata.kind is kind]
    return list(candidates)


def _same_number(asked: str, stated: str | None) -> bool:
    if stated is None:
        return False
    if asked[0].isdigit():  # 17号文, without agency and year
        return fold(stated).endswith(f"〕{asked}")
    return bare(asked) == bare(stated) or sounds(bare(asked)) == sounds(bare(stated))
