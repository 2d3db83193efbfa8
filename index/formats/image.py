"""Pictures of pages: scans and photographs as files of their own."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

from index.document import Recognition
from index.errors import CorruptFile, EmptyDocument, FileTooLarge
from index.formats.failures import DAMAGE
from index.formats.layout import lay_out
from index.formats.raw import RawText
from index.formats.recognition import MOST_PAGES, MOST_PIXELS, is_installed, missing, recognise

_KINDS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")


def read_image(content: bytes) -> RawText:
    """Recognise the text of a picture; of a TIFF, of all its pages."""
    if not is_installed():
        raise missing()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            pages = list(recognise(_pictures(content)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except DAMAGE as error:
        raise CorruptFile("图片已损坏或不完整，请重新扫描或导出后再添加。") from error
    if not any(page.lines for page in pages):
        raise EmptyDocument("图片里没有认出文字。请确认图片清晰、方向正确后再添加。")
    marks = [Recognition(number, page.confidence) for number, page in enumerate(pages, 1)]
    return lay_out([page.lines for page in pages], "没有认出文字", recognised=marks)


def _pictures(content: bytes) -> Iterator[Image.Image]:
    with open_picture(content) as picture:
        for _ in frames(picture):
            yield upright(picture)


def open_picture(content: bytes) -> Image.Image:
    """Open a picture without decoding it."""
    return Image.open(io.BytesIO(content), formats=_KINDS)


def frames(picture: Image.Image) -> Iterator[int]:
    """Turn to each page of a picture, of a TIFF only there are several. Raises FileTooLarge."""
    count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    if count > MOST_PAGES:
        raise FileTooLarge(f"图片超过 {MOST_PAGES} 页的上限，请拆分后再添加。")
    for index in range(count):
        picture.seek(index)
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_large()
        yield index


def upright(picture: Image.Image) -> Image.Image:
    """Return the page a picture is turned to, the right way up and on white."""
    return _on_white(ImageOps.exif_transpose(picture))


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return paper


def _too_large() -> FileTooLarge:
    limit = MOST_PIXELS // 10_000
    return FileTooLarge(f"图片超过 {limit} 万像素的上限，请用较低的分辨率（如 200 dpi）重新扫描。")
