"""Some of the demo's people get an account at the sandbox of VNeID, so that signing in there shows dossiers."""

from __future__ import annotations

import json
from pathlib import Path

from django.db.models import Count

from citizens.models import Citizen

COUNT = 3


def write_people(path: Path) -> None:
    """Those with the most dossiers, as ``citizens.vneid_sandbox`` reads them."""
    rows = Citizen.objects.filter(identity_number__isnull=False, birth_date__isnull=False, merged_into=None)
    rows = rows.annotate(count=Count("applications")).filter(count__gt=0).order_by("-count", "pk")[:COUNT]
    people = [
        {
            "username": f"demo{row.pk}",
            "number": row.identity_number,
            "full_name": row.full_name,
            "birthdate": row.birth_date.isoformat() if row.birth_date else "",
            "level": 2,
        }
        for row in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(json.dumps(people, ensure_ascii=False))
