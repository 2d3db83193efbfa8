"""Whether a question asks for all that a text lists: 哪些条件, 需要什么材料, 有哪几类."""

from __future__ import annotations

import re

from index.guide_captions import GuideField
from service.answering.understanding.question import Inquiry

_LISTED = (
    "条件|材料|资料|证件|证明|手续|情形|情况|职责|职能|义务|权利|权限|要求|程序|步骤|流程|环节|行为|事项"
    "|范围|对象|种类|类型|类别|方式|措施|途径|渠道|内容|项目|标准|原则|规定|禁止|处罚|优惠|待遇|服务"
)
_WANTS = re.compile(
    rf"哪些|哪几|有哪|包括(?:些)?什么|包含什么|(?:什么|啥)(?:{_LISTED})"
    rf"|(?:{_LISTED})(?:都|主要|具体|分别)?(?:是|有|包括|为)(?:些)?(?:什么|啥)"
    r"|(?:要|需要|带|交|提交|准备|提供|出示)(?:些)?(?:什么|啥)(?:东西)?(?:[？?。]|$)"
)
_FIELDS = (
    (GuideField.MATERIALS, r"材料|资料|证件|(?:带|交|提交|准备|提供|出示)(?:些)?(?:什么|啥|哪些)"),
    (GuideField.CONDITIONS, r"条件|要求|资格"),
    (GuideField.PROCEDURE, r"流程|程序|步骤|(?:怎么|怎样|如何)(?:办|申请|申办|申领|办理)"),
    (GuideField.TIME_LIMIT, r"多久|多长时间|几天|几个工作日|多少个?(?:天|工作日)|时限|期限"),
    (GuideField.FEE, r"多少钱|收费|费用|几钱|要钱"),
    (GuideField.TELEPHONE, r"电话|联系方式"),
    (
        GuideField.HOURS,
        r"几点|(?:上班|办公|办理|受理|开放|服务)时间|什么时[候间](?:上班|办公|开门|可以去)",
    ),
    (GuideField.PLACE, r"(?:在|去|到)(?:哪里|哪儿|哪|什么地方|哪个地方)|地址|地点|哪个?窗口"),
    (GuideField.APPLICANTS, r"(?:哪些|什么|哪类)人|对象|谁(?:可以|能)"),
)
_ASKED_FIELDS = tuple((field, re.compile(pattern)) for field, pattern in _FIELDS)


def wants_list(inquiry: Inquiry) -> bool:
    """Say whether all of a list would be the answer, and no one thing in it."""
    return _WANTS.search(inquiry.wording) is not None


def asked_guide_field(inquiry: Inquiry) -> GuideField | None:
    """Return which field of a 办事指南 would answer, or None."""
    clause = re.split(r"[，。；]", inquiry.wording.rstrip("，。；？! "))[-1]
    return next((field for field, pattern in _ASKED_FIELDS if pattern.search(clause)), None)
