"""A property asked for by its name alone, as 满意率呢 or 费用是多少 do, and asked of a thing."""

from __future__ import annotations

import re

from service.answering.understanding.predicates import is_question, property_at_end, subject_of

_LONGEST = 14  # characters of a question that is no more than a subject: 居住证办理材料
_ALSO = re.compile(
    r"(?:所需|需要)?(?:材料|资料|证件|手续|条件|要求|资格|程序|步骤|有效期|对象|范围)"
)
_OF_ANYTHING = re.compile(r"服务|业务|群众|总|平均|按[时期]|及时|法定|承诺")
_ASKED = re.compile(
    r"(?:又|大概|分别)?(?:是|为|有|系|达到|在)?(?:多少|几多|什么|乜嘢?|咩|多久|谁|哪里|哪儿|边度|几钱)$"
)
_HOW = (
    (re.compile(r"(?:[率量数额费度价]|费用|金额|价格|收费|电话|号码|热线|传真)$"), "是多少"),
    (re.compile(r"(?:期限|时限|时长|有效期)$"), "是多久"),
    (re.compile(r"(?:时间|日期)$"), "是什么时候"),
    (re.compile(r"(?:地点|地址|窗口|场所)$"), "在哪里"),
    (re.compile(r"人$"), "是谁"),
)
_CLAUSE = re.compile(r"[，,；;。？?！!\n]+")
_POLITE = re.compile(
    r"^(?:请问一下|请问|你好|您好|麻烦问下|想问一下|我想问一下|我想知道)?[，,、\s]*"
)
_WHETHER = re.compile(r"吗$")
_NAMES_NOTHING = re.compile(  # 要带什么材料, 多久能办好
    r"(?:一般|大概|大约|总共|一共|具体|还|又|都)*(?:要|需要|需|得|应该|可以|能)?(?:去|到|在|喺)?"
    r"(?:带|交|准备|提供|提交|拿|花|等|找|收)?"
    r"(?:(?:多少|几多|几)钱|多久|多长时间|几天|(?:什么|哪些|乜嘢|咩)(?:材料|证件|资料|手续|条件)"
    r"|哪里|哪儿|边度|哪个(?:部门|窗口)|什么时候|几时)"
    r"(?:才?能|可以)?(?:办理?|办好|办完|拿到|拿证|领取?|申请|交|搞掂)?[的了呀啊]*"
)


def asked_property(text: str) -> str | None:
    """Return the question for a property that a text names and nothing besides, or None."""
    name = _ASKED.sub("", text).strip("的")
    if not name or not (_ALSO.fullmatch(name) or _is_property(name)):
        return None
    asked = text[len(name) :] if text.startswith(name) else ""
    how = (asked for pattern, asked in _HOW if pattern.search(name))
    return f"{name}{asked or next(how, '是什么')}"


def _is_property(name: str) -> bool:
    start = property_at_end(name)
    return start == 0 or (start > 0 and _OF_ANYTHING.fullmatch(name[:start]) is not None)


def names_nothing(text: str) -> bool:
    """Say whether a question leaves out what it is about: 要多少钱, 带什么材料."""
    return _NAMES_NOTHING.fullmatch(text) is not None


def asked_about(question: str) -> str:
    """Return what a question is about, with its year and place; "" where it is not plain."""
    told = ""
    clauses = [one for one in _CLAUSE.split(_POLITE.sub("", question.strip())) if one.strip()]
    for clause in clauses:
        if is_question(clause) or _WHETHER.search(clause):
            return f"{told}{subject_of(clause)}"
        told += f"{clause}，"
    if len(clauses) != 1 or len(clauses[0]) > _LONGEST:
        return ""
    start = property_at_end(clauses[0])
    return clauses[0][: max(start, 0)].rstrip("的")
