"""Passwords: what is assigned to one, unless it is words, a placeholder or code."""

import re

SPELT = ("passw", "passphrase", "pwd", "kennwort", "wachtwoord", "senha", "contraseña", "пароль")
WORDS = "|".join(
    (
        *(form for word in SPELT for form in (word, word.capitalize(), word.upper())),
        *("passWord", "PassWord", "[Mm]ot de passe", "密码", "密碼", "パスワード", "비밀번호"),
    )
)
"""One of them is in every such text; an engine without context finds such forms the quickest."""
GAP = r"[ \t]{0,3}"
TIE = (
    rf"[\\\"'`*_]{{0,4}}{GAP}(?:(?::=|={{1,3}}>?|[:>])[*_]{{0,2}}{GAP}\n?{GAP}"
    r"|(?:は|是|为|為|(?<=[ \t])(?:is|ist|est|es|é|è)(?=[ \t:]))[ \t:]{0,3}|(?<=[ \t])(?=[\"']))"
)
"""What stands between the word and its value: `": "`, ` = `, `:** `, ` is `; in SQL, nothing."""
NEXT = r"[&,;][\w.-]{1,30}[:=]"
"""The next one of several values that are assigned side by side."""
PASSWORD = re.compile(
    rf"(?:{WORDS})(?P<more>[A-Za-z0-9_-]{{0,30}}){TIE}"
    r"(?:\\?(?P<quote>[\"'`]|\*\*)(?P<quoted>(?:(?!\\?(?P=quote))\S){8,200})(?=\\?(?P=quote))"
    rf"|(?P<bare>(?:(?!{NEXT})[^\s\"'`<>|\\]){{8,200}})(?<![.,;:)\]}}*]))"
)
SAME = re.compile(r"(?i:(?:or)?[dt]e?s?|s?)[_-]?[0-9]{0,2}")
"""What leaves it a password's name; `password_hash` may be the name of something else."""
MIXED = re.compile(r"(?=[A-Za-z]{0,9}[0-9])(?=[0-9]{0,9}[A-Za-z])[A-Za-z0-9]{6}")
"""Letters and digits side by side, which are no word whatever their name."""
CODE = re.compile(
    r"[\w.$]*[\[({]|[\w$]+(?:(?:\.|->|::)[A-Za-z_]\w*)+$|[%$]\w+%?$|[{<\[(/~]|\.{1,2}/"
    r"|.*(?:->|::|[=!]=|=>|&&)"
)
"""A call, a member, a variable, a path, a template, a comparison."""
FORM = re.compile(r"\^|.*(?:\\[dws]|[aA0]-[zZ9]|\{\{|\$\{|%[(sd]|://|</|&(?:#|lt;|gt;)|\w\|\w)")
"""A regular expression, a template, an address, a list of rules; in quotes, too."""
STRONG = re.compile(r"(?=.*[a-z])(?=.*[A-Z]).*[!@#$%^&*?+~]")
PIECE = re.compile(r"[^\W\d_]+|[0-9]+")
ORDINARY = """
    a abc abcd admin aes an and any app arg array at bar base baz bcrypt bool boolean buffer byte
    bytes cbc change char character characters chars client config confirm current database db
    decode decoded default demo digit digits dummy encode encoded encrypt encrypted encryption enter
    env example field foo for gcm good guest hash hashed hello here hmac i in input int is it key
    least length let letter letters list login long love max maximum mb md me min minimum most my
    mysql new no none not null number object of old optional or p page param parameter pass
    passphrase passwd password passwords passwort pbkdf plain postgres put pw pwd qwerty raw redis
    required root safe sample scram secret secure server sha some step str string strong super temp
    test tester testing text that the this to token true type uint user username utf value var
    varchar very welcome with world x xyz you your
"""
ORDINARY_WORDS = re.compile(
    rf"(?i:(?>{'|'.join(sorted(ORDINARY.split(), key=len, reverse=True))})++)"
)
"""In examples, names of variables and rules for passwords; one or several, as in `YourPassword`."""
COUNT = re.compile(r"[0-9]{1,4}|0?12345[0-9]*|([0-9])\1*")
"""Numbers that make no password of a word."""


def is_password(match: re.Match[str]) -> bool:
    """Say whether a match of :data:`PASSWORD` is one.

    >>> told = ("hunter2secret9X", "your-password-123", "getpass.getpass()", "at-least-8-letters")
    >>> [is_password(PASSWORD.search(f"password={what}")) for what in told]
    [True, False, False, False]
    """
    value = match[match.lastgroup or 0]
    if not _mixes_signs(value) or FORM.match(value):
        return False
    if match.lastgroup == "bare" and CODE.match(value):
        return False
    if not SAME.fullmatch(match["more"]) and not MIXED.search(value):
        return False
    return not all(map(_is_ordinary, PIECE.findall(value)))


def _mixes_signs(value: str) -> bool:
    """Say whether there are letters and digits, or large and small letters and punctuation."""
    if any(map(str.isdigit, value)):
        return any(map(str.isalpha, value))
    return STRONG.match(value) is not None


def _is_ordinary(piece: str) -> bool:
    return (COUNT if piece.isdigit() else ORDINARY_WORDS).fullmatch(piece) is not None
