"""What a running server says to other sites, as plain HTTP: one as `make app` starts it, and one as the image does."""

import base64
import http.client
import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import ROOT, serve

FOREIGN = "https://elsewhere.example"
NO_CLUSTER = {"LECTERN_SCHEDULER": "tcp://127.0.0.1:9"}  # nothing is trained here


def image():
    """The flags and the environment of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text()
    command = json.loads(re.search(r"^CMD (\[.*\])", text, re.MULTILINE | re.DOTALL)[1].replace("\\\n", ""))
    environment = dict(re.findall(r'(LECTERN_\w+)="?([^"\s]+)"?', text))
    return [
        flag for flag in command if flag.startswith("--") and "port" not in flag and "address" not in flag
    ], environment


def test_what_the_image_switches_off_is_this_alone():
    assert image() == (
        ["--server.enableXsrfProtection=false", "--server.enableCORS=false"],
        {"LECTERN_PUBLIC": "1", "LECTERN_FRAMES": "*"},
    )


@pytest.fixture(scope="module", params=["make app", "image"])
def server(request, tmp_path_factory, own_environment):
    arguments, environment = image() if request.param == "image" else ([], {})
    with serve(tmp_path_factory.mktemp("server"), arguments=arguments, **NO_CLUSTER | environment) as running:
        yield urlsplit(running.address).netloc, request.param == "image"


def asked(where, method, path, body=None, **headers):
    """The status and the headers of one answer."""
    connection = http.client.HTTPConnection(where, timeout=30)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize("path", ["/", "/gan", "/_stcore/health", "/app/static/chart.js"])
def test_headers(path, server):
    where, is_image = server
    status, headers = asked(where, "GET", path, Origin=FOREIGN)
    assert status == 200
    assert headers["content-security-policy"] == "frame-ancestors " + ("*" if is_image else "'self'")
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"


def test_which_sites_may_open_a_session(server):
    """A browser names the site whose page opens a WebSocket. The image lets all in: who comes so brings no cookie of ours."""
    where, is_image = server
    key = base64.b64encode(bytes(16)).decode()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": key}
    assert asked(where, "GET", "/_stcore/stream", **upgrade, Origin=f"http://{where}")[0] == 101
    assert asked(where, "GET", "/_stcore/stream", **upgrade, Origin=FOREIGN)[0] == (101 if is_image else 403)


def test_who_may_upload(server):
    where, is_image = server
    path = "/_stcore/upload_file/nobody/nothing"
    status, __ = asked(where, "PUT", path, b"x", Origin=FOREIGN)
    assert status == (400 if is_image else 403), "without a token; and of a session that there is not"
    cookie = asked(where, "GET", "/_stcore/health")[1].get("set-cookie", "")
    assert (cookie == "") is is_image and ("SameSite=Lax" in cookie) is not is_image


@pytest.mark.parametrize(
    "variable, value, words", [("LECTERN_FRAMES", "nowhere", "LECTERN_FRAMES is “nowhere”, but it must be")]
)
def test_an_environment_that_cannot_be_is_told_at_the_start(variable, value, words, own_environment, monkeypatch):
    monkeypatch.setenv(variable, value)
    done = started("--server.port=0")
    assert done.returncode and words in done.stdout + done.stderr and "Traceback" not in done.stderr


def test_a_port_that_is_taken(server):
    port = server[0].rpartition(":")[2]
    done = started(f"--server.port={port}")
    assert done.returncode == 1 and f"Port {port} is not available" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert asked(server[0], "GET", "/_stcore/health")[0] == 200, "the other goes on"


def started(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address=127.0.0.1", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
