"""What the edge serves from files: the storefront, the admin console and the API documentation."""

import base64
import hashlib
import html as markup
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
DOCS_UI = Path(__file__).with_name("docs_ui")
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
PLAIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOCS_PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>API of the shop</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/start.js"></script></body></html>"""
DOCS_START = b"""SwaggerUIBundle({
  dom_id: '#ui', validatorUrl: null, deepLinking: true, layout: 'StandaloneLayout',
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  urls: ['users', 'catalog', 'orders'].map(name => ({name, url: `/openapi/${name}.json`})),
});
"""


@dataclass(frozen=True)
class Page:
    """A file as it is sent."""

    body: bytes
    kind: str
    policy: str

    def answer(self, request: web.BaseRequest) -> web.Response:
        """The file, or 304 to who has it already."""
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'
        headers = {**COMMON, "Content-Security-Policy": self.policy, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self.body, headers={**headers, "Content-Type": self.kind})


class Site:
    """The storefront's folder. Paths that name no file are the pages of its own router."""

    def __init__(self, folder: Path, aws_url: str) -> None:
        self.folder = folder.resolve()
        port = urlsplit(aws_url).port
        self.storage = f"http://127.0.0.1:{port} http://localhost:{port}"

    def find(self, path: str) -> Page | None:
        """The file of a path; the index for a path that looks like a page; None for a file that is missing."""
        file = (self.folder / path.lstrip("/")).resolve() if "\0" not in path else self.folder
        if file != self.folder and self.folder not in file.parents:
            return None
        if file.is_dir():
            file /= "index.html"
        if not file.is_file():
            if file.suffix and file.name != "index.html":
                return None
            file = self.folder / (
                "admin/index.html" if path == "/admin" or path.startswith("/admin/") else "index.html"
            )
        return self.page(file) if file.is_file() else None

    def page(self, file: Path) -> Page:
        body = file.read_bytes()
        return Page(body, kind_of(file), self.policy(body) if file.suffix == ".html" else "default-src 'none'")

    def policy(self, page: bytes) -> str:
        """Own scripts only, and the inline ones that stand in the file; pictures and uploads also at the storage."""
        hashes = " ".join(f"'sha256-{digest(script)}'" for script in INLINE_SCRIPT.findall(page))
        return (
            f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; font-src 'self'; manifest-src 'self'; "
            f"img-src 'self' data: blob: {self.storage}; connect-src 'self' {self.storage}; "
            f"form-action 'self' {self.storage}; base-uri 'none'; frame-ancestors 'none'"
        )


def digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()


def kind_of(file: Path) -> str:
    return TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def docs(path: str) -> Page | None:
    """The documentation of all services in one page; its program is a copy of Swagger UI."""
    if path in ("/docs", "/docs/"):
        return Page(DOCS_PAGE, TYPES[".html"], DOCS_POLICY)
    if path == "/docs/start.js":
        return Page(DOCS_START, TYPES[".js"], DOCS_POLICY)
    file = DOCS_UI / path.removeprefix("/docs/")
    if file.parent != DOCS_UI or not file.is_file():
        return None
    return Page(file.read_bytes(), kind_of(file), DOCS_POLICY)


def html(body: str) -> web.Response:
    """A page of the edge's own: no scripts at all."""
    headers = {**COMMON, **PRIVATE, "Content-Security-Policy": PLAIN_POLICY}
    return web.Response(text=body, content_type="text/html", charset="utf-8", headers=headers)


def document(title: str, body: str) -> str:
    """A plain page around `body`, which is markup already."""
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{markup.escape(title)}</title>"
        "<meta name='viewport' content='width=device-width'>"
        "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1917}"
        "table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;text-align:left;vertical-align:top;"
        "border-top:1px solid #e7e5e4}pre{white-space:pre-wrap;margin:0}summary{cursor:pointer}"
        ".bad{color:#b91c1c}code{font-size:13px}</style></head>"
        f"<body><h1>{markup.escape(title)}</h1>{body}</body></html>"
    )
