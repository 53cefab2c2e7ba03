"""Imports are watched by import-linter; relations and migrations can point up unseen, so they are watched here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

ROWS = ["portal", "notifications", "procedures", "citizens", "centres", "support", "applications"]
HEIGHT = {label: height for height, label in enumerate(ROWS)}
OURS = [model for model in apps.get_models() if model._meta.app_label in HEIGHT]
SOURCES = [path for label in ROWS for path in (settings.BASE_DIR / label).rglob("*.py")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_relations_point_down_or_sideways(model):
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and field.related_model:
            target = field.related_model._meta.app_label
            if target in HEIGHT:
                assert HEIGHT[target] <= HEIGHT[model._meta.app_label], f"{model._meta.label}.{field.name} points up"


def test_migrations_depend_downwards():
    loader = MigrationLoader(None)
    for (label, name), migration in loader.disk_migrations.items():
        for needed, _name in migration.dependencies if label in HEIGHT else ():
            if needed in HEIGHT:
                assert HEIGHT[needed] <= HEIGHT[label], f"{label}.{name} depends on {needed}"


def test_apps_are_installed_from_the_lowest_row_up():
    assert settings.PORTAL_APPS == [label for label in ROWS if label in settings.PORTAL_APPS]


def test_nothing_listens_to_model_signals():
    for path in SOURCES:
        # A field's own ``pre_save`` is no signal.
        source = path.read_text().replace("field.pre_save(", "")
        assert "post_save" not in source and "pre_save" not in source, path


def test_only_one_module_calls_weasyprint():
    callers = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in SOURCES
        if "import weasyprint" in path.read_text() or "from weasyprint" in path.read_text()
    }
    assert callers == {"portal/pdf.py"}
