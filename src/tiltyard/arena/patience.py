"""How long a contestant is waited for: the arena's limits, as a pure rule.

A sign of life is a word, a thought or a provider's keep-alive. Thinkers get a generous limit:
before its first word a contestant may be silent for `first_piece_s` at a time and think for
`first_word_s` in all; after it, it may be silent for `idle_s`. These run from when its request
goes out: :mod:`tiltyard.arena.clocks`. `total_s` holds for everybody, in our own queue too.
"""

from tiltyard.arena.definition import Answer


def overdue(
    rules: Answer, *, running_s: float, asked_s: float, silent_s: float, spoke: bool
) -> str | None:
    """Say which limit an answer has overrun, in a sentence for the operator; None while it is well.

    Parameters
    ----------
    rules
        The arena's limits.
    running_s, asked_s, silent_s
        Seconds since the attempt began, the same without waiting in our queue, and since the last
        sign of life.
    spoke
        Whether the first word has come.
    """
    silence = rules.idle_s if spoke else rules.first_piece_s
    if silent_s >= silence:
        return f"The contestant gave no sign of life for {silence:g} seconds."
    if not spoke and asked_s >= rules.first_word_s:
        return f"The contestant said no word within {rules.first_word_s:g} seconds."
    if running_s >= rules.total_s:
        return f"The contestant had not finished after {rules.total_s:g} seconds."
    return None
