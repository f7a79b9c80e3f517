"""Names for voters that tell nobody who they are."""

import hashlib

import polars as pl

from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles

SHORTEST_KEY = 16


def pseudonymise_voters(battles: Battles, key: bytes) -> Battles:
    """Replace each voter by a keyed hash: the same voter and key give the same pseudonym.

    Whoever has the key can find out whether a given address is among the voters: keep it secret, or
    throw it away. BLAKE2b, 16 bytes. The states of a FastChat log, which may repeat what the person
    said, stay.

    Parameters
    ----------
    battles
        The votes.
    key
        16 to 64 random bytes, such as ``secrets.token_bytes(32)``.

    Raises
    ------
    VotesError
        When the key is too short to protect anybody, or too long.
    """
    if not SHORTEST_KEY <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise VotesError(f"The key has {len(key)} bytes; it needs 16 to 64 random ones.")
    voters = battles.frame["voter"]
    known = voters.cast(pl.String).unique().drop_nulls().to_list()
    names = {
        voter: hashlib.blake2b(voter.encode(), key=key, digest_size=16).hexdigest()
        for voter in known
    }
    hidden = voters.cast(pl.String).replace(names).cast(voters.dtype)
    notes = tuple(note for note in battles.notes if note.kind != "voter_addresses")
    return Battles(battles.frame.with_columns(hidden.alias("voter")), notes)
