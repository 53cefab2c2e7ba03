"""Scans at the desk before they are used. Any form shows one with ``applications/scans/scan.html`` and a ``ScanField``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from PIL import Image

from applications.actions.add_to_scan import add_to_scan, scan_in
from applications.actions.capture import open_link, withdraw_link
from applications.actions.mend_scan import (
    crop_page,
    move_page,
    remove_page,
    straighten_page,
    turn_page,
    unmend_page,
)
from applications.actions.scan_rows import page_gone
from applications.forms_scan import CropForm, ScanForm
from applications.looks import looked_at
from applications.models import Application, Paper, Scan, ScanPage
from applications.scanning import PageLine, ScanField, hint_words, open_scan, scan_field
from applications.virus import take_upload
from centres.qr import qr_picture
from citizens.session import signed_in
from portal import clock, files, live, shared
from portal.errors import BadInput, Gone, RuleBroken
from portal.pictures.mending import TURN, as_jpeg, mended
from portal.uploads import Inspected, missing, refused_files

SMALL, LARGE = 360, 1600
TURNS = {"left": 270, "right": 90, "half": 180}
# A page that is being mended is drawn anew each time; one row says that this person looked at it.
LOOK_SECONDS = 60 * 60


def uploads_in(request: HttpRequest, name: str = "file") -> tuple[list[Inspected], RuleBroken | None]:
    """The files of this field that can be used, and what is wrong with the first that cannot, by its name."""
    good: list[Inspected] = []
    problem = refused_files(request).get(name)
    for upload in request.FILES.getlist(name):
        try:
            good.append(take_upload(upload, request.user if request.user.is_authenticated else None))
        except RuleBroken as found:
            problem = problem or _named(found, upload.name or "")
    return good, problem


def lay_ready(
    request: HttpRequest, application: Application, slot: str, *, paper: Paper | None = None
) -> RuleBroken | None:
    """Files that no script has sent before: they lie at the desk whatever else is wrong with the form. What is wrong with
    them, if anything."""
    good, problem = uploads_in(request)
    if good:
        try:
            add_to_scan(
                application=application,
                slot=slot,
                uploads=good,
                paper=paper,
                at=clock.now(),
                acting_user=signed_in(request),
            )
        except RuleBroken as refused:
            problem = refused
    return problem


def _named(problem: RuleBroken, name: str) -> RuleBroken:
    return type(problem)(f"{name[:80]}: {problem}" if name else problem.message, code=problem.code, field=problem.field)


def _draft(request: HttpRequest, application_id: int) -> Application:
    rows = Application.objects.visible_to(signed_in(request)).select_related(
        "applicant", "competent", "helped_at", "matter__ticket__counter", "for_application__matter__ticket__counter"
    )
    return get_object_or_404(rows, pk=application_id)


def _page(request: HttpRequest, application_id: int, slot: str, page_id: int) -> ScanPage:
    """A page of this slot. Raises ``Gone`` when it was removed meanwhile, ``Http404`` where there is no such dossier."""
    rows: QuerySet[ScanPage] = ScanPage.objects.select_related(
        "file",
        "scan__application__applicant",
        "scan__application__competent",
        "scan__application__helped_at",
        "scan__application__matter__ticket__counter",
        "scan__application__for_application__matter__ticket__counter",
    )
    found = rows.filter(
        pk=page_id,
        scan__application__in=Application.objects.visible_to(signed_in(request)).filter(pk=application_id),
        scan__slot=slot,
        scan__used_at=None,
    ).first()
    if found is None:
        _draft(request, application_id)
        raise page_gone()
    return found


def _scan(application: Application, slot: str) -> Scan:
    scan = open_scan(application.pk, slot)
    if scan is None:
        raise Http404
    return scan


def _paper_in(request: HttpRequest, application: Application) -> Paper | None:
    given = request.POST.get("paper", "")
    return application.papers.filter(pk=given).first() if given.isdecimal() else None


def _is_part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")


@require_GET
def show(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """The pages as they are now: inside a form, or as a page of their own."""
    draft = _draft(request, application_id)
    user = signed_in(request)
    shape = "x" if request.headers.get("X-Part") else "h" if _is_part(request) else "p"

    def made() -> HttpResponse:
        field = scan_field(draft, slot, clock.now())
        template = {"x": "parts/lines.html", "h": "parts/pages.html", "p": "page.html"}[shape]
        return _render(request, template, field)

    return live.answer(request, [f"dossier:{draft.pk}"], made, vary=f"{user.pk}-{shape}-{slot}")


@require_POST
def add(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """Files from the scanner or the disk; one that is no good leaves the others and what lies there already."""
    draft = _draft(request, application_id)
    good, problem = uploads_in(request)
    if not good and problem is None:
        problem = missing()
    try:
        if good:
            add_to_scan(
                application=draft,
                slot=slot,
                uploads=good,
                paper=_paper_in(request, draft),
                at=clock.now(),
                acting_user=signed_in(request),
            )
    except RuleBroken as found:
        problem = found
    return _pages(request, draft, slot, problem)


@require_POST
def phone(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """A link for one phone, shown this once as a QR code."""
    draft, at = _draft(request, application_id), clock.now()
    paper = _paper_in(request, draft)
    scan = scan_in(application=draft, slot=slot, paper=paper, at=at, acting_user=signed_in(request))
    _link, token = open_link(scan=scan, at=at, acting_user=signed_in(request))
    address = f"{settings.PUBLIC_URL}{reverse('applications:capture', args=[token])}"
    field = scan_field(draft, slot, at, back=_back(request), qr=qr_picture(address), address=address)
    answer = _render(request, "parts/place.html" if _is_part(request) else "page.html", field)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def stop_phone(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    draft = _draft(request, application_id)
    withdraw_link(scan=_scan(draft, slot), at=clock.now(), acting_user=signed_in(request))
    return _pages(request, draft, slot)


@require_GET
def page(request: HttpRequest, application_id: int, slot: str, page_id: int) -> HttpResponse:
    """One page, large, with what can be mended on it."""
    try:
        return _editor(request, _page(request, application_id, slot, page_id))
    except Gone as problem:
        return _pages(request, _draft(request, application_id), slot, problem)


@require_POST
def mend(request: HttpRequest, application_id: int, slot: str, page_id: int) -> HttpResponse:
    """Do one thing to a page: ``do`` says what. It is shown again where it was done, in the list or large."""
    do = request.POST.get("do", "")
    problem: RuleBroken | None = None
    form = CropForm(request.POST) if do == "crop" else None
    try:
        found = _page(request, application_id, slot, page_id)
        if form is not None and not form.is_valid():
            return _editor(request, found, form=form, status=400)
        _do(do, found, request, form.cleaned_data if form else {})
        if "large" in request.POST and do != "remove":
            if not _is_part(request):
                return redirect("applications:scan_page", application_id, slot, page_id)
            return _editor(request, _page(request, application_id, slot, page_id))
    except Gone as refused:
        problem = refused
    except RuleBroken as refused:
        if "large" in request.POST:
            fresh = _page(request, application_id, slot, page_id)
            return _editor(request, fresh, problem=refused, form=form, status=refused.status)
        problem = refused
    return _pages(request, _draft(request, application_id), slot, problem)


def _do(do: str, found: ScanPage, request: HttpRequest, cut: dict[str, Any]) -> None:
    by: dict[str, Any] = {"page": found, "at": clock.now(), "acting_user": signed_in(request)}
    if do in TURNS:
        turn_page(degrees=TURNS[do], **by)
    elif do == "straighten":
        straighten_page(**by)
    elif do == "crop":
        crop_page(**cut, **by)
    elif do == "as-it-was":
        unmend_page(**by)
    elif do == "remove":
        remove_page(**by)
    elif do == "move":
        move_page(to=_number(request), **by)
    else:
        raise BadInput(_("Choose what to do with the page."), code="mend_unknown")


def _number(request: HttpRequest) -> int:
    given = request.POST.get("to", "")
    if not given.isdecimal() or not 1 <= int(given[:6]) <= settings.UPLOAD_LIMIT_PAGES:
        raise BadInput(_("Write the number of the place this page should have."), code="place_wrong", field="to")
    return int(given)


@require_GET
def picture(request: HttpRequest, application_id: int, slot: str, page_id: int) -> HttpResponse:
    """The page as it is now, with its mends: small in the list, or large. A large one can be read, so a look is noted."""
    found = _page(request, application_id, slot, page_id)
    if not found.picture:
        raise Http404
    size = LARGE if "large" in request.GET else SMALL
    answer = HttpResponse(page_picture(found, size), content_type="image/jpeg")
    if size == LARGE:
        _note_look(request, found)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def page_picture(page: ScanPage, longest: int) -> bytes:
    """The page with its mends as a JPEG no larger than this. Raises ``Gone`` when it was removed meanwhile."""
    try:
        with files.open_staged(page.picture) as content, Image.open(content, formats=("JPEG",)) as drawn:
            if all(kind == TURN for kind, *_values in page.mends):
                drawn.draft(drawn.mode, (longest, longest))  # quicker, where nothing is cut off
            return as_jpeg(mended(drawn, page.mends), quality=80, longest=longest)
    except FileNotFoundError as error:
        raise page_gone() from error


def _note_look(request: HttpRequest, found: ScanPage) -> None:
    user = signed_in(request)
    known = f"scan-look:{user.pk}:{found.scan_id}"
    if shared.recall(known):
        return
    reason = str(_("looked at a scan before it was used"))
    looked_at(application=found.scan.application, reason=reason, at=clock.now(), user=user)
    shared.keep(known, True, LOOK_SECONDS)


def _back(request: HttpRequest) -> str:
    to = request.POST.get("next", "")
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else ""


def _pages(
    request: HttpRequest, draft: Application, slot: str, problem: RuleBroken | None = None
) -> HttpResponse | HttpResponseRedirect:
    back = _back(request)
    if not _is_part(request) and problem is None:
        return redirect(back or reverse("applications:scan_field", args=[draft.pk, slot]))
    form = ScanForm({}, slot=slot)
    if problem is not None and problem.field == "file":
        form.add_error("file", str(problem))
    field = scan_field(draft, slot, clock.now(), back=back, problem=problem, form=form if problem else None)
    template = "parts/pages.html" if _is_part(request) else "page.html"
    return _render(request, template, field, status=problem.status if problem else 200)


def _editor(request: HttpRequest, found: ScanPage, *, status: int = 200, **more: Any) -> HttpResponse:
    order = list(found.scan.pages.values_list("pk", flat=True))
    place = order.index(found.pk)
    field = ScanField(application=found.scan.application, slot=found.scan.slot, at=clock.now(), scan=found.scan)
    context = {
        "page": found,
        "place": place + 1,
        "count": len(order),
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "arrived": request.method == "GET",
        "crop": more.get("form") or CropForm(),
        "page_problem": more.get("problem"),
        "words": hint_words(found),
        "version": PageLine(found, place + 1).version,
    }
    template = "parts/editor.html" if _is_part(request) else "editor.html"
    return _render(request, template, field, status=status, **context)


def _render(request: HttpRequest, name: str, field: ScanField, *, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"field": field, "centre": field.application.helped_at}
    return render(request, f"applications/scans/{name}", context, status=status)
