"""Who may use a cluster of several machines: whoever holds the key of a folder that `make` wrote, and nobody else.

Dask checks both sides of each connection against ca.pem (https://distributed.dask.org/en/stable/tls.html) and asks for
no host name, so that one folder, copied to every machine of the cluster, serves them all.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

FILES = "ca.pem", "cert.pem", "key.pem"
DAYS = 730
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(DAYS)]
REQUEST = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Lectern {0}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[member]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def make(folder: Path) -> None:
    """Writes a new authority's certificate (ca.pem), one certificate that it has signed (cert.pem) and its key (key.pem).

    The key of the authority is not kept: nobody can sign another one. Raises OSError with a sentence where the folder
    holds something already, or where there is no openssl.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise OSError(f"{folder} is not empty; name a folder that is, or a new one.")
    with tempfile.TemporaryDirectory() as scratch:
        _sign(scratch, "authority", "ca.pem", "authority.key")
        _sign(scratch, "member", "cert.pem", "key.pem", "-CA", "ca.pem", "-CAkey", "authority.key")
        for name in FILES:
            shutil.move(Path(scratch, name), folder)


def _sign(scratch: str, kind: str, certificate: str, key: str, *signer: str) -> None:
    """A new key, and a certificate of that kind for it; its own signer where none is given."""
    Path(scratch, kind).write_text(REQUEST.format(kind))
    asked = ["openssl", "req", "-x509", "-config", kind, "-extensions", kind, *NEW_KEY]
    try:
        subprocess.run(
            [*asked, "-out", certificate, "-keyout", key, *signer],
            cwd=scratch,
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise OSError("Certificates are made by the command openssl, which is not installed here.") from error
    except subprocess.CalledProcessError as error:
        raise OSError(f"openssl could not make the certificates: {error.stderr.strip()[-200:]}") from error
