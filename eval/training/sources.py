"""What the reader learned from, and under which licence each may be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Licensed:
    """A source of training examples; `pools` are its names in the mixture."""

    name: str
    pools: tuple[str, ...]
    licence: str


SOURCES: Sequence[Licensed] = (
    Licensed("questions written by hand for this project", ("written",), "Apache-2.0"),
    Licensed("DRCD development set", ("drcd",), "CC BY-SA 3.0"),
    Licensed("CMRC 2018 trial set", ("cmrc",), "CC BY-SA 4.0"),
    Licensed("DuReader robust and checklist", ("dureader",), "none stated in the data"),
    Licensed("CAIL2019 CJRC", ("cjrc",), "none stated"),
    Licensed("NCPPolicies, DataFountain 2020", ("ncp", "ncp_unanswerable"), "none stated"),
    Licensed("STARD", ("stard",), "MIT"),
    Licensed("provincial policies of Hebei", ("written",), "official documents, none stated"),
    Licensed("national laws and regulations", ("written", "stard"), "no copyright in statutes"),
)


def described() -> list[Mapping[str, object]]:
    """Return the sources as the model card lists them."""
    return [asdict(source) for source in SOURCES]
