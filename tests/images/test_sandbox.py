import asyncio
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from pictures import LIMITS, chunk, encoded, moving, one_bit_png, picture
from tiltyard.images.errors import ImageError, ImagesBusyError, ImageTypeError
from tiltyard.images.limits import Budget, Limits
from tiltyard.images.sandbox import DECODER, Picture, Sandbox

pytestmark = pytest.mark.anyio

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def redrawn(data: bytes, declared: str, limits: Limits = LIMITS) -> Picture:
    return await Sandbox().redraw(data, declared, limits)


def opened(kept: Picture) -> Image.Image:
    return Image.open(BytesIO(kept.data))


@pytest.mark.parametrize(
    ("kind", "declared", "kept"),
    [
        ("PNG", "image/png", "image/png"),
        ("JPEG", "image/jpeg", "image/jpeg"),
        ("WEBP", "image/webp", "image/jpeg"),
        ("GIF", "image/gif", "image/png"),
    ],
)
async def test_a_picture_is_kept_as_png_or_jpeg(kind: str, declared: str, kept: str) -> None:
    first = await redrawn(picture(kind), declared)
    assert (first.media_type, first.width, first.height) == (kept, 60, 40)
    seen = opened(first)
    assert Image.MIME[str(seen.format)] == kept
    left, right = (seen.convert("RGB").getpixel((x, 20)) for x in (10, 50))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > left[2]
    assert right[2] > 200 > right[0]
    assert await redrawn(picture(kind), declared) == first


async def test_transparency_and_deep_greys_stay_visible() -> None:
    for kind in ("PNG", "WEBP"):
        clear = encoded(Image.new("RGBA", (4, 4), (0, 255, 0, 100)), kind, lossless=True)
        seen = opened(await redrawn(clear, Image.MIME[kind]))
        assert seen.getpixel((1, 1)) == (0, 255, 0, 100)
    deep = encoded(Image.new("I;16", (4, 4), 0x8000), "PNG")
    assert opened(await redrawn(deep, "image/png")).getpixel((1, 1)) == 0x80


async def test_a_print_shops_colours_become_a_screens() -> None:
    cyan = encoded(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "JPEG")
    seen = opened(await redrawn(cyan, "image/jpeg"))
    assert seen.mode == "RGB"


async def test_nothing_but_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif[0x9286] = "SECRET comment"
    exif.get_ifd(0x8825)[1] = "SECRET place"
    words = PngInfo()
    words.add_text("Comment", "SECRET words")
    words.add_text("parameters", "SECRET prompt", zip=True)
    words.add_itxt("XML:com.adobe.xmp", "SECRET xmp")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = [
        picture("JPEG", exif=exif, comment=b"SECRET", icc_profile=profile, xmp=b"SECRET"),
        picture("PNG", exif=exif, pnginfo=words, icc_profile=profile, dpi=(300, 300)),
        picture("WEBP", exif=exif, xmp=b"SECRET", icc_profile=profile),
        picture("GIF", comment=b"SECRET"),
    ]
    for data in sent:
        kept = await redrawn(data, str(Image.MIME[str(Image.open(BytesIO(data)).format)]))
        assert b"SECRET" not in kept.data
        info = opened(kept).info
        assert set(info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, info


async def test_a_picture_taken_on_its_side_stands_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by 90 degrees
    kept = await redrawn(picture("JPEG", (60, 40), exif=exif), "image/jpeg")
    assert (kept.width, kept.height) == (40, 60)
    top = opened(kept).getpixel((20, 10))
    assert isinstance(top, tuple)
    assert top[0] > 200


async def test_colours_of_a_wide_profile_are_mapped() -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    # A profile of another kind than the picture cannot be used, and harms nobody.
    assert (await redrawn(picture("JPEG", icc_profile=swapped), "image/jpeg")).width == 60
    assert (await redrawn(picture("JPEG", icc_profile=b"no profile"), "image/jpeg")).width == 60


async def test_a_phones_second_picture_is_left_out() -> None:
    two = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    phone = encoded(two[0], "MPO", save_all=True, append_images=two[1:])
    kept = await redrawn(phone, "image/jpeg")
    assert getattr(opened(kept), "n_frames", 1) == 1


async def test_what_hangs_on_behind_a_picture_is_gone() -> None:
    for kind, declared in (("GIF", "image/gif"), ("PNG", "image/png"), ("JPEG", "image/jpeg")):
        both = picture(kind) + b"<script>alert(1)</script>PK\x03\x04"
        assert b"<script" not in (await redrawn(both, declared)).data


@pytest.mark.parametrize(
    ("data", "declared", "sentence"),
    [
        (b"", "image/png", "The file is empty"),
        (SVG, "image/svg+xml", "image/svg.xml is not taken: send a PNG, JPEG"),
        (SVG, "image/png", "SVG is not taken"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "image/jpeg", "HEIC and AVIF are not taken"),
        (b"<!doctype html><p>", "image/png", "no image that can be read"),
        (picture("PNG"), "text/html", "text/html is not taken"),
        (picture("PNG"), "", "No content type is not taken"),
        (picture("PNG"), "image/jpeg", "The file is image/png and was sent as image/jpeg"),
        (b"<script>" + picture("GIF"), "image/gif", "no image that can be read"),
    ],
)
async def test_what_is_no_picture_is_refused_unread(
    data: bytes, declared: str, sentence: str
) -> None:
    with pytest.raises(ImageTypeError, match=sentence) as refused:
        await redrawn(data, declared)
    assert refused.value.status == 415


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (one_bit_png(40_000), "at most 8,000 pixels wide or high"),
        (one_bit_png(7_000), "at most 20,000,000 pixels"),
        (moving("PNG"), "animated: send a still one"),
        (picture("PNG", (200, 200))[:-60], "damaged or cut short"),
        (picture("PNG")[:20], "damaged or cut short"),
        (b"\x89PNG\r\n\x1a\n", "damaged or cut short"),
    ],
)
async def test_a_bad_png_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence) as refused:
        await redrawn(data, "image/png")
    assert refused.value.status == 422


async def test_bad_files_of_other_kinds_are_refused_too() -> None:
    for kind, declared in (("GIF", "image/gif"), ("WEBP", "image/webp")):
        with pytest.raises(ImageError, match="animated"):
            await redrawn(moving(kind), declared)
    for kind in ("JPEG", "WEBP"):
        noise = Image.effect_noise((200, 200), 80)
        with pytest.raises(ImageError, match="cut short"):
            await redrawn(encoded(noise, kind)[:-3_000], Image.MIME[kind])


async def test_words_that_swell_a_thousandfold_cost_nobody_else_anything() -> None:
    good = picture("PNG")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000)))
    head = good.index(b"IDAT") - 4
    with pytest.raises(ImageError):
        await redrawn(good[:head] + bomb + good[head:], "image/png")


async def test_a_file_of_too_many_bytes_is_refused() -> None:
    small = Limits(bytes=100, pixels=10_000, side=1_000)
    with pytest.raises(ImageError, match="at most 100 bytes") as refused:
        await redrawn(picture("PNG"), "image/png", small)
    assert refused.value.status == 413
    # Small as it was sent, and large as it must be kept.
    noise = encoded(Image.effect_noise((300, 300), 90), "WEBP", quality=1)
    fits = Limits(bytes=len(noise) + 10, pixels=100_000, side=1_000)
    with pytest.raises(ImageError, match="at most"):
        await redrawn(noise, "image/webp", fits)


@pytest.mark.parametrize(
    "budget",
    [
        Budget(memory=60_000_000),  # too little for the pixels
        Budget(memory=2_000_000_000, wall_s=0.001),
    ],
)
async def test_a_decoder_that_uses_too_much_is_ended(budget: Budget) -> None:
    large = picture("PNG", (5_000, 4_000))
    with pytest.raises(ImageError, match="too much time or memory"):
        await Sandbox().redraw(large, "image/png", LIMITS, budget)


async def test_a_decoder_that_writes_without_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import sys\nwhile True: sys.stdout.buffer.write(bytes(65536))\n")
    monkeypatch.setattr("tiltyard.images.sandbox.DECODER", endless)
    async with asyncio.timeout(60):
        with pytest.raises(ImageError, match="too much time or memory"):
            await Sandbox().redraw(picture(), "image/png", LIMITS, Budget(10**9, wall_s=600))


async def test_only_so_many_may_wait() -> None:
    sandbox = Sandbox(at_once=1, waiting=1)
    asked = [sandbox.redraw(picture(), "image/png", LIMITS) for _ in range(4)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, Picture) for answer in answers) == 2
    assert sum(isinstance(answer, ImagesBusyError) for answer in answers) == 2
    assert (await sandbox.redraw(picture(), "image/png", LIMITS)).width == 60


def test_a_decoder_that_was_taken_over_can_do_nothing(tmp_path: Path) -> None:
    # The decoder's own limits, and then what an attacker's code would try.
    attack = f"""
import os, sys, runpy, socket, subprocess
decoder = runpy.run_path({str(DECODER)!r})
decoder["warm_up"]()
decoder["give_up_rights"](600_000_000, 5)
def tried(what):
    try:
        what()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
print(tried(lambda: open("/etc/passwd")))
print(tried(lambda: open("/proc/%d/environ" % os.getppid())))
print(tried(lambda: open({str(tmp_path / "left")!r}, "w")))
print(tried(socket.socket))
print(tried(lambda: subprocess.run(["true"])))
print(tried(lambda: bytearray(1_000_000_000)))
print(sorted(set(os.environ) - {{"LC_CTYPE"}}))
"""
    run = subprocess.run(
        [sys.executable, "-I", "-c", attack], capture_output=True, text=True, env={}, check=True
    )
    assert run.stdout.splitlines() == ["OSError"] * 5 + ["MemoryError", "[]"], run.stderr
