"""The application's role adds to history and cannot bend it; what the law has erased can be blanked, nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege

from portal.checks import history_is_out_of_reach
from portal.environment import database_from_url
from portal.management.commands.grant_roles import grant
from portal.records import append_only_models

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def as_application() -> Iterator[psycopg2.extensions.cursor]:
    """A cursor of the role the portal works as, in the database that the owner migrated."""
    role = database_from_url(os.environ["DATABASE_APP_URL"])
    grant(role["USER"])
    owner = connection.get_connection_params()
    link = psycopg2.connect(
        dbname=owner["dbname"], user=role["USER"], password=role["PASSWORD"], host=owner["host"], port=owner["port"]
    )
    link.autocommit = True
    with link.cursor() as cursor:
        yield cursor
    link.close()


TABLES = [model._meta.db_table for model in append_only_models()]


def test_history_tables_are_known():
    assert {
        "applications_archivestamp",
        "applications_chainhead",
        "applications_closing",
        "applications_closingpaper",
        "applications_document",
        "applications_event",
        "applications_registerentry",
        "applications_registernote",
        "applications_retentionrecord",
        "centres_ticketevent",
        "citizens_look",
    } <= set(TABLES)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {} CASCADE"])
def test_application_role_cannot_bend_history(as_application, table, statement):
    with pytest.raises(InsufficientPrivilege):
        as_application.execute(statement.format(table))


@pytest.mark.parametrize("table", TABLES)
def test_application_role_reads_and_may_add(as_application, table):
    as_application.execute(f"SELECT count(*) FROM {table}")
    as_application.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
    assert as_application.fetchone() == (True,)


def test_application_role_may_blank_personal_values_only(as_application):
    as_application.execute("UPDATE applications_eventvalue SET value = NULL, salt = NULL, erased_at = now()")
    with pytest.raises(InsufficientPrivilege):
        as_application.execute("UPDATE applications_eventvalue SET name = 'x'")
    as_application.execute("UPDATE applications_document SET name = '—', erased_at = now()")
    for column in ("sha256", "application_id", "source"):
        with pytest.raises(InsufficientPrivilege):
            as_application.execute(f"UPDATE applications_document SET {column} = {column}")


def test_application_role_cannot_change_tables(as_application):
    with pytest.raises(InsufficientPrivilege):
        as_application.execute("ALTER TABLE applications_event ADD COLUMN bent integer")


def test_owner_can_do_what_the_application_cannot():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM applications_eventvalue")


def _problems(settings: LazySettings) -> list[str]:
    settings.DATABASE_URL = os.environ["DATABASE_APP_URL"]
    return [problem.msg for problem in history_is_out_of_reach(None, databases=["default"])]


def test_the_check_is_content_with_what_is_granted(as_application, settings: LazySettings) -> None:
    assert _problems(settings) == []


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("DELETE", "DELETE"),
        ("TRUNCATE", "TRUNCATE"),
        ("UPDATE", "UPDATE name"),
        ("UPDATE (name)", "UPDATE name"),
    ],
)
def test_the_check_names_each_right_too_many(as_application, settings: LazySettings, right: str, said: str) -> None:
    role = sql.Identifier(database_from_url(os.environ["DATABASE_APP_URL"])["USER"])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT " + right + " ON applications_eventvalue TO {}").format(role))
    try:
        (problem,) = _problems(settings)
        assert "applications_eventvalue" in problem and said in problem
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("REVOKE ALL ON applications_eventvalue FROM {}").format(role))


def test_the_check_runs_where_both_addresses_are_known(as_application, settings: LazySettings) -> None:
    """As deploy/migrate.sh runs it; a check that nothing calls is none."""
    settings.DATABASE_URL = os.environ["DATABASE_APP_URL"]
    call_command("check", databases=["default"], tags=["database"], fail_level="WARNING")
    with connection.cursor() as cursor:
        role = sql.Identifier(database_from_url(os.environ["DATABASE_APP_URL"])["USER"])
        cursor.execute(sql.SQL("GRANT DELETE ON citizens_look TO {}").format(role))
    with pytest.raises(SystemCheckError, match="citizens_look"):
        call_command("check", databases=["default"], tags=["database"], fail_level="WARNING")
    grant(database_from_url(os.environ["DATABASE_APP_URL"])["USER"])
