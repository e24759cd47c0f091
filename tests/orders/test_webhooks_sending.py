"""One POST to an endpoint, whatever the other side does: real sockets on this machine."""

import contextlib
import datetime
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.webhooks import addresses, sending
from tests.support.receiver import listening


@pytest.fixture
def receiver():
    with listening(time.time) as made:
        yield made


@contextlib.contextmanager
def server(serve, wrap=lambda one: one):
    """A port on which `serve(connection)` speaks."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), wrap(connection) as wrapped:
                wrapped.recv(65536)
                serve(wrapped)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def post(url, body=b"{}"):
    return sending.post(url, {"Content-Type": "application/json"}, body, to_loopback=True)


def test_what_is_sent_arrives_as_it_is(receiver):
    outcome = post(receiver.url("/hooks?shop=1"), b'{"a": "\xc3\xa4"}')

    (got,) = receiver.requests
    assert (outcome.status, outcome.received) == (200, True)
    assert (got.path, got.body, got.headers["host"]) == (
        "/hooks?shop=1", b'{"a": "\xc3\xa4"}', f"127.0.0.1:{receiver.port}",
    )  # fmt: skip


@pytest.mark.parametrize(("status", "received"), [(200, True), (204, True), (302, False), (404, False), (500, False)])
def test_only_a_2xx_is_a_yes_and_no_redirect_is_followed(receiver, status, received):
    receiver.answers = lambda _: status

    outcome = post(receiver.url("/hooks"))

    assert (outcome.status, outcome.received) == (status, received)
    assert [one.path for one in receiver.requests] == ["/hooks"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.0 201\r\n", 201),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 500 No\r\n\r\n", 500),
    ],
)
def test_the_final_status_counts(said, status):
    with server(lambda one: one.sendall(said)) as port:
        assert post(f"http://127.0.0.1:{port}/").status == status


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 2000\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 100 x\r\n\r\n", b"x" * 9000]
)
def test_what_is_no_answer_counts_as_none(said):
    with server(lambda one: one.sendall(said)) as port:
        assert post(f"http://127.0.0.1:{port}/").error in ("answer_invalid", "unreachable")


def dripping(connection):
    connection.sendall(b"HTTP/1.1 ")
    for _ in range(40):
        time.sleep(0.05)
        connection.sendall(b"1")


@pytest.mark.parametrize("serve", [lambda one: time.sleep(2), dripping])
def test_a_server_that_is_slow_in_whatever_way_is_left_after_the_time(monkeypatch, serve):
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    started = time.monotonic()

    with server(serve) as port:
        assert post(f"http://127.0.0.1:{port}/").error == "timeout"
        assert time.monotonic() - started < 1


def test_nobody_there_is_a_failure_and_no_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/").error == "unreachable"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for hooks.example.test, and a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.test")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    path.write_bytes(made.public_bytes(plain[2]) + key.private_bytes(plain[2], plain[1], plain[0]))
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        ("hooks.example.test", True, (200, None)),
        ("other.example.test", True, (None, "tls_failed")),
        ("hooks.example.test", False, (None, "tls_failed")),
    ],
)
def test_tls_proves_the_name_in_the_url_though_the_address_was_chosen(monkeypatch, certificate, host, trusted, outcome):
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    names = []
    theirs.sni_callback = lambda _, name, __: names.append(name)
    ours = ssl.create_default_context(cafile=certificate if trusted else None)
    monkeypatch.setattr(sending, "_tls", lambda: ours)
    monkeypatch.setattr(addresses, "_lookup", lambda *_: ["127.0.0.1"])

    with server(lambda one: one.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), lambda one: theirs.wrap_socket(one, True)) as port:
        got = post(f"https://{host}:{port}/")

    assert (got.status, got.error) == outcome
    assert names == [host]
