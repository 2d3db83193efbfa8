"""Which article it is: the one that alone has the words, or that of the best passage."""

from __future__ import annotations

import pytest

from service.answering.answer import Outcome
from service.desk import Channel, Desk


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("最低生活保障办法里写按指印的是第几条", "第四条", "由申请人按指印确认"),
        ("示例市最低生活保障办法哪一条讲入户调查", "第五条", "入户调查两次以上的除外"),
        ("养犬管理规定里公安机关在第几条", "第三条", "由公安机关组织实施"),
    ],
)
def test_the_one_article_with_the_words_is_named_with_the_sentence_that_has_them(
    counter: Desk, question: str, article: str, words: str
) -> None:
    answer = counter.ask(question, channel=Channel.WEB)
    assert (answer.outcome, answer.answer) == (Outcome.ANSWERED, article)
    assert words in answer.citations[0].quote
    assert answer.citations[0].locator.startswith(article)


def test_words_that_no_article_has_name_none(counter: Desk) -> None:
    answer = counter.ask("养犬管理规定里写无人机的是第几条", channel=Channel.WEB)
    assert answer.outcome is Outcome.REFUSED


def test_an_article_of_another_law_is_not_named(counter: Desk) -> None:
    answer = counter.ask("养犬管理规定里写入户调查的是第几条", channel=Channel.WEB)
    assert answer.outcome is Outcome.REFUSED
