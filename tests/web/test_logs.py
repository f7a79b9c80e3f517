import io
import json

import pytest
import structlog

from tiltyard.web.logs import configure_logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_no_log_shows_the_value_of_a_variable(stream: io.StringIO) -> None:
    key = f"sk-{2**64}"
    configure_logs(stream)
    try:
        _ = len(key) / 0  # a defect near the key
    except ZeroDivisionError:
        structlog.get_logger().exception("something broke")
    finally:
        structlog.reset_defaults()
    written = stream.getvalue()
    assert "something broke" in written
    assert "ZeroDivisionError" in written
    assert key not in written


def test_what_is_not_a_terminal_gets_one_json_object_a_line() -> None:
    stream = io.StringIO()
    configure_logs(stream)
    structlog.get_logger().warning("an attempt failed", contestant="one")
    structlog.reset_defaults()
    (line,) = stream.getvalue().splitlines()
    written = json.loads(line)
    assert (written["event"], written["level"]) == ("an attempt failed", "warning")
