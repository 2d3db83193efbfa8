"""Choose between documents alike but for place, year or agency, or say that one cannot."""

from __future__ import annotations

from collections.abc import Sequence

from service.answering.scope import Candidate


def latest(candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate issued last; one without a date counts as oldest."""
    return max(candidates, key=lambda candidate: str(candidate.metadata.issued_on or ""))


def of_one_name(candidates: Sequence[Candidate], region: str | None) -> Candidate | None:
    """Choose among documents of one name: the latest of one place, the site's own before others.

    None where several places have one of that name.
    """
    if len({candidate.metadata.region for candidate in candidates}) == 1:
        return latest(candidates)
    return preferred(candidates, region)


def preferred(candidates: Sequence[Candidate], region: str | None) -> Candidate | None:
    """Choose the site's own region, then the latest; None if several are still as good."""
    home = [c for c in candidates if region and c.metadata.region == region]
    pool = home or list(candidates)
    chosen = latest(pool)
    others = [c for c in pool if c.id != chosen.id]
    if any(c.metadata.issued_on == chosen.metadata.issued_on for c in others):
        return None
    if not home and len({c.metadata.region for c in pool}) > 1:
        return None
    return chosen
