#!/bin/sh
# Brings the database and the law's data up to date; runs once before the other services start, safe to repeat.
# The first two commands work as the owner of the tables, the others as the application.
set -eu
cd "$(dirname "$0")/.."
python manage.py migrate --noinput
python manage.py grant_roles
python manage.py load_units
python manage.py load_national_days
python manage.py load_catalogue
python manage.py load_queue_policies
python manage.py load_checklist
python manage.py load_retention_rules
# Stops the installation here when history is within reach of the application.
python manage.py check --database default --tag database --fail-level WARNING
