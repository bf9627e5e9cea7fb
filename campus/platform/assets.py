"""Static files: addresses that change with the content, served by WhiteNoise for a year; htmx from its installed package."""

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
HTMX = "vendor/htmx.min.js"


def htmx_file() -> Path:
    """The htmx that the django-htmx package brings; the package itself is not imported.

    Raises:
        RuntimeError: the package is missing.
    """
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package django-htmx, which brings htmx, is not installed")
    return Path(spec.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the static folder and htmx, and have `url_for("static", …)` name their content."""
    folder = Path(app.static_folder or "static")
    noise = WhiteNoise(
        app.wsgi_app,
        autorefresh=False,
        max_age=YEAR if settings.is_production else 0,
        allow_all_origins=False,
        add_headers_function=_headers,
        immutable_file_test=lambda _path, _url: settings.is_production,
    )
    noise.add_file_to_dictionary(f"/static/{HTMX}", str(htmx_file()))
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
    file = htmx_file() if name == HTMX else folder / name
    if not file.is_file():
        return None
    return _digest(file, 0 if fixed else file.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _digest(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
