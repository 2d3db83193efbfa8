"""The shapes of a guide's fields, of questions with their answers, and of a 公文's elements."""

from __future__ import annotations

from pydantic import Field

from index.elements import Element, Form
from index.guide_captions import GuideField
from service.http.schemas.shape import Day, Shape


class StretchShape(Shape):
    """A stretch of a document's text."""

    start: int
    end: int
    quote: str


class CaptionedShape(StretchShape):
    """A field of a service: what stands behind its caption."""

    field: GuideField
    name: str
    caption: str = Field(description="原文的栏目名")


class ServiceShape(Shape):
    """A service that a guide describes."""

    start: int
    end: int
    fields: list[CaptionedShape]


class PairShape(Shape):
    """A question and its answer."""

    question: StretchShape
    answer: StretchShape


class PlaceShape(Shape):
    """Where something stands."""

    start: int
    end: int


class ElementShape(StretchShape):
    """An element of a 公文."""

    element: Element
    name: str
    day: Day | None = Field(description="成文日期、印发日期是哪一天")
    annex: PlaceShape | None = Field(description="附件说明所指的附件在本文件的哪里")


class OfficialShape(Shape):
    """The form of a 公文 and its elements in reading order."""

    form: Form
    name: str
    elements: list[ElementShape]


class GuideShape(Shape):
    """The services of a 办事指南, the pairs of a page of questions, the elements of a 公文."""

    services: list[ServiceShape]
    pairs: list[PairShape]
    official: OfficialShape | None
