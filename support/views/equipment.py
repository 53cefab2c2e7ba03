"""The inventory: the list, a thing and what becomes of it, labels to print, and files out and in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.models import Centre, Counter, Device, Membership
from centres.permissions import has_role
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.uploads import add_refusals
from support import equipment_file, equipment_labels
from support.actions import keep_equipment, move_equipment
from support.enums import Kind
from support.enums_equipment import FAULT_KIND, EquipmentKind
from support.equipment_lists import FILTERS, chosen_rows, dress, tag_in, warranty_soon
from support.forms_equipment import EquipmentForm, ImportForm, PlaceForm
from support.incident_lists import dress as dress_incident
from support.models import Equipment, Incident
from support.permissions import READERS, RESPONDERS, may_respond, require_reader, require_support
from support.places import centres_supported

PAGE_SIZE = 30
MOST_FAULTS = 10
MOST_WRONG = 100
_KEPT = "equipment-filters"


@never_cache
@require_GET
def equipment(request: HttpRequest) -> HttpResponse:
    """The list; what was chosen stays until something else is. A label that is scanned into the search opens its thing."""
    require_reader(request.user)
    user = cast(User, request.user)
    tag = tag_in(request.GET.get("q", ""))
    if tag and Equipment.objects.visible_to(user).filter(tag=tag).exists():
        return redirect("support:thing", tag=tag)
    rows, form = chosen_rows(user, _filters(request))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    at, soon = clock.now(), warranty_soon(clock.today())
    context = {
        "rows": [dress(row, at, soon) for row in page.object_list],
        "page": page,
        "form": form,
        "soon": Equipment.objects.visible_to(user).warranty_ends(clock.today(), soon).count(),
        "handles": has_role(user, RESPONDERS),
        "most_labels": equipment_labels.MOST_LABELS,
        "places": range(1, equipment_labels.ON_A_SHEET + 1),
    }
    return render(request, "support/equipment.html", context)


@never_cache
@require_GET
def thing(request: HttpRequest, tag: str) -> HttpResponse:
    """What a label opens: for whoever works there what it is and how to report a fault, for support everything."""
    row = _thing_or_404(request, tag)
    return render(request, "support/thing.html", _one(request, row))


@require_POST
def act(request: HttpRequest, tag: str, key: str) -> HttpResponse:
    """One step; a refusal is said on the thing's page, where what was typed still stands."""
    row = _thing_or_404(request, tag)
    if key not in STEPS:
        raise Http404
    try:
        STEPS[key](row, request)
    except NotAllowed:
        raise
    except RuleBroken as problem:
        row = _thing_or_404(request, tag)
        return render(request, "support/thing.html", _one(request, row, problem, key), status=problem.status)
    messages.success(request, _("Done."))
    return redirect("support:thing", tag=row.tag)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, tag: str = "") -> HttpResponse:
    """Write a new thing down, or mend what is written about one."""
    user = cast(User, request.user)
    require_support(user)
    centres = centres_supported(user).filter(is_active=True).order_by("code")
    row = get_object_or_404(_rows().filter(centre__in=centres_supported(user)), tag=tag) if tag else None
    centre = row.centre if row else _centre(request, centres)
    initial = {name: getattr(row, name) for name in keep_equipment.WRITTEN} if row else {}
    form = EquipmentForm(request.POST or None, initial=initial, devices=_devices(centre, row))
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "at": clock.now(), "acting_user": user}
        try:
            made = keep_equipment.change_equipment(equipment=row, **said) if row else keep_equipment.add_equipment(centre=centre, **said)  # fmt: skip
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:thing", tag=made.tag)
    several = list(centres) if row is None else []
    context = {"form": form, "thing": row, "centre": centre, "centres": several if len(several) > 1 else []}
    return render(request, "support/thing_edit.html", context, status=400 if form.errors else 200)


@never_cache
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Labels of what the list shows, or of one thing, from this place of the sheet on."""
    require_reader(request.user)
    user = cast(User, request.user)
    if tag := request.GET.get("tag", ""):
        rows = Equipment.objects.visible_to(user).filter(tag=tag)
    else:
        rows, _form = chosen_rows(user, _filters(request))
    asked = request.GET.get("first", "1")
    first = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 1
    first = min(max(first, 1), equipment_labels.ON_A_SHEET)
    chosen = list(rows.select_related("centre")[: equipment_labels.MOST_LABELS])
    if not chosen:
        raise Http404
    response = HttpResponse(equipment_labels.label_sheets(chosen, first), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="nhan-thiet-bi.pdf"'
    return response


@never_cache
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, as a file."""
    require_reader(request.user)
    rows, _form = chosen_rows(cast(User, request.user), _filters(request))
    response = HttpResponse("".join(equipment_file.written(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="thiet-bi-{clock.today():%Y%m%d}.csv"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """A file in: all of it, or a list of what is wrong with which line."""
    user = cast(User, request.user)
    require_support(user)
    form = ImportForm(request.POST or None, request.FILES or None)
    found, status = None, add_refusals(form, request) or 400
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read(equipment_file.MOST_BYTES + 1)
            found = equipment_file.read(content, centres_supported(user), clock.now(), user)
        except BadInput as refused:
            form.add_error("file", str(refused))
    if found is not None and not found.wrong:
        said = _("%(added)s added, %(changed)s changed, %(same)s as they were.")
        messages.success(request, said % {"added": found.added, "changed": found.changed, "same": found.same})
        return redirect("support:equipment")
    context = {
        "form": form,
        "wrong": found.wrong[:MOST_WRONG] if found else [],
        "wrong_count": len(found.wrong) if found else 0,
        "columns": [(title, name in equipment_file.REQUIRED) for name, title in equipment_file.COLUMNS.items()],
        "most_lines": equipment_file.MOST_LINES,
    }
    return render(request, "support/equipment_import.html", context, status=status if form.errors or found else 200)


def _filters(request: HttpRequest) -> dict[str, str]:
    """What is asked for, else what was chosen last."""
    kept: dict[str, str] = request.session.get(_KEPT) or {}
    if not any(name in request.GET for name in FILTERS):
        return kept
    chosen = {name: request.GET[name][:200] for name in FILTERS if request.GET.get(name)}
    if chosen != kept:
        request.session[_KEPT] = chosen
    return chosen


def _rows() -> Any:
    return Equipment.objects.with_faults().select_related("centre", "counter", "holder", "device")


def _thing_or_404(request: HttpRequest, tag: str) -> Equipment:
    found: Equipment = get_object_or_404(_rows().scanned_by(request.user), tag=tag)
    return found


def _one(request: HttpRequest, row: Equipment, problem: RuleBroken | None = None, key: str = "") -> dict[str, object]:
    at = clock.now()
    reads = has_role(request.user, READERS, row.centre_id)
    responds = may_respond(request.user, row.centre_id)
    faults = Incident.objects.about(row).select_related("owner", "reporter").order_by("-reported_at", "-id")
    others = centres_supported(request.user).filter(is_active=True).exclude(pk=row.centre_id).order_by("code")
    return {
        "thing": dress(row, at, warranty_soon(clock.today())),
        "reads": reads,
        "responds": responds,
        "fault_kind": FAULT_KIND.get(EquipmentKind(row.kind), Kind.OTHER),
        "faults": [dress_incident(one, at) for one in (faults if reads else faults.open())[:MOST_FAULTS]],
        "events": list(row.events.select_related("actor").order_by("-at", "-id")) if reads else [],
        "place_form": _place_form(request, row, problem) if responds else None,
        "others": list(others) if responds else [],
        "problem": problem,
        "problem_at": key,
        "typed": request.POST if problem else {},
    }


def _place_form(request: HttpRequest, row: Equipment, problem: RuleBroken | None = None) -> PlaceForm:
    people = User.objects.filter(pk__in=_members(row.centre_id), is_active=True).order_by("full_name", "pk")
    counters = Counter.objects.filter(centre=row.centre_id).order_by("number")
    known = {"counter": row.counter_id, "place": row.place, "holder": row.holder_id}
    return PlaceForm(request.POST if problem else None, initial=known, counters=counters, people=people)


def _members(centre_id: int) -> Any:
    day = clock.today()
    held = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), centre=centre_id)
    return held.filter(valid_from__lte=day, blocked_reason="").values("user")


def _devices(centre: Centre, row: Equipment | None) -> Any:
    """Screens of the centre that no other thing is."""
    taken = Equipment.objects.exclude(pk=row.pk if row else None).exclude(device=None).values("device")
    return Device.objects.filter(centre=centre, revoked_at__isnull=True).exclude(pk__in=taken).order_by("name")


def _centre(request: HttpRequest, centres: Any) -> Centre:
    wanted = request.GET.get("centre", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        return cast(Centre, get_object_or_404(centres, pk=int(wanted)))
    return cast(Centre, get_object_or_404(centres[:1]))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"at": clock.now(), "acting_user": cast(User, request.user)}


def _place(row: Equipment, request: HttpRequest) -> object:
    form = _place_form(request, row, BadInput(gettext_lazy("Look at this again."), code="place"))
    if not form.is_valid():
        raise BadInput(_("Choose a counter and somebody of this centre."), code="bad_place")
    spot = form.cleaned_data
    if request.POST.get("as") == "spare":
        return move_equipment.keep_as_spare(equipment=row, place=spot["place"], holder=spot["holder"], **_by(request))
    return move_equipment.put_in_use(equipment=row, **spot, **_by(request))


def _with_note(action: Callable[..., Equipment]) -> Callable[[Equipment, HttpRequest], object]:
    return lambda row, request: action(equipment=row, text=request.POST.get("note", ""), **_by(request))


def _give(row: Equipment, request: HttpRequest) -> object:
    wanted = request.POST.get("centre", "")
    others = centres_supported(request.user).filter(is_active=True)
    to = others.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    if to is None:
        raise BadInput(_("Choose a centre that you support."), code="no_centre", field="centre")
    return move_equipment.give_to_centre(equipment=row, centre=to, **_by(request))


STEPS: dict[str, Callable[[Equipment, HttpRequest], object]] = {
    "place": _place,
    "repair": _with_note(move_equipment.send_to_repair),
    "lost": _with_note(move_equipment.lose),
    "discard": _with_note(move_equipment.discard),
    "note": _with_note(move_equipment.note_down),
    "centre": _give,
}
