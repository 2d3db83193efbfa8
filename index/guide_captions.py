"""The captions of 办事指南, as offices word them, and the field each of them names."""

from __future__ import annotations

import re
from enum import StrEnum


class GuideField(StrEnum):
    """What a caller needs to know of a service."""

    SERVICE = "service"  # 事项名称
    CONDITIONS = "conditions"  # 受理条件
    MATERIALS = "materials"  # 申请材料
    PROCEDURE = "procedure"  # 办理流程
    TIME_LIMIT = "time_limit"  # 办理时限
    FEE = "fee"  # 收费标准
    PLACE = "place"  # 办理地点
    HOURS = "hours"  # 办公时间
    TELEPHONE = "telephone"  # 咨询电话
    BASIS = "basis"  # 设定依据
    OFFICE = "office"  # 实施机关
    APPLICANTS = "applicants"  # 服务对象
    RESULT = "result"  # 办理结果


_OF_SERVICE = r"(?:办理|办事|受理|申请|申报|申办|审批|服务|业务)"
_CAPTIONS: tuple[tuple[GuideField, str], ...] = (
    (GuideField.SERVICE, r"(?:办理|服务|审批|政务服务)?事项(?:名称)?|(?:业务|项目|服务)名称"),
    (GuideField.CONDITIONS, rf"{_OF_SERVICE}(?:应当具备的?)?(?:条件|要求)|(?:准予|许可)条件"),
    (
        GuideField.MATERIALS,
        rf"(?:{_OF_SERVICE}|应提交的?|需提交的?|提交|所需|需要|应交)(?:的|所需|需要?)?(?:资料|材料|要件|证件)(?:清单|目录|名称)?",
    ),
    (GuideField.PROCEDURE, rf"{_OF_SERVICE}(?:流程|程序|步骤|方式和流程)|(?:工作|审批)?流程"),
    (
        GuideField.TIME_LIMIT,
        rf"(?:{_OF_SERVICE}|承诺|法定|法定办结|承诺办结|办结)(?:时限|期限|时长)|办结时间|时限",
    ),
    (GuideField.FEE, r"(?:是否)?收费(?:标准|情况|依据及标准|项目|及依据)?|费用(?:标准)?|办理费用"),
    (
        GuideField.PLACE,
        rf"(?:{_OF_SERVICE}|办公|窗口|现场)(?:地点|地址|窗口|场所)|(?:联系|窗口|单位)?地址",
    ),
    (GuideField.HOURS, r"(?:办公|受理|服务|办理|工作|上班|对外服务|咨询)时间"),
    (
        GuideField.TELEPHONE,
        r"(?:咨询|联系|服务|办公|投诉|监督|监督投诉|投诉举报|咨询服务|业务咨询)?(?:电话|热线)(?:号码)?|(?:咨询|联系)方式",
    ),
    (
        GuideField.BASIS,
        r"(?:设定|办理|法律|政策|实施|审批|受理|法定|收费)(?:的)?(?:法律)?依据|政策法规依据|依据",
    ),
    (
        GuideField.OFFICE,
        r"(?:实施|办理|受理|承办|审批|主管|责任|决定)(?:机关|机构|部门|单位|主体)",
    ),
    (GuideField.APPLICANTS, r"(?:服务|办理|申请|适用|面向)(?:对象|人群|范围)|申请主体"),
    (GuideField.RESULT, r"(?:办理|审批|办结)结果(?:名称|送达|样本)?|(?:结果|证件)名称|结果送达"),
)
_PATTERNS = tuple((field, re.compile(pattern)) for field, pattern in _CAPTIONS)
ANY_CAPTION = "(?:" + "|".join(f"(?:{pattern})" for _, pattern in _CAPTIONS) + ")"


def guide_field(caption: str) -> GuideField | None:
    """Return the field that a caption names, or None; spaces and brackets around it are let go."""
    words = re.sub(r"[（(][^）)]{1,12}[）)]$", "", re.sub(r"\s", "", caption)).strip(
        "【】[]：:（）()"
    )
    return next((field for field, pattern in _PATTERNS if pattern.fullmatch(words)), None)
