"""Whether centres are ready: the table and the map over all, one centre with its gaps and surveys, and going live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from centres.models import Centre, Membership
from centres.permissions import has_role
from citizens.models import User
from portal import clock, files
from portal.errors import NotAllowed, RuleBroken
from support.actions import find_gaps
from support.actions.go_live import go_live
from support.forms_survey import CloseGapForm, GapForm, ReadinessFilterForm
from support.models import SurveyGap, SurveyPhoto
from support.permissions import READERS, may_respond, require_reader
from support.places import centres_read
from support.readiness import Ready, past_surveys, readiness, readiness_of, went_live
from support.survey_answers import questions_on
from support.survey_map import draw_map

PAGE_SIZE = 30
MOST_SURVEYS = 4
MOST_PHOTOS = 24
SHOWN: dict[str, Callable[[Ready], bool]] = {
    "": lambda _row: True,
    "preparing": lambda row: row.centre.in_preparation,
    "surveyed": lambda row: row.survey is not None,
    "gaps": lambda row: row.gaps > 0,
}


@never_cache
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All centres the reader sees, as a table and as a map."""
    require_reader(request.user)
    form = ReadinessFilterForm(request.GET)
    form.is_valid()
    rows = readiness(list(centres_read(request.user).filter(is_active=True).order_by("code")), clock.now())
    chosen = [row for row in rows if SHOWN[form.cleaned_data.get("show") or ""](row)]
    page = Paginator(chosen, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": page.object_list,
        "page": page,
        "form": form,
        "drawing": draw_map(rows),
        "ready_count": sum(row.is_ready for row in rows),
        "late_count": sum(row.late for row in rows),
        "query": urlencode({"show": request.GET["show"]}) if request.GET.get("show") else "",
    }
    return render(request, "support/readiness.html", context)


@never_cache
@require_GET
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """One centre: what is missing and whose it is, its surveys beside each other, its pictures."""
    return _one(request, _centre_or_404(request, code))


@require_POST
def act(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Go live, give a gap to somebody, or close one; a refusal is said on the centre's page."""
    found = _centre_or_404(request, code)
    by: dict[str, Any] = {"at": clock.now(), "acting_user": cast(User, request.user)}
    try:
        if key == "live":
            go_live(centre=found, **by)
        elif key in ("give", "close"):
            _change_gap(request, found, key, by)
        else:
            raise Http404
    except NotAllowed:
        raise
    except RuleBroken as problem:
        return _one(request, _centre_or_404(request, code), problem)
    messages.success(request, _("Done."))
    return redirect("support:readiness_of", code=code)


@never_cache
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture of a survey."""
    require_reader(request.user)
    row = get_object_or_404(SurveyPhoto.objects.filter(survey__centre__in=centres_read(request.user)), pk=pk)
    try:
        content = files.read(row.sha256)
    except OSError:
        raise Http404 from None
    return HttpResponse(content, content_type="image/jpeg")


def _centre_or_404(request: HttpRequest, code: str) -> Centre:
    require_reader(request.user)
    return get_object_or_404(centres_read(request.user), code=code, is_active=True)


def _change_gap(request: HttpRequest, found: Centre, key: str, by: dict[str, Any]) -> None:
    asked = request.POST.get("gap", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    gap = get_object_or_404(SurveyGap, pk=number, centre=found)
    if key == "close":
        find_gaps.close_gap(gap=gap, how=request.POST.get("how", "")[:1000], **by)
        return
    form = GapForm(request.POST, people=_people(found))
    form.is_valid()
    given = form.cleaned_data
    find_gaps.give_gap(gap=gap, owner=given.get("owner"), due_on=given.get("due_on"), **by)


def _one(request: HttpRequest, found: Centre, problem: RuleBroken | None = None) -> HttpResponse:
    at = clock.now()
    questions = questions_on(clock.today())
    past = past_surveys(found, questions, MOST_SURVEYS)
    people = _people(found)
    gaps = SurveyGap.objects.filter(centre=found).select_related("question", "owner", "closed_by")
    # Must-haves first, then what is soonest; what is nobody's yet comes before what somebody does already.
    open_gaps = sorted(
        gaps.filter(closed_at__isnull=True), key=lambda gap: (not gap.question.is_must, gap.due_on or date.min, gap.pk)
    )
    taken = request.POST.get("gap") if problem else None
    context = {
        "centre": found,
        "ready": readiness_of(found, at),
        "questions": [(question, [one.lines[place] for one in past]) for place, question in enumerate(questions)],
        "past": past,
        "gaps": [
            (
                gap,
                gap.is_late(clock.today()),
                GapForm(
                    request.POST if str(gap.pk) == taken else None,
                    initial={"owner": gap.owner_id, "due_on": gap.due_on},
                    people=people,
                    auto_id=f"gap-{gap.pk}-%s",
                ),
                CloseGapForm(auto_id=f"gap-{gap.pk}-%s"),
            )
            for gap in open_gaps
        ],
        "closed": gaps.filter(closed_at__isnull=False).order_by("-closed_at")[:MOST_PHOTOS],
        "photos": SurveyPhoto.objects.filter(survey__in=[one.survey for one in past[-1:]]).select_related(
            "question", "by"
        )[:MOST_PHOTOS],
        "live": went_live(found),
        "responds": may_respond(request.user, found.pk),
        "surveys": has_role(request.user, READERS, found.pk),
        "problem": problem,
    }
    return render(request, "support/readiness_of.html", context, status=problem.status if problem else 200)


def _people(found: Centre) -> QuerySet[User]:
    """Whoever works at the centre, and whoever has a role for all of them."""
    day = clock.today()
    held = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    held = held.filter(Q(centre=found) | Q(centre__isnull=True), blocked_reason="")
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name", "pk")
