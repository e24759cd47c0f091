"""The shop calls nothing but the public internet for a merchant, whatever a URL says or a name stands for."""

import socket
import threading
import time

import pytest

from chalicelib.webhooks import addresses, sending, urls

HOSTILE = [
    "0.0.0.0",  # noqa: S104 - bound by nobody here
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "",
    "example.com",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_on_the_public_internet_is_refused(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_called(address):
    assert addresses.is_public(address)


@pytest.mark.parametrize("address", [one for one in HOSTILE if one not in ("127.0.0.1", "127.8.8.8", "::1")])
def test_development_opens_this_machine_and_nothing_else(address):
    assert not addresses.is_allowed(address, to_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com/x",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://name:password@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://hooks.example.com/#fragment",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX-Evil: 1",
        "https://hooks.example.com/\x00",
        "https://bücher.example/",
        "https://localhost/",
        "https://intranet/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://x.localhost/",
        "https://example.com./",
        "https://-bad.example.com/",
        "https://a..example.com/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://example.0x7f/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1%25eth0]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[::1/",
    ],
)
def test_a_url_that_leads_elsewhere_is_refused(url):
    with pytest.raises(ValueError, match=r"\w"):
        urls.read(url, to_loopback=False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example.com", urls.Target(True, "hooks.example.com", 443, "/")),
        ("https://Hooks.Example.com:8443/a?b=c", urls.Target(True, "hooks.example.com", 8443, "/a?b=c")),
        ("https://xn--bcher-kva.example/x", urls.Target(True, "xn--bcher-kva.example", 443, "/x")),
        ("https://8.8.8.8/", urls.Target(True, "8.8.8.8", 443, "/")),
        ("https://[2606:4700::1111]/", urls.Target(True, "2606:4700::1111", 443, "/")),
    ],
)
def test_a_public_url_is_read(url, expected):
    assert urls.read(url, to_loopback=False) == expected


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://intranet/", "http://169.254.169.254/", "http://u:p@localhost/"]
)
def test_development_takes_no_other_private_host(url):
    with pytest.raises(ValueError, match=r"\w"):
        urls.read(url, to_loopback=True)


def names(monkeypatch, *answers):
    """The resolver gives these, one answer each time that it is asked; how often it was stands in the list."""
    asked = []

    def lookup(host, port, **_):
        asked.append(host)
        return [(0, 0, 0, "", (one, port)) for one in answers[len(asked) - 1]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_name_for_a_private_address_is_not_called(monkeypatch):
    names(monkeypatch, ["169.254.169.254"])
    monkeypatch.setattr(socket, "create_connection", pytest.fail)

    assert sending.post("https://hooks.example.com/", {}, b"", to_loopback=False).error == "address_refused"


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch):
    names(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", pytest.fail)

    assert sending.post("https://hooks.example.com/", {}, b"", to_loopback=False).error == "address_refused"


def test_a_name_that_changes_after_the_check_is_never_asked_again(monkeypatch):
    asked, connected = names(monkeypatch, ["1.1.1.1"], ["127.0.0.1"]), []

    def connect(place, _timeout):
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert sending.post("https://hooks.example.com/", {}, b"", to_loopback=False).error == "unreachable"
    assert (asked, connected) == (["hooks.example.com"], [("1.1.1.1", 443)])


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(10) and [])
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    started = time.monotonic()

    assert sending.post("https://hooks.example.com/", {}, b"", to_loopback=False).error == "timeout"
    assert time.monotonic() - started < 2
    ended.set()
