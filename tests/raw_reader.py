"""A reader of an event stream on a bare socket, which can be as slow or as rude as it likes."""

import socket
import struct
from urllib.parse import urlsplit

import aiohttp

from serving import API


def open_stream(session: aiohttp.ClientSession, base: str, battle: str) -> socket.socket:
    """Ask for the events of a battle of the session's voter, and read nothing."""
    place = urlsplit(base)
    cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in session.cookie_jar)
    reader = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect((place.hostname, place.port))
    reader.sendall(
        f"GET {API}/battles/{battle}/events HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Cookie: {cookie}\r\n\r\n".encode()
    )
    return reader


def hang_up(reader: socket.socket) -> None:
    """Leave without a farewell: the other side gets a reset."""
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reader.close()
