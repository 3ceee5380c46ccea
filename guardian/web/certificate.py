"""The certificate by which the page shows that it is this box: whether it can be used, and until when."""

import ssl
from datetime import datetime, timezone

from guardian.entrance import WebTls
from guardian.errors import ConfigurationError

HOW = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj /CN=guardian"
    " -addext subjectAltName=DNS:guardian.local,IP:192.168.1.20 -keyout web.key -out web.pem"
)
"""How a household makes one for itself; docs/page.md tells the rest."""


def demand_certificate(tls: WebTls) -> ssl.SSLContext:
    """Return a context that serves the certificate. Raises ConfigurationError where it cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.cert_file, tls.key_file, password=lambda: b"")
    except (OSError, ValueError) as error:  # ssl's own errors are OSErrors
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        message = (
            f"web.tls: {tls.cert_file} with {tls.key_file} cannot be used ({why});"
            " a certificate in PEM with its own key, without a password, would be right"
        )
        raise ConfigurationError(message) from error
    return context


def trusting(tls: WebTls) -> ssl.SSLContext:
    """Return a context for who asks on this machine: it trusts this certificate alone, whatever name it bears."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(tls.cert_file)
    return context


def ends(tls: WebTls) -> datetime:
    """Return when the certificate ends. Raises ConfigurationError where it cannot be used, or is over already.

    The two ends of a connection are played within this process: that is how Python lets one read a certificate.
    """
    server, client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = demand_certificate(tls).wrap_bio(client, server, server_side=True)
    asking = trusting(tls).wrap_bio(server, client)
    try:
        for _ in range(4):  # TLS 1.3 takes two rounds, 1.2 three
            for side in (asking, serving):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
        told = asking.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), timezone.utc)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason
        message = f"web.tls.cert_file: {tls.cert_file} cannot be trusted ({why}); a new one would be right: {HOW}"
        raise ConfigurationError(message) from error
