"""What an agency is called today, where an answer rests on a document of one that has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from index.agencies import Agencies
from service.answering.answer import Answer, Notice


def former_agencies(answer: Answer, agencies: Agencies, day: date) -> Iterator[Notice]:
    """Yield a notice for each cited agency that has become another by `day`."""
    told = set()
    for citation in answer.citations:
        for issuer in (citation.issuer or "").split("、"):
            steps = [
                (now, since)
                for now, since in agencies.after(issuer)
                if since is None or since <= day.year
            ]
            if not issuer or issuer in told or not steps:
                continue
            told.add(issuer)
            now, since = steps[-1]
            when = f"{since}年起" if since is not None else "现"
            yield Notice("former_agency", f"{issuer}是原机关名称，其职责{when}由{now}承接。")
