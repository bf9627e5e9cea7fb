"""What no page may do, watched in every journey: errors in the console, scripts that fail, requests without an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

LEFT = "net::ERR_ABORTED"  # the reader went on before the answer came


@dataclass
class Watch:
    """The complaints about one reader's pages. `expected` holds ends of addresses whose refusal is part of the journey."""

    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> Watch:
        """Begin to watch."""
        context.on("console", self._console)
        context.on("weberror", self._script)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        return self

    def expect_refusal(self, *ends: str) -> None:
        """Do not complain about answers of 4xx from addresses that end so."""
        self.expected += ends

    def _forgiven(self, url: str) -> bool:
        return any(url.endswith(end) for end in self.expected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not self._forgiven(message.location.get("url", "")):
            self.problems.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _script(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.problems.append(f"no answer: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not self._forgiven(response.url):
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")
