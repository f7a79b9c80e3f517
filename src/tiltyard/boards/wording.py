"""Words that boards have in common."""

from collections.abc import Sequence


def listed(names: Sequence[str], most: int) -> str:
    """Name the first of many, and count the others.

    >>> listed(["amber", "birch", "cedar"], 3), listed(["amber", "birch", "cedar"], 1)
    ('amber, birch and cedar', 'amber and 2 more')
    """
    shown = [*names[:most], *([f"{len(names) - most:,} more"] if len(names) > most else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
