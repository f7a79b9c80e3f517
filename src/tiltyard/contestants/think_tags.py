"""Tell reasoning from answer where a model writes both into one text, as `<think>…</think>`."""

from tiltyard.contestants.adapter import Reasoning, Text

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkTags:
    """Split a text that arrives in pieces, cut anywhere, into reasoning and answer.

    Only a block at the very beginning counts; later tags are part of the answer. White space
    between the block and the answer is dropped.
    """

    def __init__(self) -> None:
        self._held = ""
        self._read = self._before

    def feed(self, text: str) -> list[Text | Reasoning]:
        """Take the next piece of text and return what is certain by now."""
        held, self._held = self._held + text, ""
        return self._read(held) if held else []

    def end(self) -> list[Text | Reasoning]:
        """Return what was held back because it might have become a tag."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [Reasoning(held) if self._read == self._inside else Text(held)]

    def _before(self, text: str) -> list[Text | Reasoning]:
        start = text.lstrip()
        if start.startswith(_OPEN):
            self._read = self._inside
            return self.feed(start.removeprefix(_OPEN))
        if _OPEN.startswith(start):
            self._held = text
            return []
        self._read = self._after
        return self._after(text)

    def _inside(self, text: str) -> list[Text | Reasoning]:
        thought, closed, rest = text.partition(_CLOSE)
        if closed:
            self._read = self._between
            return _reasoning(thought) + self.feed(rest)
        kept = _partial(text, _CLOSE)
        self._held = text[len(text) - kept :]
        return _reasoning(text[: len(text) - kept])

    def _between(self, text: str) -> list[Text | Reasoning]:
        answer = text.lstrip()
        if not answer:
            return []
        self._read = self._after
        return [Text(answer)]

    def _after(self, text: str) -> list[Text | Reasoning]:
        return [Text(text)]


def _reasoning(text: str) -> list[Text | Reasoning]:
    return [Reasoning(text)] if text else []


def _partial(text: str, tag: str) -> int:
    """Return how many characters at the end of a text may be the beginning of a tag."""
    return next((size for size in range(len(tag) - 1, 0, -1) if text.endswith(tag[:size])), 0)
