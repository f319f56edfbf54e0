"""A Java trust store made from the system's certificates.

The wheel's Java trusts only its built-in CAs. Behind a proxy that inspects TLS, the machine's own bundle has one more;
Java cannot read that bundle, so it is converted to Java's format.
"""

import os
import re
import ssl
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

# Protects only public certificates in a temporary file; Java requires a password.
_STORE_WORD = b"changeit"
_PEM_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def trust_options(folder: Path) -> list[str]:
    """Java options for a trust store written into `folder`; none if the system has no PEM bundle."""
    bundle = system_bundle()
    if bundle is None:
        return []
    store = folder / "trust.p12"
    write_trust_store(bundle, store)
    return [
        f"-Djavax.net.ssl.trustStore={store}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={_STORE_WORD.decode()}",
    ]


def system_bundle() -> Path | None:
    """The PEM file that `SSL_CERT_FILE` names, else OpenSSL's default one, else None."""
    named = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    path = Path(named) if named else None
    return path if path is not None and path.is_file() else None


def write_trust_store(bundle: Path, store: Path) -> None:
    """Write every certificate of the PEM file `bundle` into the PKCS#12 trust store `store`."""
    blocks = _PEM_BLOCK.findall(bundle.read_bytes())
    certificates = [certificate for block in blocks if (certificate := _parse(block)) is not None]
    entries = [PKCS12Certificate(certificate, f"ca-{n}".encode()) for n, certificate in enumerate(certificates)]
    store.write_bytes(serialize_java_truststore(entries, BestAvailableEncryption(_STORE_WORD)))


def _parse(block: bytes) -> x509.Certificate | None:
    # Old CAs with a zero serial number are deprecated in `cryptography` and will be refused: those are then left out,
    # because one such certificate must not cost the whole store.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_pem_x509_certificate(block)
        except ValueError:
            return None
