"""People: who signs in, who is served, what of theirs is on file, and who looked at it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from citizens.enums import IdentitySource, Sex, SignInWay
from portal.records import AppendOnly
from portal.vn.identity import mask_identity
from portal.vn.names import sort_key
from portal.vn.text import fold


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in, and nothing else: what a person may do comes from memberships, what they own from Citizen."""

    username = models.CharField(_("user name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("May enter the administration pages."))
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once_in_any_case",
                violation_error_message=_("Somebody has this user name already."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)


class ApiToken(models.Model):
    """A key for the API. Only its hash is kept; it can be revoked."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @staticmethod
    def hash_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str) -> tuple[ApiToken, str]:
        """A new token and its key, which is shown this once."""
        key = secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, key_hash=cls.hash_of(key)), key


class Citizen(models.Model):
    """A person who is served (công dân). Needs no account; has an identity number once one is known."""

    identity_number = models.CharField(max_length=12, unique=True, null=True, blank=True)
    full_name = models.CharField(_("full name"), max_length=120)
    folded_name = models.CharField(max_length=120, editable=False, db_index=True)
    sort_name = models.CharField(max_length=250, editable=False)
    birth_text = models.CharField(
        _("date of birth"), max_length=10, blank=True, help_text=_("Day, month, year, as known.")
    )
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    card_address = models.CharField(_("address on the card"), max_length=300, blank=True)
    address = models.CharField(_("address now"), max_length=300, blank=True)
    unit_code = models.CharField(max_length=10, blank=True, help_text=_("Present ward or commune."))
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text=_("E.164"))
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(max_length=2, default="vi")
    identity_source = models.CharField(max_length=8, choices=IdentitySource.choices, default=IdentitySource.TYPED)
    created_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("The other record of the same person, which counts."),
    )

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        indexes = [models.Index(fields=["phone"], condition=~models.Q(phone=""), name="citizen_by_phone")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="citizen_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=models.Q(identity_number__isnull=True) | models.Q(identity_number__regex=r"^\d{12}$"),
                name="citizen_identity_12_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_search_names()
        if kwargs.get("update_fields") is not None and "full_name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded_name", "sort_name"}
        super().save(*args, **kwargs)

    def fill_search_names(self) -> None:
        """Set what searches read; for rows that are written in bulk."""
        self.folded_name = fold(self.full_name)
        self.sort_name = sort_key(self.full_name)

    @property
    def masked_identity(self) -> str:
        return mask_identity(self.identity_number) if self.identity_number else ""

    @property
    def current(self) -> Citizen:
        """The record that counts: this one, or the one it was merged into. A statement for each merging, none without."""
        found = self
        while found.merged_into is not None:
            found = found.merged_into
        return found


class HeldDocument(models.Model):
    """A paper of the citizen that is on file already (giấy tờ trong kho), to be used again."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="held_documents")
    kind_key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    pages = models.PositiveSmallIntegerField(default=1)
    source_code = models.CharField(max_length=60, help_text=_("Code of the dossier it came from."))
    valid_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document on file")
        verbose_name_plural = _("documents on file")
        constraints = [
            models.UniqueConstraint(fields=["citizen", "kind_key", "sha256"], name="held_document_once"),
        ]
        indexes = [models.Index(fields=["sha256"], name="held_document_by_file")]

    def __str__(self) -> str:
        return self.title


class Look(AppendOnly):
    """Who looked at whose data, when and why (Decree 326/2026 art. 8.5). A list writes one row naming its subjects."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="looks")
    at = models.DateTimeField()
    unit = models.CharField(max_length=120, help_text=_("Where the person worked, as text."))
    role = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    dossier_code = models.CharField(max_length=60, blank=True)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, related_name="looks")
    subjects = models.JSONField(default=list, help_text=_("Numbers of the citizens a list showed."))

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        indexes = [models.Index(fields=["citizen", "-at"], name="look_by_citizen")]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


class Merge(models.Model):
    """Two records of one person made one: ``merged`` stands behind ``survivor`` until it is taken back.

    What moved stands row by row in ``MovedReference``; ``filled`` names what the survivor had not known before.
    """

    survivor = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    filled = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("merged record")
        verbose_name_plural = _("merged records")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(survivor=models.F("merged")), name="merge_of_two_records"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="merge_has_a_reason"),
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="merged_into_one_record"
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | (models.Q(undone_at__isnull=False, undone_by__isnull=False) & ~models.Q(undone_reason="")),
                name="merge_undone_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"


class MovedReference(AppendOnly):
    """One row that named the merged record and names the survivor since."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="moved")
    model = models.CharField(max_length=100, help_text=_("As app_label.model_name."))
    column = models.CharField(max_length=60)
    row_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("moved reference")
        verbose_name_plural = _("moved references")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["merge", "model", "column", "row_id"], name="moved_reference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}"


class PhoneCode(models.Model):
    """A one-time code sent to a phone (mã đăng nhập), for the one browser that asked: it is kept as a keyed hash, and so
    is the handle by which that browser names it."""

    handle_hash = models.CharField(max_length=64, unique=True)
    phone = models.CharField(max_length=16, help_text=_("E.164"))
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        indexes = [models.Index(fields=["created_at"], name="phone_code_by_age")]

    def __str__(self) -> str:
        return str(self.pk)


class CitizenSession(models.Model):
    """A citizen who is signed in on one browser; apart from the sessions of staff, and of which only the key's hash is kept.

    ``level`` is the level of the identity as VNeID said it (Decree 69/2024), 0 for a phone.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=5, choices=SignInWay.choices)
    phone = models.CharField(max_length=16, blank=True, help_text=_("E.164"))
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    level = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("citizen's session")
        verbose_name_plural = _("citizens' sessions")
        indexes = [models.Index(fields=["seen_at"], name="citizen_session_by_age")]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(way=SignInWay.PHONE, citizen__isnull=True) & ~models.Q(phone=""))
                | models.Q(way=SignInWay.VNEID, citizen__isnull=False, phone=""),
                name="citizen_session_has_whose",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CitizenPhone(models.Model):
    """A phone whose holder a counter has seen with the ID card: signing in with it shows the citizen's own dossiers."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="phones")
    phone = models.CharField(max_length=16, help_text=_("E.164"))
    bound_at = models.DateTimeField()
    bound_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=120, help_text=_("Where the card was seen, as text."))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("phone of a citizen")
        verbose_name_plural = _("phones of citizens")
        constraints = [
            models.UniqueConstraint(
                fields=["phone"], condition=models.Q(ended_at__isnull=True), name="phone_of_one_citizen"
            ),
            models.CheckConstraint(condition=~models.Q(phone=""), name="citizen_phone_has_number"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class VneidAccount(models.Model):
    """Who an account of VNeID is here, and the level of the identity as it was said last."""

    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="vneid_accounts")
    level = models.PositiveSmallIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("account of VNeID")
        verbose_name_plural = _("accounts of VNeID")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="vneid_account_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PhoneClaim(models.Model):
    """A short number that whoever signed in with a phone says at a counter, so that the phone is bound to their card."""

    number_hash = models.CharField(max_length=64, unique=True)
    session = models.ForeignKey(CitizenSession, on_delete=models.CASCADE, related_name="claims")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("number for the counter")
        verbose_name_plural = _("numbers for the counter")

    def __str__(self) -> str:
        return str(self.pk)


class StaffSession(models.Model):
    """Where somebody of the staff signed in, so that they can end it from elsewhere. It lives as long as its session does.

    ``session_key`` is the session's own, as its table keeps it: ending takes that row away, so no request asks here.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_sessions")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    began_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("session of staff")
        verbose_name_plural = _("sessions of staff")

    def __str__(self) -> str:
        return str(self.pk)
