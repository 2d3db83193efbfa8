"""Random metadata and filters, out of so few values that they meet."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from index.document import Disclosure, Filter, Kind, Metadata, Status

DAYS = [date(2020, 1, 1) + timedelta(days=100 * step) for step in range(5)]
day = st.none() | st.sampled_from(DAYS)
issuer = st.sampled_from(["甲局", "乙局"])
region = st.sampled_from(["鹤山市", "江门市"])
document_id = st.sampled_from(["a1", "b2", "c3"])

metadata = st.builds(
    Metadata,
    title=st.just("办法"),
    issuer=st.none() | issuer,
    region=st.none() | region,
    kind=st.sampled_from([Kind.LAW, Kind.REPORT]),
    issued_on=day,
    effective_on=day,
    expires_on=day,
    ended_on=day,
    ended_by=st.none() | st.sampled_from([Status.AMENDED, Status.REPEALED, Status.EXPIRED]),
    disclosure=st.sampled_from(list(Disclosure)),
)

filters = st.builds(
    Filter,
    as_of=st.sampled_from([turn + timedelta(days=shift) for turn in DAYS for shift in (-1, 0, 1)]),
    statuses=st.frozensets(st.sampled_from(list(Status)))
    | st.just(frozenset({Status.IN_FORCE, Status.UNVERIFIED})),
    issuers=st.just(frozenset()) | st.frozensets(issuer),
    regions=st.just(frozenset()) | st.frozensets(region),
    kinds=st.just(frozenset()) | st.frozensets(st.sampled_from(list(Kind))),
    disclosures=st.just(frozenset()) | st.frozensets(st.sampled_from(list(Disclosure))),
    documents=st.just(frozenset()) | st.frozensets(document_id),
)
