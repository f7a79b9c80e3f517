"""Keys that open something: of well-known issuers, private ones, and what is called secret."""

import re

ISSUED = (
    r"sk-(?:(?:proj|svcacct|admin|ant|or)-|(?=[a-z_-]{0,99}[A-Z0-9]))[A-Za-z0-9_-]{20,}",
    r"[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",
    r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])",
    r"gh[pousr]_[A-Za-z0-9]{36,}",
    r"github_pat_[A-Za-z0-9_]{40,}",
    r"glpat-[A-Za-z0-9_-]{20,}",
    r"xox[abprs]-[A-Za-z0-9-]{20,}",
    r"AIza[0-9A-Za-z_-]{35}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"npm_[A-Za-z0-9]{36}",
    r"hf_[A-Za-z0-9]{30,}",
    r"eyJ[A-Za-z0-9_-]{10,999}\.eyJ[A-Za-z0-9_-]{10,9999}\.[A-Za-z0-9_-]{10,}",
)
LABEL = r"(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
INSIDE = r"(?:(?!-----BEGIN)[\s\S])"
PRIVATE = (
    rf"-----BEGIN {LABEL}"
    rf"(?:{INSIDE}*?-----END {LABEL}|(?={INSIDE}*?[A-Za-z0-9+/=]{{20}}){INSIDE}*)?"
)
"""A private key up to its end, or as far as there is text; without a key after it, the line."""
CALLED = (
    r"(?ai:secret|token|(?:api|access|private)[_-]?key)[A-Za-z0-9_-]{0,30}"
    r"[\"'`]?[ \t]{0,3}[:=]{1,2}[ \t]{0,3}[\"'`]?(?P<value>[A-Za-z0-9/+_=-]{16,200})(?![\w.(\[])"
)
BEARER = r"(?ai:bearer) {1,3}(?P<bearer>[A-Za-z0-9._~+/-]{20,500}=*)"
SECRET_KEY = re.compile(rf"{PRIVATE}|(?<![A-Za-z0-9])(?:{'|'.join((*ISSUED, CALLED, BEARER))})")
MIXED = 6
"""This many letters and digits side by side are no word and no number."""
SIGNS = (
    "sk-[A-Za-z0-9_-]{20}",
    *("k_live_", "k_test_", "AKIA", "ASIA", "gh[pousr]_", "github_pat_", "glpat-", "xox", "AIza"),
    *("GOCSPX-", r"SG\.", "npm_", "hf_", "eyJ", "PRIVATE KEY"),
    "(?i-u:secret|token|key)[A-Za-z0-9_-]{0,30}[\"'`]?[ \t]{0,3}[:=]",
    "(?i-u:bearer) ",
)
SIGN = "|".join(SIGNS)
"""What every such text has in it, for an engine without context."""


def is_secret(match: re.Match[str]) -> bool:
    """Say whether a match of :data:`SECRET_KEY` is a key, and no word where a key would be.

    >>> [is_secret(SECRET_KEY.search(f"token={what}")) for what in ("aB3dE5gH7jK9mN1p", "x" * 16)]
    [True, False]
    """
    if match.lastgroup is None:
        return True
    parts = re.split(r"[^A-Za-z0-9]", match[match.lastgroup])
    return any(len(part) >= MIXED and not (part.isalpha() or part.isdigit()) for part in parts)
