"""People for tests."""

from __future__ import annotations

import factory
from django.test import Client

from citizens.actions.citizen_sessions import begin_by_phone, begin_by_vneid
from citizens.citizen_session import COOKIE
from citizens.models import ApiToken, Citizen, User
from portal import clock
from portal.vn.dates import PartialDate

PASSWORD = "một mật khẩu đủ dài"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Somebody who can sign in with ``PASSWORD`` and has no role anywhere."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = "Lê Thị Hương"
    password = factory.django.Password(PASSWORD)


class CitizenFactory(factory.django.DjangoModelFactory[Citizen]):
    """A woman born in Hanoi in 1990, as typed by an officer."""

    class Meta:
        model = Citizen

    identity_number = factory.Sequence(lambda n: f"001190{n:06}")
    full_name = "Nguyễn Thị Ánh"
    birth_text = "01/02/1990"
    birth_date = factory.LazyAttribute(lambda citizen: PartialDate.parse(citizen.birth_text).as_date())
    sex = "female"
    phone = "+84912345678"


class ApiTokenFactory(factory.django.DjangoModelFactory[ApiToken]):
    """A key for the API; ``key`` is its secret."""

    class Meta:
        model = ApiToken

    class Params:
        key = "khóa-api-cho-kiểm-thử"

    user = factory.SubFactory(UserFactory)
    name = "quét thẻ"
    key_hash = factory.LazyAttribute(lambda token: ApiToken.hash_of(token.key))


def as_citizen(client: Client, *, phone: str = "", citizen: Citizen | None = None, level: int = 2) -> Client:
    """The client, signed in as the holder of this phone, or as this citizen by VNeID."""
    at = clock.now()
    key = begin_by_vneid(citizen=citizen, level=level, at=at) if citizen else begin_by_phone(phone=phone, at=at)
    client.cookies[COOKIE] = key
    return client
