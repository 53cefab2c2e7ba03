"""Messages out: what happened to each, without the person's address or the text."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications.actions.send_again import send_again
from notifications.enums import Channel
from notifications.models import Message
from portal import clock
from portal.text import mask_email
from portal.vn.phones import mask_phone


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["created_at", "channel", "masked_recipient", "kind", "reference", "state", "attempts", "last_error"]
    list_filter = ["state", "channel", "kind"]
    search_fields = ["reference"]
    date_hierarchy = "created_at"
    fields = (
        "channel",
        "masked_recipient",
        "language",
        "kind",
        "reference",
        "state",
        "attempts",
        "created_at",
        "not_before",
        "not_after",
        "sent_at",
        "last_error",
    )
    readonly_fields = fields
    actions = ["queue_again"]
    show_full_result_count = False

    @admin.display(description=_("to"))
    def masked_recipient(self, message: Message) -> str:
        if message.channel == Channel.SMS:
            return mask_phone(message.recipient)
        if message.channel == Channel.PUSH:
            return "•••"
        return mask_email(message.recipient)

    @admin.action(description=_("Send again those that were given up"), permissions=["change"])
    def queue_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        ids = queryset.values_list("pk", flat=True)
        count = send_again(message_ids=ids, at=clock.now(), acting_user=request.user)
        text = ngettext("%(count)d message will be sent again.", "%(count)d messages will be sent again.", count)
        messages.success(request, text % {"count": count})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
