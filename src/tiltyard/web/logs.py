"""What the server writes to its standard error."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(stream: TextIO = sys.stderr) -> None:
    """Write lines for people to a terminal, and one JSON object a line to anything else.

    The server's own log and those of its libraries go the same way. Tracebacks never show the
    values of variables: one of them may be a provider's key.
    """
    rendering = _rendering(stream)
    structlog.configure(
        processors=[*SHARED, *rendering], logger_factory=structlog.PrintLoggerFactory(stream)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _rendering(stream: TextIO) -> list[Processor]:
    if stream.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
