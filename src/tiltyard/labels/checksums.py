"""Numbers that are what they seem to be: cards, bank accounts, addresses of machines."""

import re
from ipaddress import ip_address

IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BR": 29,
    "BY": 28,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "EG": 29,
    "ES": 24,
    "FI": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IQ": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LC": 32,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "LY": 25,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MR": 27,
    "MT": 31,
    "MU": 30,
    "NL": 18,
    "NO": 15,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SC": 31,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "ST": 25,
    "SV": 28,
    "TL": 23,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VA": 22,
    "VG": 24,
    "XK": 20,
}
"""The registered lengths (ISO 13616); other countries have no IBAN."""
CARDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|35\d{14}"
)
"""Lengths and first digits of the large issuers."""
LARGE_PART = 32
"""Addresses all of whose numbers are smaller are one in five thousand; versions are mostly such."""


def is_iban(text: str) -> bool:
    """Check the country's length and the remainder by 97 (ISO 7064).

    >>> is_iban("GB82 WEST 1234 5698 7654 32"), is_iban("GB82 WEST 1234 5698 7654 33")
    (True, False)
    """
    plain = re.sub(r"[ -]", "", text).upper()
    if IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_card(text: str) -> bool:
    """Check the issuer's digits and the last digit (Luhn).

    >>> is_card("4539 1488 0343 6467"), is_card("4539 1488 0343 6468")
    (True, False)
    """
    plain = re.sub(r"[ -]", "", text)
    if CARDS.fullmatch(plain) is None:
        return False
    digits = [int(digit) for digit in reversed(plain)]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[1::2])  # noqa: PLR2004  # twice five is ten
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_public_address(text: str) -> bool:
    """Say whether a text is the address of a machine that anybody can reach, and no version.

    >>> [is_public_address(text) for text in ("93.184.216.34", "192.168.0.1", "3.2.1.4")]
    [True, False, False]
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    is_version = address.version == 4 and all(part < LARGE_PART for part in address.packed)  # noqa: PLR2004  # of the protocol
    return address.is_global and not address.is_multicast and not is_version
