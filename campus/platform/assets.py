"""Static files: addresses that change with the content, served by WhiteNoise for a year; some come from installed packages."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from wsgiref.headers import Headers

    from flask import Flask

    from campus.platform.settings import Settings

YEAR = 31_536_000
_SWAGGER = "static/drf_spectacular_sidecar/swagger-ui-dist"
VENDORED = {  # what the pages call it: the package that brings it, and where it is in there
    "vendor/htmx.min.js": ("django_htmx", "static/django_htmx/htmx-2.min.js"),
    "vendor/swagger-ui.js": ("drf_spectacular_sidecar", f"{_SWAGGER}/swagger-ui-bundle.js"),
    "vendor/swagger-ui.css": ("drf_spectacular_sidecar", f"{_SWAGGER}/swagger-ui.css"),
}


def vendored_file(name: str) -> Path:
    """A static file that an installed package brings; the package itself is not imported.

    Raises:
        RuntimeError: the package is missing.
    """
    package, place = VENDORED[name]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package}, which brings {name}, is not installed")
    return Path(spec.submodule_search_locations[0]) / place


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the static folder and what packages bring, and have `url_for("static", …)` name their content."""
    folder = Path(app.static_folder or "static")
    noise = WhiteNoise(
        app.wsgi_app,
        autorefresh=False,
        max_age=YEAR if settings.is_production else 0,
        allow_all_origins=False,
        add_headers_function=_headers,
        immutable_file_test=lambda _path, _url: settings.is_production,
    )
    for name in VENDORED:
        noise.add_file_to_dictionary(f"/static/{name}", str(vendored_file(name)))
    if settings.is_production and folder.is_dir():
        noise.add_files(str(folder), prefix="static/")
    app.wsgi_app = noise  # type: ignore[method-assign]  # how WSGI middleware is added

    def version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", digest(folder, values["filename"], fixed=settings.is_production))

    app.url_defaults(version)
    app.add_template_global(lambda name: app.url_for("static", filename=name), "asset")


def digest(folder: Path, name: str, *, fixed: bool) -> str | None:
    """What names the content of a static file; None when there is no such file. `fixed` files are read once."""
    file = vendored_file(name) if name in VENDORED else folder / name
    if not file.is_file():
        return None
    return _digest(file, 0 if fixed else file.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _digest(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
