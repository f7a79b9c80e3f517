"""The contest: definitions, pairing, the match, the stream, the vote and the reveal."""
