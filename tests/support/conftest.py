# ruff: noqa: PLC0415
"""What the tests of support share: a centre, somebody who supports it, an officer and a manager there.

Imports stand inside the fixtures: pytest reads this file before Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from centres.models import Centre
    from citizens.models import User


@pytest.fixture
def centre(db: None) -> Centre:
    from tests.factories.centres import CentreFactory

    return CentreFactory(short_name={"vi": "Chi nhánh số 3", "en": "Branch no. 3"})


@pytest.fixture
def supporter(centre: Centre) -> User:
    from centres.enums import Role
    from tests.factories.centres import MembershipFactory
    from tests.factories.citizens import UserFactory

    user = UserFactory(full_name="Ngô Thị Thử", email="truc@example.vn")
    return MembershipFactory(centre=centre, role=Role.SUPPORT, user=user).user


@pytest.fixture
def officer(centre: Centre) -> User:
    from tests.factories.centres import MembershipFactory

    return MembershipFactory(centre=centre).user


@pytest.fixture
def manager(centre: Centre) -> User:
    from centres.enums import Role
    from tests.factories.centres import MembershipFactory

    return MembershipFactory(centre=centre, role=Role.MANAGER).user


@pytest.fixture
def stranger(db: None) -> User:
    """Support of another centre."""
    from centres.enums import Role
    from tests.factories.centres import MembershipFactory

    return MembershipFactory(role=Role.SUPPORT).user
