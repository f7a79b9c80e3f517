"""Run the decoder in a process of its own, under limits, for one picture at a time."""

import asyncio
import base64
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from tiltyard.images.errors import ImageError, ImagesBusyError
from tiltyard.images.limits import Budget, Limits, budget_for
from tiltyard.images.sniffing import check_upload, media_type, too_large

DECODER = Path(__file__).with_name("decoder.py")
SAMPLE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
"""The smallest picture there is, for trying out whether pictures can be redrawn."""

AT_ONCE = 2
WAITING = 32
HEADING = 4096
"""Bytes that a decoder may say besides the picture."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is safe to keep, show and send on: its pixels and nothing besides."""

    data: bytes
    media_type: str
    width: int
    height: int


class _Refused(BaseModel):
    refused: str


class _Drawn(BaseModel):
    media_type: Literal["image/png", "image/jpeg"]
    width: int
    height: int


_ANSWER: TypeAdapter[_Refused | _Drawn] = TypeAdapter(_Refused | _Drawn)


class Sandbox:
    """Redraws pictures from strangers.

    Parameters
    ----------
    at_once, waiting
        How many are decoded at the same time, and how many may wait for that.
    """

    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    async def redraw(
        self, data: bytes, declared: str, limits: Limits, budget: Budget | None = None
    ) -> Picture:
        """Decode a picture in a limited process and draw it anew.

        Parameters
        ----------
        data, declared
            The file, and the media type that its sender gives.
        limits
            What a picture may be.
        budget
            What its decoding may use; by default enough for a picture within the limits.

        Raises
        ------
        ImageError
            One sentence for whoever sent it.
        ImagesBusyError
            When too many wait already.
        """
        kind = check_upload(data, declared, limits)
        if not self._room:
            raise ImagesBusyError("Many images are being looked at: send yours again in a moment.")
        self._room -= 1
        try:
            async with self._turn:
                return await _decode(data, kind, limits, budget or budget_for(limits))
        finally:
            self._room += 1


async def _decode(data: bytes, kind: str, limits: Limits, budget: Budget) -> Picture:
    order = {
        "media_type": kind,
        "limits": asdict(limits),
        "memory": budget.memory,
        "cpu_s": budget.cpu_s,
    }
    process = await _start(json.dumps(order))
    try:
        async with asyncio.timeout(budget.wall_s):
            written = await _exchange(process, data, limits.bytes + HEADING)
    except TimeoutError:
        written = b""
    finally:
        # Whatever happened, this request included: nothing goes on decoding.
        with suppress(ProcessLookupError):
            process.kill()
        await _hear_out(process)
    return _picture(written, limits, code=process.returncode)


async def _start(order: str) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(DECODER),
            order,
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env={},  # no provider's key, no database's password
            start_new_session=True,
        )
    except OSError as error:
        log.error("the image decoder cannot be started", error=str(error))  # noqa: TRY400  # nothing of ours broke
        raise ImagesBusyError("Images cannot be looked at just now: try again later.") from None


async def _exchange(process: Process, data: bytes, most: int) -> bytes:
    """Give the decoder a picture and take what it writes; nothing when that is beyond `most`."""
    assert process.stdout is not None  # noqa: S101  # it was started with a pipe
    feeding = asyncio.create_task(_feed(process, data))
    written = bytearray()
    try:
        while piece := await process.stdout.read(most):
            written += piece
            if len(written) > most:
                return b""
        await process.wait()
    finally:
        feeding.cancel()
        await asyncio.wait([feeding])
    return bytes(written)


async def _feed(process: Process, data: bytes) -> None:
    assert process.stdin is not None  # noqa: S101  # it was started with a pipe
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _hear_out(process: Process) -> None:
    """Wait for a decoder that was ended; what is left in its pipe would keep it from going."""
    assert process.stdout is not None  # noqa: S101  # it was started with a pipe
    while await process.stdout.read(HEADING):
        pass
    await process.wait()


def _picture(written: bytes, limits: Limits, *, code: int | None) -> Picture:
    """Read the decoder's answer, which is believed no more than the picture itself."""
    line, _, body = written.partition(b"\n")
    try:
        answer = _ANSWER.validate_json(line)
    except ValidationError:
        log.warning("an image ended its decoder", code=code)
        raise _refusal("costly", limits) from None
    if isinstance(answer, _Refused):
        raise _refusal(answer.refused, limits)
    if media_type(body) != answer.media_type or len(body) > limits.bytes:
        raise _refusal("broken", limits)
    return Picture(body, answer.media_type, answer.width, answer.height)


def _refusal(reason: str, limits: Limits) -> ImageError:
    if reason == "bytes":
        return too_large(limits)
    sentences = {
        "animated": "The image is animated: send a still one.",
        "costly": "The image takes too much time or memory to decode: save it anew and send that.",
        "pixels": f"An image has at most {limits.pixels:,} pixels: make it smaller and send that.",
        "side": (
            f"An image is at most {limits.side:,} pixels wide or high: make it smaller and send "
            "that."
        ),
    }
    broken = "The image is damaged or cut short: save it anew and send that."
    return ImageError(sentences.get(reason, broken))
