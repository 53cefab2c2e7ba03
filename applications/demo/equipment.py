"""The inventory of branch no. 3: what stands at each counter and in the hall, spares, one thing in repair and one lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from applications.demo.centres import Place
from centres.enums import DeviceKind
from centres.models import Device
from citizens.models import User
from portal import clock
from support.actions.keep_equipment import add_equipment
from support.actions.move_equipment import keep_as_spare, lose, put_in_use, send_to_repair
from support.enums_equipment import EquipmentKind
from support.models import Equipment

# Kind, name, maker, model, place, warranty in days from today. The makers are nobody's.
_HALL = (
    (EquipmentKind.KIOSK, "Kiosk lấy số cửa chính", "Mẫu Việt", "K21", "Cửa chính", 400),
    (EquipmentKind.BOARD, "Bảng gọi số sảnh chờ", "Mẫu Việt", "B55", "Sảnh chờ", 21),
    (EquipmentKind.TABLET, "Máy tính bảng hỗ trợ 1", "Thử Nghiệm", "T10", "Bàn hướng dẫn", 200),
    (EquipmentKind.LINE, "Đường truyền chính", "Nhà mạng Mẫu", "100 Mb/s", "Phòng máy", 90),
)
_SCREENS = {EquipmentKind.KIOSK: DeviceKind.KIOSK, EquipmentKind.BOARD: DeviceKind.BOARD}
_BOUGHT = date(2025, 6, 20)


def seed_equipment(place: Place, support: User, at: datetime) -> None:
    """Made once: what is there stays."""
    if Equipment.objects.exists():
        return
    today, before = clock.local_day(at), at - timedelta(days=30)
    for counter in place.counters:
        number = counter.number
        for kind, name, model in (
            (EquipmentKind.PRINTER, "Máy in", "P200"),
            (EquipmentKind.SCANNER, "Đầu đọc thẻ", "S7"),
        ):
            row = add_equipment(
                centre=place.centre, kind=kind, name=f"{name} quầy {number}", maker="Thử Nghiệm", model=model,
                serial=f"{model}-25{number:03}", bought_on=_BOUGHT, warranty_until=today + timedelta(days=30 * number),
                at=before, acting_user=support,
            )  # fmt: skip
            put_in_use(equipment=row, counter=counter, at=before, acting_user=support)
    for kind, name, maker, model, spot, days in _HALL:
        screen = Device.objects.filter(centre=place.centre, kind=_SCREENS.get(kind, "")).first()
        row = add_equipment(
            centre=place.centre, kind=kind, name=name, maker=maker, model=model, serial=f"{model}-{days}".replace(" ", ""),
            device=screen, bought_on=_BOUGHT, warranty_until=today + timedelta(days=days), at=before,
            acting_user=support,
        )  # fmt: skip
        put_in_use(equipment=row, place=spot, at=before, acting_user=support)
    _away(place, support, at, today)


def _away(place: Place, support: User, at: datetime, today: date) -> None:
    by = {"acting_user": support}
    spare, broken, gone = (
        add_equipment(
            centre=place.centre, kind=kind, name=name, maker="Thử Nghiệm", model=model, serial=serial,
            bought_on=_BOUGHT, warranty_until=today + timedelta(days=days), at=at - timedelta(days=30), **by,
        )
        for kind, name, model, serial, days in (
            (EquipmentKind.PRINTER, "Máy in dự phòng", "P200", "P200-25090", 200),
            (EquipmentKind.SCANNER, "Máy quét hồ sơ", "Q4", "Q4-00012", -40),
            (EquipmentKind.TABLET, "Máy tính bảng hỗ trợ 2", "T10", "T10-00002", 200),
        )
    )  # fmt: skip
    keep_as_spare(equipment=spare, place="Kho tầng 2", at=at - timedelta(days=29), **by)
    send_to_repair(
        equipment=broken, text="Kẹt con lăn; gửi hãng Thử Nghiệm, hẹn tuần sau", at=at - timedelta(days=2), **by
    )
    lose(equipment=gone, text="Kiểm kê không thấy, đã tìm ở kho và bàn hướng dẫn", at=at - timedelta(days=5), **by)
