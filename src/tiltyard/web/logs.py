"""What the server writes to its standard error."""

import sys
from typing import TextIO

import structlog
from structlog.typing import Processor


def configure_logs(stream: TextIO = sys.stderr) -> None:
    """Write lines for people to a terminal, and one JSON object a line to anything else.

    Tracebacks never show the values of variables: one of them may be a provider's key.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_rendering(stream),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )


def _rendering(stream: TextIO) -> list[Processor]:
    if stream.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
