"""There may be no container engine where tests run, so the files of the real installation are read and held to rules."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY\b", re.IGNORECASE)


def _variables(value: Any) -> Iterator[str]:
    """The names that compose takes from .env, anywhere below the value."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _variables(part)
    elif isinstance(value, list):
        for part in value:
            yield from _variables(part)
    elif isinstance(value, str):
        yield from re.findall(r"\$\{([A-Z0-9_]+)", value)


def _instructions(name: str) -> list[str]:
    """The arguments of an instruction of the Dockerfile, continuation lines joined."""
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    return re.findall(rf"(?m)^{name}\s+(.*)$", text)


def test_every_part_of_a_real_installation_is_there():
    ours = {"migrate", "web", "live", "worker", "courier", "scheduler", "watch"}
    assert set(SERVICES) == ours | {"postgres", "redis", "proxy"}


def test_what_waits_for_the_national_portal_waits_in_a_worker_of_its_own():
    def queues(name: str) -> set[str]:
        command = SERVICES[name]["command"]
        return set(command[command.index("--queues") + 1].split(","))

    assert (queues("worker"), queues("courier")) == ({"celery"}, {"national"})


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check_and_comes_back(name: str):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_nothing_starts_before_the_database_is_up_to_date():
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "courier", "scheduler", "watch"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_only_the_proxy_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_volumes_named_by_services_are_declared():
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    for mount in mounts:
        if mount.startswith("."):
            assert (ROOT / mount.split(":")[0]).exists(), mount


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_is_written_into_compose(name: str):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            # Asked for, or left out: then what it is for is not offered.
            assert re.fullmatch(r"\$\{[A-Z0-9_]+:(?:\?[^}]+|-)\}", value), variable
        # A password inside an address.
        assert not re.search(r"://[^:/@]*:[^$@/][^@/]*@", value), variable


def test_only_the_migration_knows_the_owner_of_the_tables():
    knowing = {name for name, service in OURS.items() if "DB_OWNER_PASSWORD" in set(_variables(service))}
    assert knowing == {"migrate"}
    assert all("DB_ADMIN_PASSWORD" not in set(_variables(service)) for service in OURS.values())


def test_the_example_names_exactly_the_variables_that_must_be_given():
    text = (ROOT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    example = dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text()))
    assert {name for name, value in example.items() if not value} == required
    assert set(example) <= set(_variables(COMPOSE))
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ".env" in (ROOT / ".dockerignore").read_text().split()


def test_every_command_names_things_that_exist():
    commands = [service["command"] for service in OURS.values()]
    commands += [service["healthcheck"]["test"][1:] for service in OURS.values() if "healthcheck" in service]
    assert commands
    for command in commands:
        programs = Path(sys.executable).parent
        assert (programs / command[0]).exists() or shutil.which(command[0]), command
        for word in command[1:]:
            if word.startswith("deploy/"):
                assert (ROOT / word).is_file(), word
    assert importlib.import_module("portal.wsgi").application
    # What `celery -A portal` looks for.
    assert importlib.import_module("portal").celery_app.main == "portal"


def test_every_step_of_the_migration_is_a_command_of_the_portal():

    steps = re.findall(r"(?m)^python manage\.py (\w+)", (ROOT / "deploy/migrate.sh").read_text())
    assert steps[:2] == ["migrate", "grant_roles"]
    assert set(steps) <= set(get_commands())
    assert steps[-1] == "check", "history out of the application's reach is looked at where both addresses are known"


def test_the_proxy_passes_the_stream_on_unbuffered_to_the_address_that_pages_are_given():
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    assert re.search(r"handle /live/events \{\s+reverse_proxy live:8001 \{\s+flush_interval -1", caddy)
    assert "encode @pages" in caddy and "@pages not path /live/*" in caddy
    assert SERVICES["live"]["command"][:3] == ["python", "-m", "portal.stream"]
    assert SERVICES["web"]["environment"]["LIVE_URL"].endswith("-/live/events}")


@pytest.mark.parametrize("script", ["deploy/migrate.sh", "deploy/postgres/10-roles.sh"])
def test_shell_scripts_parse_and_stop_at_the_first_failure(script: str):
    assert subprocess.run(["sh", "-n", str(ROOT / script)]).returncode == 0
    assert "\nset -eu\n" in (ROOT / script).read_text()


def test_the_settings_read_every_variable_that_compose_gives():
    settings = (ROOT / "portal/settings.py").read_text()
    elsewhere = {"PORTAL_ENV", "HOME", "SCHEDULE_FILE", "WEB_WORKERS"}
    for service in OURS.values():
        for variable in set(service["environment"]) - elsewhere:
            assert f'"{variable}"' in settings, variable


def test_the_image_holds_no_secret():
    for instruction in ("ENV", "ARG"):
        for arguments in _instructions(instruction):
            assert not SECRET.search(arguments), arguments
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", "var", "tests"} <= set(ignored)


def test_the_image_does_not_run_as_root():
    users = _instructions("USER")
    assert users
    assert users[-1] not in ("root", "0")
    assert (
        f"useradd --uid 10001 --create-home --home-dir /home/portal --shell /usr/sbin/nologin {users[-1]}" in DOCKERFILE
    )
    # Nothing is installed or copied after the step down.
    after = DOCKERFILE[DOCKERFILE.index("\nUSER ") :]
    assert not re.search(r"(?m)^(RUN|COPY|ADD)\b", after)


def test_the_image_installs_only_what_is_locked():
    installs = [line for line in _instructions("RUN") if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line and "base.lock" in line for line in installs)


def test_everything_the_image_copies_exists():
    for arguments in _instructions("COPY"):
        words = [word for word in arguments.split() if not word.startswith("--")]
        if not arguments.startswith("--from"):
            assert all((ROOT / source).exists() for source in words[:-1]), arguments
