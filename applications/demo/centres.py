"""The demo's centres, counters, staff and screens. Names are made up; addresses and codes are to be confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from centres.enums import CounterState, DeviceKind, Role, ServiceKind
from centres.models import CalendarDay, Centre, Counter, Device, Membership, Service
from citizens.models import User
from portal import clock
from procedures.enums import UnitKind
from procedures.models import Field, Unit

PASSWORD = "demo-mot-cua-2026"  # noqa: S105 - shown to every visitor of the demo
KIOSK_KEY = "kiosk-demo-chi-nhanh-3"
BOARD_KEY = "bang-demo-chi-nhanh-3"
BRANCH = "chi-nhanh-3"
BRANCHES = 12
SINCE = date(2025, 7, 1)

# user name, full name, role
STAFF = [
    ("quay1", "Nguyễn Thị Mẫu", Role.COUNTER_OFFICER),
    ("quay2", "Trần Văn Ví Dụ", Role.COUNTER_OFFICER),
    ("quay3", "Phạm Thị Minh Hoạ", Role.COUNTER_OFFICER),
    ("quay4", "Hoàng Văn Giả Định", Role.COUNTER_OFFICER),
    ("quay5", "Vũ Thị Làm Mẫu", Role.COUNTER_OFFICER),
    ("quay6", "Đỗ Văn Thí Dụ", Role.COUNTER_OFFICER),
    ("chuyenvien1", "Bùi Thị Thẩm Định", Role.SPECIALIST),
    ("chuyenvien2", "Ngô Văn Xem Xét", Role.SPECIALIST),
    ("lanhdao", "Đặng Văn Ký Duyệt", Role.LEADER),
    ("quanly", "Lý Thị Quản Lý", Role.MANAGER),
    ("thanhpho", "Dương Văn Thành Phố", Role.CITY_ADMIN),
]

# letter, kind, field, title and hint in three languages
SERVICES = [
    (
        "A",
        ServiceKind.FIELD,
        "land",
        {"vi": "Nhà đất, sổ đỏ", "en": "Land and house", "ko": "토지·주택"},
        {
            "vi": "Đổi địa chỉ trên giấy chứng nhận, đăng ký biến động",
            "en": "Address on a certificate, registration of a change",
            "ko": "증서 주소 변경, 변동 등록",
        },
    ),
    (
        "B",
        ServiceKind.FIELD,
        "civil_status",
        {"vi": "Khai sinh, kết hôn", "en": "Birth, marriage", "ko": "출생·혼인"},
        {
            "vi": "Khai tử, tình trạng hôn nhân, trích lục",
            "en": "Death, marital status, extracts",
            "ko": "사망, 혼인 상태, 등본",
        },
    ),
    (
        "C",
        ServiceKind.FIELD,
        "certification",
        {"vi": "Chứng thực bản sao, chữ ký", "en": "Certified copies, signatures", "ko": "사본·서명 인증"},
        {"vi": "Mang theo bản chính", "en": "Bring the original", "ko": "원본을 지참하세요"},
    ),
    (
        "D",
        ServiceKind.RESULTS,
        None,
        {"vi": "Nhận kết quả", "en": "Collect a result", "ko": "결과 수령"},
        {"vi": "Mang theo giấy hẹn", "en": "Bring the receipt", "ko": "접수증을 지참하세요"},
    ),
    (
        "E",
        ServiceKind.OTHER,
        None,
        {"vi": "Việc khác, chưa rõ", "en": "Something else", "ko": "기타"},
        {"vi": "Nhân viên sẽ hỏi bác", "en": "Staff will ask you", "ko": "직원이 안내해 드립니다"},
    ),
]
# What each of the six counters can give.
SKILLS = ["ADE", "BD", "ACE", "BD", "BE", "CD"]


@dataclass
class Branch:
    """Branch no. 3 with the people who work there."""

    centre: Centre
    services: dict[str, Service]
    counters: list[Counter]
    officers: list[User]
    specialists: list[User]
    leader: User
    manager: User


def build(at: datetime) -> Branch:
    """Everything that stands before the first visitor comes; what is there already stays."""
    head = _head_office()
    branches = [_branch(head, number) for number in range(1, BRANCHES + 1)]
    _points(head)
    centre = branches[2]
    _open_around_the_clock(centre, clock.local_day(at))
    services = {row[0]: _service(centre, order, *row) for order, row in enumerate(SERVICES)}
    people = {name: _person(name, full_name, role, centre) for name, full_name, role in STAFF}
    officers = [people[f"quay{number}"] for number in range(1, 7)]
    counters = [
        _counter(centre, number, [services[letter] for letter in letters])
        for number, letters in enumerate(SKILLS, start=1)
    ]
    _device(centre, DeviceKind.KIOSK, "Máy lấy số sảnh chính", KIOSK_KEY, at)
    _device(centre, DeviceKind.BOARD, "Bảng sảnh chính", BOARD_KEY, at)
    specialists = [people["chuyenvien1"], people["chuyenvien2"]]
    return Branch(centre, services, counters, officers, specialists, people["lanhdao"], people["quanly"])


def _head_office() -> Centre:
    return Centre.objects.get_or_create(
        code="ha-noi",
        defaults={
            "agency_code": "H26.30",
            "name": {
                "vi": "Trung tâm Phục vụ hành chính công thành phố Hà Nội",
                "en": "Hanoi Public Administrative Service Centre",
                "ko": "하노이시 공공행정서비스센터",
            },
            "short_name": {"vi": "Một cửa Hà Nội", "en": "One-stop Hanoi", "ko": "하노이 원스톱"},
            "address": "258 Võ Chí Công (tạm thời)",
        },
    )[0]


def _branch(head: Centre, number: int) -> Centre:
    here = number == 3
    return Centre.objects.get_or_create(
        code=f"chi-nhanh-{number}",
        defaults={
            "agency_code": f"H26.30.{number}",
            "parent": head,
            "name": {
                "vi": f"Trung tâm Phục vụ hành chính công – Chi nhánh số {number}",
                "en": f"Public Administrative Service Centre – Branch no. {number}",
                "ko": f"공공행정서비스센터 제{number}지점",
            },
            "short_name": {
                "vi": f"Chi nhánh số {number}",
                "en": f"Branch no. {number}",
                "ko": f"제{number}지점",
            },
            "address": "71 Tôn Đức Thắng (chờ xác nhận)" if here else "",
            "unit_code": "00235" if here else "",
        },
    )[0]


def _points(head: Centre) -> None:
    """A point in each of the 126 wards and communes; their agency codes are configuration (facts §1.2, U)."""
    known = set(Centre.objects.filter(code__startswith="diem-").values_list("code", flat=True))
    Centre.objects.bulk_create(
        Centre(
            code=f"diem-{unit.code}",
            agency_code=f"H26.31.{number}",
            parent=head,
            name={"vi": f"Điểm Phục vụ hành chính công {unit.name}", "en": f"Public service point {unit.name}"},
            short_name={"vi": unit.name, "en": unit.name},
            unit_code=unit.code,
            in_ward=unit.kind == UnitKind.WARD,
            address=unit.centre_address,
        )
        for number, unit in enumerate(Unit.objects.current().order_by("code"), start=1)
        if f"diem-{unit.code}" not in known
    )


def _open_around_the_clock(centre: Centre, today: date) -> None:
    """The demo may be started at night or on a holiday, and its hall is open."""
    for ahead in range(7):
        CalendarDay.objects.get_or_create(
            centre=centre,
            day=today + timedelta(days=ahead),
            defaults={"hours": [["00:00", "23:59"]], "reason": "Ngày trình diễn"},
        )


def _service(
    centre: Centre, order: int, letter: str, kind: str, field: str | None, title: dict[str, str], hint: dict[str, str]
) -> Service:
    return Service.objects.get_or_create(
        centre=centre,
        letter=letter,
        defaults={
            "kind": kind,
            "field": Field.objects.get(code=field) if field else None,
            "title": title,
            "hint": hint,
            "order": order,
        },
    )[0]


def _person(username: str, full_name: str, role: Role, centre: Centre) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, PASSWORD, full_name=full_name, is_staff=role == Role.CITY_ADMIN)
        user.is_superuser = role == Role.CITY_ADMIN
        user.save()
    Membership.objects.get_or_create(
        user=user, centre=None if role == Role.CITY_ADMIN else centre, role=role, defaults={"valid_from": SINCE}
    )
    return user


def _counter(centre: Centre, number: int, services: list[Service]) -> Counter:
    counter, made = Counter.objects.get_or_create(centre=centre, number=number, defaults={"state": CounterState.CLOSED})
    if made:
        counter.services.set(services)
    return counter


def _device(centre: Centre, kind: str, name: str, key: str, at: datetime) -> None:
    Device.objects.get_or_create(
        key_hash=Device.hash_of(key), defaults={"centre": centre, "kind": kind, "name": name, "created_at": at}
    )
