"""Whatever the dashboard, the alerts and the document name is counted; and whatever is counted is in the document."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from campus.platform import gauges, metrics
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATIONS = ROOT / "docs" / "operations"
NAME = re.compile(r"\bcampus_[a-z_]+")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}


def counted() -> set[str]:
    """Every series there can be, by name."""
    series = {f"{metric._name}{suffix}" for metric in metrics.COUNTED for suffix in SUFFIXES[metric._type]}
    return series | set(gauges.names())


def labels_of(name: str) -> set[str]:
    for metric in metrics.COUNTED:
        if name in {f"{metric._name}{suffix}" for suffix in SUFFIXES[metric._type]}:
            return {*metric._labelnames, "le"}
    return {label for gauge in gauges.registered() if gauge.name == name for label in gauge.labels} | {"part"}


def expressions() -> Iterator[str]:
    dashboard: dict[str, Any] = json.loads((OPERATIONS / "grafana.json").read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    alerts: dict[str, Any] = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())
    for group in alerts["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_every_series_that_is_looked_at_exists() -> None:
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert named - counted() == set()
    assert len(named) > 15


def test_every_label_that_is_asked_for_exists() -> None:
    for expression in expressions():
        for name, asked in re.findall(r"\b(campus_[a-z_]+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)=", asked)) <= labels_of(name), expression


def test_every_metric_is_in_the_document_and_no_other() -> None:
    told = set(NAME.findall((OPERATIONS / "observability.md").read_text()))
    known = {f"{metric._name}{'_total' if metric._type == 'counter' else ''}" for metric in metrics.COUNTED} | set(gauges.names())
    assert told == known


def test_every_panel_and_alert_has_words() -> None:
    dashboard = json.loads((OPERATIONS / "grafana.json").read_text())
    assert all(panel["title"] for panel in dashboard["panels"])
    alerts = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())
    assert all(rule["annotations"]["summary"] for group in alerts["groups"] for rule in group["rules"])
