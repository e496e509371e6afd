"""Certificate chains that are much longer than any honest one."""

import datetime

from aioquic import tls
from aioquic.quic import connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

# The length of a TLS message has three bytes.
MAX_MESSAGE = 1 << 23
EACH = 15_000


def made():
    """A self-signed certificate of 15 kB, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "long")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"x" * EACH), False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def configure(configuration, size):
    """The certificate of a configuration, followed by copies of it."""
    certificate, key = made()
    configuration.certificate, configuration.private_key = certificate, key
    configuration.certificate_chain = [certificate] * (size // EACH)


def allow(quic, asked=False):
    """Lets a connection present a chain that is longer than aioquic allows; with ``asked``, even without a request."""
    initialize = quic._initialize

    def initialized(peer_cid):
        usual = connection.CRYPTO_BUFFER_SIZE
        connection.CRYPTO_BUFFER_SIZE = MAX_MESSAGE
        try:
            initialize(peer_cid)
        finally:
            connection.CRYPTO_BUFFER_SIZE = usual
        if asked:
            quic.tls._certificate_request = tls.CertificateRequest(
                request_context=b"", signature_algorithms=[tls.SignatureAlgorithm.ECDSA_SECP256R1_SHA256]
            )

    quic._initialize = initialized
