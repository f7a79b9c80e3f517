"""Server-sent events, read from bytes as they arrive.

After the HTML standard's "Server-sent events", section "Interpreting an event stream", with two
liberties that real providers need: the data of an event that the end of the stream cuts off is
handed out too, and fields other than `data` are skipped.
"""

from collections.abc import Iterator

LINE_LIMIT = 1_000_000
"""Bytes that one line, and the data of one event, may have."""

_TOO_LONG = f"sent an event of more than {LINE_LIMIT:,} bytes"
_BOM = b"\xef\xbb\xbf"


class OversizedEventError(ValueError):
    """A line or an event is longer than `LINE_LIMIT`."""


class EventStream:
    """Turn chunks of bytes, cut anywhere, into the data of whole events.

    Lines may end in LF, CRLF or CR. Bytes that are not UTF-8 become replacement characters.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[str] = []
        self._size = 0
        self._first = True
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take the next bytes and go through the data of the events they complete.

        Raises
        ------
        OversizedEventError
            When a line or an event grows beyond `LINE_LIMIT`.
        """
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") or (self._after_cr and not chunk)
        for piece in chunk.splitlines(keepends=True):
            self._line += piece
            if len(self._line) > LINE_LIMIT:
                raise OversizedEventError(_TOO_LONG)
            if piece.endswith((b"\n", b"\r")):
                yield from self._end_line()

    def end(self) -> list[str]:
        """Return the data of the event that the end of the stream cut off, if there is any."""
        return self._end_line() + self._end_event()

    def _end_line(self) -> list[str]:
        line = bytes(self._line).rstrip(b"\r\n")
        self._line.clear()
        if self._first:
            self._first, line = False, line.removeprefix(_BOM)
        if not line:
            return self._end_event()
        field, _, value = line.partition(b":")
        if field == b"data":
            self._size += len(value) + 1  # a line without a word takes room too
            if self._size > LINE_LIMIT:
                raise OversizedEventError(_TOO_LONG)
            self._data.append(value.removeprefix(b" ").decode("utf-8", "replace"))
        return []

    def _end_event(self) -> list[str]:
        event = ["\n".join(self._data)] if self._data else []
        self._data, self._size = [], 0
        return event
