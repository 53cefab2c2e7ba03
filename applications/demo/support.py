"""What support has to do today: somebody on call, two incidents, an outage to come, a word to staff, what is known."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from applications.demo.centres import Place
from applications.demo.equipment import seed_equipment
from applications.demo.readiness import seed_readiness
from applications.demo.training import seed_training
from centres.enums import DeviceKind, Role
from centres.models import Device, Membership, Outage
from citizens.models import User
from portal import clock
from support.actions import handle
from support.actions.announce import announce
from support.actions.ask_for_help import ask_for_help, say_more
from support.actions.go_to_help import accept, arrive
from support.actions.help_points import put_up
from support.actions.helper_shift import begin_shift
from support.actions.known import keep_known
from support.actions.on_call import keep_contact, put_on_call
from support.actions.plan_outage import earliest_day, plan_outage
from support.actions.report import report
from support.asking import at_point
from support.enums import Kind, Severity, Source
from support.enums_equipment import EquipmentKind
from support.models import Equipment, HelpPoint, Incident, KnownProblem

_KNOWN = (
    (
        Kind.PRINTER,
        "Máy in kẹt giấy",
        "Đèn đỏ nhấp nháy, giấy không ra hoặc nhăn.",
        "Tắt máy, mở nắp sau, rút giấy theo chiều giấy đi. Đóng nắp, bật lại, in trang thử.",
    ),
    (
        Kind.SCANNER,
        "Đầu đọc thẻ không nhận căn cước",
        "Quét mã QR nhiều lần mà ô quét thẻ vẫn trống.",
        "Rút cáp USB, đợi 10 giây, cắm lại. Bấm F3 để con trỏ về ô quét rồi quét lại.",
    ),
    (
        Kind.BOARD,
        "Bảng gọi số không có tiếng",
        "Bảng hiện số nhưng loa im.",
        "Chạm vào màn hình một lần rồi chọn Bật tiếng. Nếu vẫn im, xem dây loa sau màn hình.",
    ),
)


def seed_support(place: Place, at: datetime) -> None:
    """Made once: what is there stays."""
    people = {user.username: user for user in User.objects.filter(username__in=("hotro1", "hotro2"))}
    first, second = people["hotro1"], people["hotro2"]
    _on_call(place, first, second, at)
    _known(first, at)
    seed_equipment(place, first, at)
    seed_training(place, at)
    seed_readiness(place, first, at)
    _incidents(place, first, at)
    _help(place, at)
    manager = Membership.objects.filter(centre=place.centre, role=Role.MANAGER).select_related("user")[0].user
    announce(
        centre=place.centre, title="17 giờ hôm nay họp rút kinh nghiệm tại sảnh", text="Mời các quầy có mặt đầy đủ.",
        must_confirm=True, until_at=at + timedelta(hours=10), at=at, acting_user=manager,
    )  # fmt: skip
    if not Outage.objects.exists():
        day = earliest_day(at)
        start = datetime.combine(day, time(17, 30), tzinfo=clock.HANOI)
        what = {
            "vi": "Nâng cấp máy chủ cơ sở dữ liệu",
            "en": "The database server is upgraded",
            "ko": "데이터베이스 서버 업그레이드",
        }
        plan_outage(
            centre=place.centre, what=what, from_at=start, until_at=start + timedelta(hours=4), at=at, acting_user=first
        )


def _on_call(place: Place, first: User, second: User, at: datetime) -> None:
    day_ends = at + timedelta(hours=12)
    for level, user, phone in ((1, first, "0912 345 001"), (2, second, "0912 345 002")):
        put_on_call(
            user=user, centre=place.centre, level=level, from_at=at - timedelta(hours=3), until_at=day_ends, at=at,
            acting_user=user,
        )  # fmt: skip
        keep_contact(phone=phone, email=f"{user.username}@demo.example", acting_user=user)


def _help(place: Place, at: datetime) -> None:
    """Two helpers in the hall, one of them out; two seats with a code, and somebody who waits beside one."""
    if HelpPoint.objects.exists():
        return
    people = list(User.objects.filter(username__in=("sanh1", "sanh2")).order_by("username"))
    for number, user in enumerate(people, 1):
        badge = f"áo xanh tình nguyện, thẻ {number}"
        begin_shift(centre=place.centre, badge=badge, at=at - timedelta(minutes=50), acting_user=user)
    seats = [
        put_up(centre=place.centre, name=name, at=at, acting_user=User.objects.get(username="quanly"))
        for name in ("Hàng 1, ghế 2", "Hàng 3, ghế 6")
    ]
    first, second = (
        ask_for_help(place=at_point(seat), at=at - timedelta(minutes=ago), acting_user=None)
        for seat, ago in zip(seats, (6, 1), strict=True)
    )
    accept(request=first, at=at - timedelta(minutes=5), acting_user=people[1])
    arrive(request=first, at=at - timedelta(minutes=4), acting_user=people[1])
    say_more(request=second, is_old=True, is_alone=True, at=at - timedelta(minutes=1))


def _known(user: User, at: datetime) -> None:
    if not KnownProblem.objects.exists():
        for kind, title, symptoms, remedy in _KNOWN:
            keep_known(kind=kind, title=title, symptoms=symptoms, remedy=remedy, at=at, acting_user=user)


def _printer(place: Place) -> Equipment | None:
    return Equipment.objects.filter(kind=EquipmentKind.PRINTER, counter=place.counters[1]).first()


def _incidents(place: Place, support: User, at: datetime) -> None:
    """The printer of counter 2 is being worked on; the board's loudspeaker was just reported."""
    if Incident.objects.exists():
        return
    officer = place.officers[1]
    broke = at - timedelta(minutes=40)
    printer = report(
        kind=Kind.PRINTER, severity=Severity.ONE, what="Máy in quầy 2 hỏng, không in được giấy hẹn", source=Source.STAFF,
        centre=place.centre, equipment=_printer(place), page="/desk/", at=broke, acting_user=officer,
    )  # fmt: skip
    handle.acknowledge(incident=printer, at=broke + timedelta(minutes=4), acting_user=support)
    handle.begin(incident=printer, at=broke + timedelta(minutes=9), acting_user=support)
    words = {"vi": "In giấy hẹn chậm", "en": "Printing of receipts is slow", "ko": "접수증 출력이 느립니다"}
    handle.publish(incident=printer, words=words, at=broke + timedelta(minutes=10), acting_user=support)
    board = Device.objects.filter(centre=place.centre, kind=DeviceKind.BOARD).first()
    report(
        kind=Kind.BOARD, severity=Severity.ANNOYING, what="Loa bảng gọi số sảnh chờ lúc có lúc không", source=Source.STAFF,
        centre=place.centre, device=board, page="/day/", at=at - timedelta(minutes=6), acting_user=place.officers[3],
    )  # fmt: skip
