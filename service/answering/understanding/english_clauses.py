"""What an English clause asks, and what it asks about: the hotline in the hotline's number."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)"
)
_PREPOSITION = (
    r"(?:in|at|for|of|from|during|on|under|by|to|with|within|per|since|until|after|before)"
)
_PERSON = r"(?:I|we|you|he|she|it|they|one|someone|somebody|anyone|people|residents|citizens)"
_OTHER_SUBJECT = r"(?:there|the|an?|any|this|that|these|those|my|our|your|his|her|its|their)"
_WORD = rf"(?!(?:{_AUXILIARY}|{_PREPOSITION}|and|or|not|open)\b)[\w'-]+"
_NAME = rf"the\s+(?:{_WORD}\s+){{0,4}}?{_WORD}"
_HOW = r"how(?:\s+(?:long|often|far|old|big|large|soon|high|late|early))?"
_ASKS = re.compile(
    rf"\b(?:how\s+(?:many|much)|{_HOW}|what|when|where|whom?|whose|which|why)\b", re.IGNORECASE
)
_STARTS = re.compile(
    rf"(?:{_PREPOSITION}\s+)?(?:how\s+(?:many|much)\b|(?:who|what)'s\b|(?:what|how)\s+about\b"
    rf"|(?:what|whom?|whose|which)\b(?!\s+(?:{_PERSON}|{_OTHER_SUBJECT})\b)"
    rf"|(?:{_HOW}|when|where|why)\s+{_AUXILIARY}\b)"
    rf"|{_AUXILIARY}\s+(?:{_PERSON}|{_OTHER_SUBJECT})\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    rf"\b{_AUXILIARY}\b|\b(?:what|who|where|when)'s\s"
    rf"|^(?:who|what|(?:which|how\s+many)\s+{_WORD})\s+(?!about\b){_WORD}\s+\w",  # who signed it
    re.IGNORECASE,
)
_TORN_OFF = re.compile(
    rf"\b(?:{_AUXILIARY}|not)$|^how\s+(?:many|much)\s+{_AUXILIARY}\b", re.IGNORECASE
)
_HOW_MANY = re.compile(
    rf"(?P<asks>how\s+(?:many|much))(?P<noun>(?:\s+{_WORD}){{0,4}}?)"
    rf"(?P<rest>(?:\s+(?:{_PREPOSITION}|{_AUXILIARY})\b.*)?)",
    re.IGNORECASE,
)
_PROPERTY = (
    rf"(?:(?!(?:the|an?)\s){_WORD}(?<!'s)\s+){{0,3}}?(?:numbers?|telephone|phone|address|hours|fees?|costs?|price|rate"
    r"|deadline|limit|titles?|name|date|sign(?:er|atory)|issuer|recipients?|conditions?"
    r"|requirements?|materials?|documents?|procedure|steps|term|period|amount|volume|percentage"
    r"|share|proportion|penalty|fine|scope|purpose|e-?mail|website)"
)
_IS = r"(?:is|are|was|were)"
_END_OF_NAME = rf"(?=\s+(?:{_PREPOSITION}|{_AUXILIARY})\b|\s+\w+(?:ed|en)\b|\s+open\b|\s*$)"
_OWNERS = (
    re.compile(rf"(?P<owner>\b(?:the|this|that)\s+(?:{_WORD}\s+){{0,3}}?\w+)'s\s", re.IGNORECASE),
    re.compile(
        rf"\b{_PROPERTY}\s+(?:of|for)\s+(?P<owner>(?:(?:the|this|an?)\s+)?{_WORD}"
        rf"(?:\s+{_WORD}){{0,4}}?){_END_OF_NAME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:when|where|how|who|why)\s+{_IS}\s+(?P<owner>{_NAME}){_END_OF_NAME}", re.IGNORECASE
    ),
    re.compile(rf"^who\s+\w+\s+(?P<owner>{_NAME}){_END_OF_NAME}", re.IGNORECASE),
    re.compile(  # how many calls did the hotline accept
        rf"^(?:how\s+(?:many|much)|what|which)\s.*?\b{_AUXILIARY}\s+(?P<owner>{_NAME})\s+{_WORD}"
        rf"(?=\s+{_PREPOSITION}\b|\s*$)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^what\s+{_IS}\s+(?!(?:the\s+)?{_PROPERTY}\b)(?P<owner>{_WORD}(?:\s+{_WORD}){{0,4}})$",
        re.IGNORECASE,
    ),
)
_DEED = re.compile(
    rf"(?:(?:how|where|when)\s+)?(?:do|can|must|should|may|could)\s+{_PERSON}\s+"
    r"(?:need\s+to\s+|have\s+to\s+)?(?P<deed>(?!need|have|bring|pay)\w+\s+.+)",
    re.IGNORECASE,
)
_OF_A_DEED = re.compile(
    rf"(?:how\s+(?:long|much|soon)\s+(?:does|will|would)\s+it\s+(?:take|cost)"
    rf"|{_IS}\s+there\s+(?:an?|any)\s+{_WORD}"
    rf"|(?:what|which|how\s+(?:many|much))\s+(?:{_WORD}\s+){{0,3}}(?:do|must|should|can)\s+{_PERSON}\s+"
    r"(?:need|bring|submit|provide|pay)"
    rf"|(?:do|must|should)\s+{_PERSON}\s+(?:need|bring|pay|book|submit)(?:\s+{_WORD}){{0,3}})",
    re.IGNORECASE,
)
_FRAME = re.compile(rf"^(?:{_ASKS.pattern}\s*)?(?:{_AUXILIARY}\s+{_PERSON}\s+)?", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Dd]uring|[Ff]or)\s+(?:the\s+)?(?:(?:19|20)\d\d|[A-Z]\w+(?:\s+(?:[A-Z]\w+|(?:19|20)\d\d))*)"
)
_OF_NOBODY = re.compile(r"\bit\s+(?:take|cost)\b", re.IGNORECASE)
_ITS = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_OF_A_PROPERTY = re.compile(rf"what\s+{_IS}\s+(?:the\s+)?{_PROPERTY}", re.IGNORECASE)
_BARE_PROPERTY = re.compile(_PROPERTY, re.IGNORECASE)
_PROPERTIES = re.compile(
    rf"what\s+{_IS}\s+(?P<owner>(?:the\s+(?:{_WORD}\s+){{0,3}}?\w+'s|the))\s+(?P<first>{_PROPERTY})"
    rf"(?P<others>(?:\s*,\s*(?:the\s+)?{_PROPERTY}){{0,4}})\s*,?\s+and\s+(?:the\s+)?(?P<last>{_PROPERTY})"
    rf"(?P<rest>(?:\s+{_PREPOSITION}\b.*)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HowMany:
    """A clause that counts: its words of asking, what is counted, and what follows."""

    asks: str
    noun: str
    rest: str

    @property
    def is_plain(self) -> bool:
        """Whether what is counted ends where it seems to, and no verb is in it (letters came)."""
        return re.match(rf"{_AUXILIARY}\b", self.rest, re.IGNORECASE) is not None


def starts_asking(text: str) -> bool:
    """Say whether a text begins as a question does: when is, in which, is there, do I."""
    return _STARTS.match(text) is not None


def asking_words(clause: str) -> int:
    """Return how often a clause asks; where more than once, one is within the other."""
    return len(_ASKS.findall(clause))


def has_predicate(clause: str) -> bool:
    """Say whether a clause that asks says something, and is not the rest of another."""
    return _PREDICATE.search(clause) is not None and _TORN_OFF.search(clause) is None


def how_many(clause: str) -> HowMany | None:
    """Return what a clause counts; None where it counts nothing."""
    match = _HOW_MANY.fullmatch(clause)
    if match is None:
        return None
    return HowMany(match["asks"], match["noun"].strip(), match["rest"].strip())


def owner_of(clause: str) -> str:
    """Return whose property a clause asks for, or what it asks about; "" where it is not plain."""
    found = (pattern.search(clause.rstrip("?.! ")) for pattern in _OWNERS)
    return next((match["owner"] for match in found if match is not None), "")


def subject_and_limits(clause: str) -> str:
    """Return what a clause asks about, with its year and place; all but what asks if not plain."""
    clause = clause.rstrip("?.! ")
    owner = owner_of(clause)
    if not owner:
        return _FRAME.sub("", clause).strip()
    limits = (match[0] for match in _LIMITS.finditer(clause) if match[0] not in owner)
    return " ".join((owner, *limits))


def said_of(clause: str, before: str, owner: str) -> str | None:
    """Return a clause with the thing that the one before it asks about, where it leans on that.

    None where it is not plain what a pronoun stands for.
    """
    deed = _DEED.fullmatch(before)
    if deed is not None and _OF_A_DEED.fullmatch(clause):
        return f"{clause} to {deed['deed']}"
    if _OF_A_PROPERTY.fullmatch(clause):
        return f"{clause} of {owner}" if owner else clause
    if _OF_NOBODY.search(clause):
        return f"{clause} for {owner}" if owner else clause
    counted = how_many(before)
    if not owner and counted is not None and counted.noun and _MANY.search(clause):
        owner = f"the {counted.noun}"
    if not owner and (_IT.search(clause) or _ITS.search(clause)):
        return None
    return _ITS.sub(f"{owner}'s", _IT.sub(owner, clause, count=1), count=1)


def property_of(said: str, before: str) -> str | None:
    """Ask for a property of what the question before asks about; None where that is not plain."""
    if _BARE_PROPERTY.fullmatch(said) is None:
        return None
    deed = _DEED.fullmatch(before.rstrip("?.! "))
    whose = f"to {deed['deed']}" if deed else f"of {subject_and_limits(before)}"
    if deed is None and not owner_of(before):
        return None
    return f"What {_is_or_are(said)} the {said} {whose}"


def properties_of(clause: str) -> tuple[str, ...]:
    """Return the question for each of several properties of one thing; empty for no such."""
    match = _PROPERTIES.fullmatch(clause)
    if match is None:
        return ()
    others = re.split(r"\s*,\s*(?:the\s+)?", match["others"])[1:]
    return tuple(
        f"what {_is_or_are(one)} {match['owner']} {one}{match['rest']}"
        for one in (match["first"], *others, match["last"])
    )


def _is_or_are(name: str) -> str:
    """Return the verb for a property: hours are several, an address is not."""
    return "are" if name.endswith("s") and not name.endswith("ss") else "is"
