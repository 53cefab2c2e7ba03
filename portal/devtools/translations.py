"""Translations: compiled without gettext, and checked to be complete and to match the sources.

    python portal/devtools/translations.py compile
    python portal/devtools/translations.py check

Vietnamese, the default language, is complete; Korean is complete for what citizens see.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = "vi"
CITIZENS_ONLY = "ko"
LANGUAGES = (COMPLETE, CITIZENS_ONLY)

# Where a string stands that a citizen may read; ``*`` reaches across folders.
CITIZEN_FACING = (
    "templates/[345]*.html",
    "templates/base.html",
    "templates/base_board.html",
    "templates/base_citizen.html",
    "templates/base_error.html",
    "templates/base_hall.html",
    "templates/applications/capture/*",
    "templates/applications/declare/*",
    "templates/applications/dossiers/parts/faults.html",
    "templates/applications/closings/*",
    "templates/applications/screen/*",
    "templates/applications/track/*",
    "templates/applications/verify/*",
    "templates/centres/board/*",
    "templates/centres/book/*",
    "templates/centres/devices/parts/*",
    "templates/centres/includes/*",
    "templates/centres/kiosk/*",
    "templates/centres/public/*",
    "templates/citizens/*",
    "templates/includes/*",
    "templates/portal/*",
    "templates/procedures/*",
    "*/messages.py",
    "applications/actions/add_to_scan.py",
    "applications/actions/declare.py",
    "applications/actions/letters.py",
    "applications/actions/scan_rows.py",
    "applications/actions/second_screen.py",
    "applications/api/*",
    "applications/declaring.py",
    "applications/enums.py",
    "applications/forms_track.py",
    "applications/history_words.py",
    "applications/forms_verify.py",
    "applications/scanning.py",
    "applications/second_screen.py",
    "applications/tracking*.py",
    "applications/virus.py",
    "applications/views/capture.py",
    "applications/views/verify.py",
    "applications/views/citizen_notices.py",
    "applications/views/track*",
    "citizens/actions/bind_phone.py",
    "citizens/actions/phone_code.py",
    "citizens/forms.py",
    "citizens/vneid.py",
    "centres/actions/book.py",
    "centres/actions/check_in.py",
    "centres/actions/draw.py",
    "centres/actions/move_appointment.py",
    "centres/actions/next_notices.py",
    "centres/actions/rate.py",
    "centres/announce.py",
    "centres/appointments.py",
    "centres/enums.py",
    "centres/estimate/words.py",
    "centres/forms_book.py",
    "centres/views/board.py",
    "centres/views/book*.py",
    "centres/views/kiosk*.py",
    "portal/api.py",
    "portal/context.py",
    "portal/django_words.py",
    "portal/filekinds.py",
    "portal/middleware.py",
    "portal/ratelimit.py",
    "portal/settings.py",
    "portal/templatetags/*",
    "portal/vn/codes.py",
    "portal/uploads/*",
    "portal/vn/dates.py",
    "portal/vn/identity.py",
    "portal/vn/names.py",
    "portal/vn/phones.py",
    "portal/vn/text.py",
    "procedures/api/*",
    "procedures/differences.py",
    "procedures/enums.py",
    "procedures/facts.py",
    "procedures/forms.py",
    "procedures/forms_home.py",
    "procedures/forms_public.py",
    "procedures/limit_words.py",
    "procedures/sheet.py",
    "support/actions/ask_for_help.py",
    "support/forms_tell.py",
    "templates/support/public/*",
)
# Beside citizens' parts, but shown to staff only.
STAFF_FACING = (
    "templates/applications/desk/parts/said.html",
    "templates/centres/devices/sign_in.html",
    "templates/includes/officer.html",
    "support/messages.py",
    "templates/includes/signed_out.html",
    "templates/includes/staff_nav.html",
    "templates/portal/widgets/rows.html",
    "templates/registration/first_sign_in.html",
    "templates/procedures/admin/effects.html",
    "templates/procedures/admin/first_day.html",
    "templates/procedures/admin/incentive.html",
    "templates/procedures/admin/next.html",
    "templates/procedures/admin/officer.html",
    "templates/procedures/admin/procedure.html",
    "templates/procedures/admin/rows.html",
    "templates/procedures/admin/version.html",
    "templates/procedures/widgets/condition.html",
    "templates/registration/login.html",
)
# Left out of the collection: not the portal's own text.
IGNORED = ("bench", "docs", "node_modules", "static", "tests", "var", ".venv")
# A line reference would change with every edit, and a whole file name says who reads the string.
MAKEMESSAGES = ["makemessages", "--no-wrap", "--add-location", "file"]


def catalogue(language: str, root: Path = ROOT) -> Path:
    """The file that holds a language's translations."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_stale(root: Path = ROOT) -> list[str]:
    """Compile each catalogue that is newer than its compiled form; returns the languages compiled."""
    done = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Another process may be reading the old one.
        fresh = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(target)
        done.append(source.parent.parent.name)
    return done


def is_citizen_facing(path: str) -> bool:
    """Whether strings of this source file are read by citizens."""
    return path not in STAFF_FACING and any(fnmatch(path, pattern) for pattern in CITIZEN_FACING)


def untranslated(entries: Iterable[polib.POEntry], *, citizens_only: bool) -> list[polib.POEntry]:
    """The strings in use that have no translation, or one that was only guessed (fuzzy)."""
    return [
        entry
        for entry in entries
        if not entry.obsolete
        and not entry.translated()
        and (not citizens_only or any(is_citizen_facing(path) for path, _line in entry.occurrences))
    ]


def collect(into: Path, root: Path = ROOT) -> None:
    """Copy sources and catalogues to a folder and run makemessages there, so that the working tree stays as it is."""
    shutil.copytree(root, into, ignore=shutil.ignore_patterns(*IGNORED, ".*", "__pycache__", "*.mo"))
    ignored = [word for name in IGNORED for word in ("--ignore", name)]
    languages = [word for language in LANGUAGES for word in ("--locale", language)]
    for language in LANGUAGES:
        catalogue(language, into).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "django", *MAKEMESSAGES, *languages, *ignored],
        cwd=into,
        # Collecting strings needs no settings: the product's would ask for a database.
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
        text=True,
    )


def _keys(entries: Iterable[polib.POEntry]) -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in entries if not entry.obsolete}


def _shown(entry: polib.POEntry) -> str:
    where = entry.occurrences[0][0] if entry.occurrences else "?"
    return f"    {where}: {entry.msgid.strip()[:90]!r}"


def _list(heading: str, entries: list[polib.POEntry], limit: int = 12) -> list[str]:
    if not entries:
        return []
    more = [f"    and {len(entries) - limit} more"] if len(entries) > limit else []
    return [f"{heading} ({len(entries)}):", *(_shown(entry) for entry in entries[:limit]), *more]


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogues, as lines to print; empty when they are complete and match the sources."""
    found = []
    with tempfile.TemporaryDirectory(prefix="portal-messages-") as folder:
        copy = Path(folder) / "copy"
        try:
            collect(copy, root)
        except subprocess.CalledProcessError as error:
            return [f"makemessages failed:\n{error.stderr}"]
        for language in LANGUAGES:
            if not catalogue(language, root).exists():
                found.append(f"locale/{language} has no catalogue.")
                continue
            present = polib.pofile(str(catalogue(language, root)))
            wanted = polib.pofile(str(catalogue(language, copy)))
            now, then = _keys(wanted), _keys(present)
            found += _list(f"{language}: not collected yet", [now[key] for key in now.keys() - then.keys()])
            found += _list(f"{language}: no longer in the sources", [then[key] for key in then.keys() - now.keys()])
            # With the fresh collection's file names, and the present translations it took over.
            gaps = untranslated(now.values(), citizens_only=language == CITIZENS_ONLY)
            found += _list(f"{language}: not translated", gaps)
            found += _list(f"{language}: only guessed (fuzzy)", [entry for entry in then.values() if entry.fuzzy])
    return found


def make(root: Path = ROOT) -> None:
    """Collect the strings into the working tree's own catalogues and compile them."""
    with tempfile.TemporaryDirectory(prefix="portal-messages-") as folder:
        copy = Path(folder) / "copy"
        collect(copy, root)
        for language in LANGUAGES:
            catalogue(language, root).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(catalogue(language, copy), catalogue(language, root))
    compile_stale(root)


def main(verb: str) -> int:
    if verb == "compile":
        compile_stale()
        return 0
    if verb == "make":
        make()
        return 0
    if found := problems():
        print("\n".join(found))
        print("\nRun `make messages`, then translate what is listed in locale/*/LC_MESSAGES/django.po.")
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("compile", "make", "check"):
        sys.exit("usage: python portal/devtools/translations.py compile|make|check")
    sys.exit(main(sys.argv[1]))
