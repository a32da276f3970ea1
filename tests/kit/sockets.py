"""The guard that keeps tests off the network: what Python opens, looks up or sends to elsewhere is refused."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest


class SocketRefused(RuntimeError):
    """A test reached for the network. No OSError, so that no retry and no breaker swallows it."""


def _is_loopback(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text == "localhost":
        return True
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _allowed(family: int, address: object, *, loopback: bool) -> bool:
    """Whether a test may reach an address; a Unix socket is a file, never the network."""
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return True
    return loopback and isinstance(address, tuple) and _is_loopback(address[0])


def refuse_sockets(monkeypatch: pytest.MonkeyPatch, *, loopback: bool) -> None:
    """For one test: `connect` and `sendto` to other machines raise SocketRefused, as do look-ups of their names.

    Without `loopback` this machine's own ports are refused as well. Binding and Unix sockets stay free.
    """
    for name in ("connect", "connect_ex", "sendto"):
        plain: Callable[..., Any] = getattr(socket.socket, name)

        def guarded(self: socket.socket, *args: Any, _plain: Callable[..., Any] = plain) -> Any:
            if not _allowed(self.family, args[-1], loopback=loopback):
                # Callers close a socket after an OSError only; left open it would fail a later test.
                self.close()
                raise SocketRefused(f"this test may not reach {args[-1]}")
            return _plain(self, *args)

        monkeypatch.setattr(socket.socket, name, guarded)
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        # None means this machine, for a server that is about to listen.
        if host is not None and not _is_number(host) and not _is_loopback(host):
            raise SocketRefused(f"this test may not look up {host}")
        return look_up(host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def _is_number(host: object) -> bool:
    """Whether a host is an address already, so that no question goes out."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True
