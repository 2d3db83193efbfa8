"""Answer with all that a text lists: conditions, materials, duties, none left out."""

from __future__ import annotations

import re

from index.document import Span
from service.answering import compose
from service.answering.answer import Answer, Citation, Outcome
from service.answering.case import Case, Said
from service.answering.reading.listings import Listing, field_of_guide, listing_around
from service.answering.reading.reader import Reading
from service.answering.understanding.lists import asked_guide_field, wants_list
from service.answering.understanding.terms import bare, coverage
from service.answering.verify import unsupported

_SPEAKS_OF_IT = 0.5  # share of the question's words in the head, where an item was found first
_TEXT_END = re.compile(r"[；;，,。、]+$")


def listing_of(case: Case, reading: Reading) -> Listing | None:
    """Return the list that a reading belongs to, where all of it is asked for; None for none."""
    document = reading.sentence.document
    span = reading.answer or reading.sentence.span
    field = asked_guide_field(case.inquiry)
    if field is not None:
        stated = field_of_guide(document, reading.sentence.span, field)
        if stated is not None:
            return stated
    if not wants_list(case.inquiry):
        return None
    listing = listing_around(document, span)
    return listing if listing and _is_asked_for(case, listing, span) else None


def _is_asked_for(case: Case, listing: Listing, found: Span) -> bool:
    """Say whether the list, and not something in one of its items, is what was asked for."""
    if listing.is_led_by(found):
        return True
    inquiry, head = case.inquiry, bare(listing.head_words())
    noun = inquiry.request.noun
    if noun and noun in head:
        return True
    return coverage(inquiry.terms, [(head, 1.0)]).share >= _SPEAKS_OF_IT


def answer_list(case: Case, reading: Reading, listing: Listing) -> Answer | None:
    """Give the list whole, its head and each item quoted; None where it is not sure enough."""
    calibration = case.means.calibration
    confidence = calibration.of_listing(reading.evidence)  # it need only stand in the list
    if confidence < calibration.passage_threshold:
        return None
    citations = [_cited(case, listing, span) for span in (listing.head, *listing.items)]
    items = [citation.quote for citation in citations[1:]]
    answer = items[0] if len(items) == 1 else "\n".join(items)
    script, counted = compose.list_script(
        listing.head.of(listing.document.text), items, listing.document, citations[0].locator
    )
    if unsupported(answer, script, citations, [*counted, answer]):
        return None
    said = Said(_TEXT_END.sub("", answer) if len(items) == 1 else answer, script)
    return case.answered(Outcome.ANSWERED, confidence, citations, said)


def _cited(case: Case, listing: Listing, span: Span) -> Citation:
    return Citation.of(listing.document, span, case.filter_.as_of, case.means.public_url)
