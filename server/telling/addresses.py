"""Where other systems may be told: public hosts over TLS, and hosts and networks that the server was opened for.

Whoever can have the server call an address could otherwise reach what only the server reaches: the plant's machines,
other programs on this computer, a cloud's own services. So names are resolved here, every address is judged, and the
call goes to the address that was judged: a name that changes its mind in between gains nothing.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from server.errors import Invalid

LONGEST_URL = 500  # characters
MOST_PORTS = 65_535
PORTS = {"http": 80, "https": 443}
HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?", re.IGNORECASE
)
NAT64 = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


class AddressRefused(Exception):
    """It is not called; said to a person, with the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that is called, taken apart."""

    url: str
    secure: bool
    host: str
    port: int
    path: str


def take_apart(url: str) -> Target:
    """What an address says; raises Invalid."""
    wrong = "write it like https://mes.example.com/stepline"
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid(f"an address has at most {LONGEST_URL} plain characters and no blanks", wrong)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("this is no address", wrong) from None
    if parts.scheme not in PORTS or not host or not _is_host(host) or port == 0:
        raise Invalid("this is no address of another system", wrong)
    if parts.username is not None or parts.password is not None:
        raise Invalid("an address carries no name and password", "calls are signed; check the signature")
    if parts.fragment:
        raise Invalid("an address carries no #part", wrong)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        url=url, secure=parts.scheme == "https", host=host, port=port or PORTS[parts.scheme], path=path
    )


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return HOST.fullmatch(host) is not None
    return True


def place_of(target: Target, opened: Sequence[str]) -> str:
    """The address to call now; raises AddressRefused when it has none, or one that is not called."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        words = f"{target.host} has no address here; is it spelled right, and does this server know it?"
        raise AddressRefused(words) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        _judge(target, ip_address(address.partition("%")[0]), opened)
    return addresses[0]


def _judge(target: Target, address: Address, opened: Sequence[str]) -> None:
    meant = _meant(address)
    if meant.is_link_local or meant.is_multicast or meant.is_unspecified or meant.is_reserved:
        raise AddressRefused(f"{target.host} is {address}, which no other system of the plant has")
    if _is_open(target.host, meant, opened):
        return
    if not meant.is_global:
        raise AddressRefused(
            f"{target.host} is {address}, within the plant's own network; the server has to be started with"
            f" --tell {target.host} to call it"
        )
    if not target.secure:
        raise AddressRefused(
            f"{target.host} is outside of the plant: write https://, so that nobody reads along on the way"
        )


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps, where it does."""
    if not isinstance(address, IPv6Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _is_open(host: str, address: Address, opened: Sequence[str]) -> bool:
    for each in opened:
        if each.casefold().rstrip(".") == host.casefold().rstrip("."):
            return True
        if is_network(each) and address in ip_network(each, strict=False):
            return True
    return False


def is_network(text: str) -> bool:
    """Whether it is an address or a network, as 10.1.0.0/16."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_host(text: str) -> bool:
    """Whether it is a host's name."""
    return HOST.fullmatch(text) is not None
