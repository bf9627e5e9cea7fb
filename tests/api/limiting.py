"""Other numbers for quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.platform import settings

if TYPE_CHECKING:
    import pytest

    from campus.platform.limits import Quota


def limit_to(monkeypatch: pytest.MonkeyPatch, quota: Quota, limit: int) -> None:
    """Have the settings name another number for this quota."""
    monkeypatch.setitem(settings.current().quotas, quota.name, f"{limit}/{quota.default_period}")
