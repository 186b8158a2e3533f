"""The page in a browser: it loads alone, in light and dark, wide and narrow, and prints."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import threading

import pytest

from fairkit.report.html import to_html

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--log-level=0", "--virtual-time-budget=2000",
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def chromium():
    """Return the browser; where there is none, the test is skipped, visibly."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium here; install it or set CHROMIUM to its path")
    return found


@pytest.fixture
def browse(chromium, tmp_path):
    """Open a page in a browser of its own and return what the browser wrote."""

    def _browse(url, *options):
        profile = tmp_path / "profile"
        return subprocess.run(
            [chromium, *FLAGS, f"--user-data-dir={profile}", *options, url],
            capture_output=True, check=True, timeout=120, text=True, encoding="utf-8",
        )  # fmt: skip

    return _browse


@pytest.fixture
def served(hostile):
    """Serve the hostile page and note every request that a browser makes."""
    requests = []
    body = to_html(hostile).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(200 if self.path == "/report.html" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/report.html":
                self.wfile.write(body)

        def log_message(self, *args):
            """Keep quiet: requests are noted."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/report.html", requests
        server.shutdown()


def test_a_hostile_page_runs_nothing_and_asks_for_nothing(browse, served):
    """The browser makes one request, reports no error on its console, and finds every table."""
    url, requests = served
    done = browse(url, "--dump-dom")
    assert requests == ["/report.html"]
    assert "CONSOLE" not in done.stderr
    assert done.stdout.count("<svg") == 4
    assert done.stdout.count("The same as a table") == 4
    assert "<script" not in done.stdout.lower()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in done.stdout


def test_the_console_would_be_heard(browse, tmp_path):
    """The probe for errors on the console hears one that is there."""
    page = tmp_path / "broken.html"
    page.write_text(
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"><script>1</script>",
        encoding="utf-8",
    )
    assert "CONSOLE" in browse(page.as_uri(), "--dump-dom").stderr


def test_light_and_dark_are_two_pictures(browse, report, tmp_path):
    """The page follows the reader's preference, charts included, without a script."""
    page = tmp_path / "report.html"
    page.write_text(to_html(report), encoding="utf-8")
    pictures = []
    for scheme in ("0", "1"):
        shot = tmp_path / f"{scheme}.png"
        browse(
            page.as_uri(),
            f"--screenshot={shot}",
            "--window-size=1200,3000",
            f"--blink-settings=preferredColorScheme={scheme}",
        )
        pictures.append(shot.read_bytes())
    assert all(picture.startswith(PNG) for picture in pictures)
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("name", ["report", "many_scores", "hostile_classes", "hostile_models", "spoken"])
def test_the_page_is_as_wide_as_the_screen(name, width, request, browse, tmp_path):
    """On a telephone and on a desk wide tables and charts scroll by themselves, not the page."""
    page = tmp_path / "report.html"
    text = to_html(request.getfixturevalue(name))
    assert "<script" not in text.lower()
    # The page forbids scripts, so the test measures it from a page around it.
    page.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text), encoding="utf-8")
    around = tmp_path / "around.html"
    around.write_text(
        f"<iframe src='report.html' width={width} height=800></iframe><p id=w></p><script>onload = () => {{"
        "const d = document.querySelector('iframe').contentDocument.documentElement;"
        "document.getElementById('w').textContent = d.scrollWidth + ' of ' + d.clientWidth}</script>",
        encoding="utf-8",
    )
    done = browse(around.as_uri(), "--dump-dom", "--allow-file-access-from-files")
    wide, screen = re.search(r'<p id="w">(\d+) of (\d+)</p>', done.stdout).groups()
    assert wide == screen


def test_the_page_prints(browse, report, tmp_path):
    """Printing gives a document of several pages."""
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(to_html(report), encoding="utf-8")
    browse(page.as_uri(), f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 3
