"""Which fact about a document a question asks for: 文号, 签发人, 成文日期 and the like."""

from __future__ import annotations

import re
from enum import StrEnum

from service.answering.understanding.spelling import mend


class Fact(StrEnum):
    """A metadata field one may ask for; the value is the field's name."""

    DOCUMENT_NUMBER = "document_number"
    SIGNER = "signer"
    ISSUED_ON = "issued_on"
    PRINTED_ON = "printed_on"  # 印发日期, which the imprint alone states
    EFFECTIVE_ON = "effective_on"
    EXPIRES_ON = "expires_on"
    COPIED_TO = "copied_to"
    RECIPIENTS = "recipients"
    DISCLOSURE = "disclosure_statement"
    ISSUER = "issuer"
    TITLE = "title"


# The names of the facts as a document has them; what only sounds like one is a slip.
_NAMED = (
    *("成文日期", "签发人", "发文字号", "文件编号", "发文机关", "印发日期", "施行日期", "生效日期"),
    *("失效日期", "主送机关", "抄送单位", "公开方式"),
)
_THING = r"(?:报告|文件|公文|通知|意见|办法|材料|文|这份|该|规定|条例|法|决定|公告|方案)"
_CHINESE: tuple[tuple[Fact, str], ...] = (
    (Fact.DOCUMENT_NUMBER, r"文号|发文字号|发文号|文件号|文件编号|公文号|字号|编号"),
    (
        Fact.SIGNER,
        r"签发人|签发者|谁签发|谁签的|签发的(?:人|领导)?(?:是|系)?谁|哪(?:个|位)(?:领导|人)?签(?:发|的)|(?:由|是)谁签|签发.{0,6}(?:谁|哪位)|谁.{0,4}签(?:发|的字|字)|签字人|签批",
    ),
    (Fact.COPIED_TO, r"抄送|抄报|抄给"),
    (
        Fact.RECIPIENTS,
        r"主送|抬头.{0,4}(?:谁|哪)|报送给|呈送|送给谁|写给(?:谁|哪)|发给(?:谁|哪)|报给(?:谁|哪)|向谁报告|上报给|交给(?:谁|哪)",
    ),
    (
        Fact.DISCLOSURE,
        r"公开方式|公开属性|哪一?种公开(?:方式|属性|形式)?|公开的?(?:种类|类别)|公开形式|主动公开|依申请公开|(?:能|可以|可不可以|能不能|是不是|是否|系咪)(?:对外)?公开(?:的)?(?:吗|$|？)|公开选项|公开类型|公开[不没]公开|公不公开|对外公开吗",
    ),
    (
        Fact.EFFECTIVE_ON,
        r"(?:施行|生效|实施|执行|起效)(?:的)?(?:日期|时间|日)|(?:什么时候|何时|几时|哪天|哪年|从哪天|自何时|哪一天|啥时候)(?:开始|起|正式)?(?:施行|生效|实施|执行)|(?:施行|生效|实施)(?:是|系)?(?:什么时候|何时|几时|哪天)",
    ),
    (
        Fact.EXPIRES_ON,
        r"失效|有效期(?:到|至|多久|是|限)|(?:什么时候|何时|几时)(?:到期|过期|废止)|废止(?:时间|日期)",
    ),
    (
        Fact.PRINTED_ON,
        r"印发(?:的)?(?:日期|时间|日)|(?:什么时候|什么时间|何时|几时|哪天|哪一天|几号|啥时候)印发|印发(?:是|于|的)?(?:什么时候|什么时间|何时|几时|哪天|哪一天|几号)",
    ),
    (
        Fact.ISSUED_ON,
        rf"成文(?:日期|时间|日)?|落款(?:日期|时间|是什么时候|的日)?|印发(?:日期|时间|日)|(?:发布|发文|出台|签发|印发|公布|制定|颁布)(?:的)?(?:日期|时间)|{_THING}.{{0,8}}(?:什么时候|何时|几时|哪天|哪一天|哪日|几号|啥时候|哪年)(?:出|写|印|发|成文|公布|颁布|通过|制定|形成|的$|的？$|定稿|落款)|(?:什么时候|何时|几时|哪天|哪一天|几号|啥时候)(?:印发|发文|成文|出台|写的|写成|颁布|公布|发布|落款)(?!了?.{{0,3}}(?:信息|协议))|签发日期|日期是(?:哪|什么|几)",
    ),
    (
        Fact.ISSUER,
        rf"发文(?:机关|单位|部门|主体)|(?:谁|哪个(?:单位|部门|机关|局)|什么(?:单位|部门|机关|局)|哪家单位)(?:写|发|印发|出|做|起草|制定|发布|出具|编写|提交|公布|颁布)(?:的)|{_THING}.{{0,6}}(?:是|系)(?:谁|哪个(?:单位|部门|机关|局)|哪家)(?:写|发|印发|出|做|的|制定|发布|出具)|(?:制定|颁布|发布|公布|制发|落款|署名)(?:机关|单位|部门|机构)|署名",
    ),
    (Fact.TITLE, r"(?:报告|文件|公文)的?(?:全称|标题|题目|名称|名字|全名)|标题是|全称是"),
)
_ENGLISH: tuple[tuple[Fact, str], ...] = (
    (
        Fact.DOCUMENT_NUMBER,
        r"document (?:number|no|reference|id)|reference number|file number|official number|serial number",
    ),
    (
        Fact.SIGNER,
        r"who signed (?:the |this |off)|signator|signer|signed by whom|signed (?:off )?by\b|who (?:approved|issued) and signed",
    ),
    (Fact.COPIED_TO, r"copied to|\bcc\b|cc'd|carbon cop|copies? (?:of .*)?sent to|copied in"),
    (
        Fact.RECIPIENTS,
        r"addressed to|submitted to|recipient|sent to whom|who was (?:the|this) report (?:sent|submitted)",
    ),
    (
        Fact.DISCLOSURE,
        r"disclosure|publicly available|open to the public|made public|is (?:it|the report|this report) public",
    ),
    (
        Fact.EFFECTIVE_ON,
        r"(?:take|took|come|came|go|went) into (?:effect|force)|effective date|takes? effect|in force since",
    ),
    (Fact.EXPIRES_ON, r"expire|expiry"),
    (
        Fact.ISSUED_ON,
        r"(?:report|document|it) (?:dated|issued|written|published|signed)|date (?:of|on) (?:the |this )?(?:report|document)|issue date|when was (?:the|this) (?:\w+ )*(?:report|document|law)",
    ),
    (
        Fact.ISSUER,
        r"who (?:issued|wrote|published|prepared|authored)|which (?:agency|bureau|department|office|authority|organi[sz]ation) (?:issued|wrote|published|prepared|produced)|issuing (?:agency|authority|body)|author of",
    ),
    (Fact.TITLE, r"title of (?:the|this)|full name of (?:the|this) (?:report|document)"),
)


def asked_fact(wording: str, *, english: bool) -> tuple[Fact | None, str]:
    """Return the metadata field a question asks for, or None, and the wording without it."""
    known = _ENGLISH if english else _CHINESE
    for said in (wording,) if english else (wording, mend(wording, _NAMED)):
        for fact, pattern in known:
            match = re.search(pattern, said)
            if match:
                return fact, said[: match.start()] + " " + said[match.end() :]
    return None, wording
