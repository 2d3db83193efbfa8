"""Where on a web page the document stands, among navigation, search boxes and footers."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

NOT_SHOWN = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "head",
        "iframe",
        "object",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "audio",
        "video",
        "canvas",
        "map",
    ]
)
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "form", "menu"})
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|foot\w*|breadcrumbs?|crumbs?|sidebar|side|share\w*|bdshare\w*|copyright"
    r"|related\w*|recommend\w*|toolbar|search\w*|login\w*|pagination|pager|print\w*|qrcode|ewm"
    r"|location|position|weizhi|dqwz|mbx|top-?bar|friend-?links?|yqlj|banner|qr|wx-?share)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_LANDMARK = re.compile(
    r"(?:content|article|zoom|editor|ueditor|ucap|detail|main-?text|news_?text|vsb|view_?con"
    r"|pages?_?con|xxgk_?con|artcon|textcon|wenzhang|zhengwen)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LINK_WEIGHT = 0.2  # of a character inside a link
_INTO_LANDMARK = 0.75  # of an element's words that a child must hold to be gone into
_INTO_OTHERS = 0.97
_FEW_WORDS = 300  # above which a block with a suspicious name is text all the same
_MOST_LINKED = 0.5
_CONTAINERS = frozenset(
    [
        "html",
        "body",
        "div",
        "section",
        "article",
        "main",
        "center",
        "table",
        "tbody",
        "tr",
        "td",
        "form",
        "span",
        "font",
    ]
)


class PageWeights:
    """How many words stand in each element of a page, those in links hardly counted."""

    def __init__(self, body: Any) -> None:
        self._own: dict[Any, float] = {}
        self._linked: dict[Any, float] = {}
        links = 0
        walker = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                links += element.tag == "a"
                if is_not_shown(element):
                    walker.skip_subtree()
                else:
                    self._add(element, _letters(element.text), links)
                continue
            if event == "end":
                links -= element.tag == "a"
                parent = element.getparent()
                if element is not body and parent is not None:
                    if not self.is_furniture(element):
                        self._own[parent] = self._own.get(parent, 0) + self.weight(element)
                    self._linked[parent] = self._linked.get(parent, 0) + self._linked.get(
                        element, 0
                    )
            parent = element.getparent()
            if element is not body and parent is not None:
                self._add(parent, _letters(element.tail), links)

    def _add(self, element: Any, letters: int, links: int) -> None:
        self._own[element] = self._own.get(element, 0) + letters * (_LINK_WEIGHT if links else 1)
        if links:
            self._linked[element] = self._linked.get(element, 0) + letters

    def weight(self, element: Any) -> float:
        """Return how many words an element holds."""
        return self._own.get(element, 0.0)

    def is_furniture(self, element: Any) -> bool:
        """Say whether an element is the page's, not the document's."""
        if element.tag in {"html", "body", "main", "article"}:
            return False
        if element.tag in _FURNITURE_TAGS and element.tag != "form":
            return True
        linked = self._linked.get(element, 0.0)
        plain = self.weight(element) - linked * _LINK_WEIGHT
        if element.tag == "form" and plain < _FEW_WORDS:
            return True
        named = _FURNITURE.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        return bool(named) and (plain < _FEW_WORDS or linked > _MOST_LINKED * (plain + linked))


def main_content(body: Any, weights: PageWeights) -> Any:
    """Return the smallest element that holds nearly all the words of the page."""
    chosen = body
    while True:
        children = [
            child
            for child in chosen
            if child.tag in _CONTAINERS
            and not is_not_shown(child)
            and not weights.is_furniture(child)
        ]
        best = max(children, key=weights.weight, default=None)
        if best is None or not weights.weight(best):
            return chosen
        inside = _is_landmark(chosen)
        share = _INTO_LANDMARK if _is_landmark(best) and not inside else _INTO_OTHERS
        if weights.weight(best) < share * weights.weight(chosen):
            return chosen
        if inside and not _is_landmark(best):
            return chosen
        chosen = best


def is_not_shown(element: Any) -> bool:
    """Say whether a browser shows nothing of an element."""
    if not isinstance(element.tag, str) or element.tag in NOT_SHOWN:
        return True
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))


def _is_landmark(element: Any) -> bool:
    if element.tag in {"article", "main"} or element.get("role") == "main":
        return True
    return bool(_LANDMARK.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _letters(text: str | None) -> int:
    return sum(map(str.isalnum, text)) if text else 0
