"""What a document says of itself: its title, its agency and how that is called in short."""

from __future__ import annotations

from index.document import Metadata
from service.answering.terms import bare

# How agencies are called in everyday speech; each full name keeps its place before it.
_ALIASES = (
    ("政务服务数据管理局", "政数局"),
    ("政务服务和数据管理局", "政数局"),
    ("行政审批政务信息管理局", "行政审批局"),
    ("人力资源和社会保障", "人社"),
    ("住房和城乡建设", "住建"),
    ("市场监督管理", "市监"),
    ("发展和改革", "发改"),
    ("卫生健康", "卫健"),
    ("城市管理和综合执法", "城管"),
    ("自然资源和规划", "自然资源"),
    ("工业和信息化", "工信"),
    ("农业农村", "农业"),
    ("文化广电旅游体育", "文广旅体"),
    ("人民政府", "政府"),
    ("委员会", "委"),
)


def identity(metadata: Metadata) -> str:
    """Return title, agency, its short name and region, bare, to hold words against."""
    parts = [metadata.title, metadata.issuer or "", metadata.region or ""]
    issuer = metadata.issuer or ""
    for full, short in _ALIASES:
        issuer = issuer.replace(full, short)
    return bare(" ".join([*parts, issuer]))
