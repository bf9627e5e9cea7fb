"""Stand-ins for the product's commands under the real supervisor: `stand_in.py VAR PORT [MODE]…`, modes as below.

The web server is gunicorn as the product runs it, with an application of one line.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parents[2]
FOREVER = "import time, signal; signal.signal(signal.SIGTERM, lambda *_: exit(0)); time.sleep(1000)"
DEAF = "import time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"


def application(environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"alive"]


def main(var: str, port: str, *modes: str) -> int:
    from campus.platform import supervisor  # noqa: PLC0415 - gunicorn's workers load this file for `application` alone
    from campus.platform.settings import Env, Settings  # noqa: PLC0415
    from campus.platform.supervisor.plan import WAITING, answers  # noqa: PLC0415

    def python(name: str, code: str, patience: float = 5) -> supervisor.Command:
        return supervisor.Command(name, (sys.executable, "-c", code), patience)

    web = (
        "-c",
        "python:campus.platform.web_server",
        "-e",
        WAITING,
        "--chdir",
        str(Path(__file__).parent),
        "-b",
        f"127.0.0.1:{port}",
        "-w",
        "2",
    )
    application = "no_such_application" if "broken" in modes else "application"
    given = "" if "embedded" in modes else "given://"
    settings = Settings(
        env=Env.TEST,
        secret_key="x" * 40,
        database_url=given,
        redis_url=given,
        media_url="",
        mail_url="",
        var=Path(var),
        port=int(port),
    )
    greeting = settings.var / "greeting"
    greet = f"import os; open({str(greeting)!r}, 'w').write('hello from ' + os.environ['DATABASE_URL'])"
    slow = f"import time; from campus.platform.supervisor.plan import answers; time.sleep(2); assert not answers({port})"
    prepare = "raise SystemExit('no such table')" if "failing" in modes else f"{slow}; {greet}" if "slow" in modes else greet
    plan = supervisor.Plan(
        preparations=(python("prepare", prepare),),
        children=(
            supervisor.Command("web", (sys.executable, "-m", "gunicorn", *web, f"stand_in:{application}")),
            python("worker", DEAF if "deaf" in modes else FOREVER, patience=60 if "deaf" in modes else 5),
            python("sweep", "raise SystemExit(3)" if "dying" in modes else FOREVER),
        ),
        is_ready=lambda: answers(settings.port),
        greeting=greeting,
    )
    return supervisor.run(settings, {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}, plan)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
