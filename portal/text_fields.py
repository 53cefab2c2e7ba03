"""Form fields for values that are data of several parts, so that nobody has to type JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "ko": "한국어"}


class LanguagesWidget(forms.MultiWidget):
    """A line for each language, labelled with its name."""

    template_name = "portal/widgets/languages.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, Any] = {
            code: forms.TextInput({"aria-label": name, "lang": code}) for code, name in LANGUAGE_NAMES.items()
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[str]:
        found = value if isinstance(value, Mapping) else {}
        return [str(found.get(code, "")) for code in LANGUAGE_NAMES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = LANGUAGE_NAMES.values()
        context["lines"] = list(zip(names, context["widget"]["subwidgets"], strict=True))
        return context


class LanguagesField(forms.MultiValueField):
    """A text in up to three languages: ``{"vi": …, "en": …}``. Vietnamese is asked for, the others may follow later."""

    widget = LanguagesWidget

    def __init__(self, *, required: bool = True, **kwargs: Any) -> None:
        for ours in ("encoder", "decoder", "max_length"):
            kwargs.pop(ours, None)
        fields = [forms.CharField(required=False) for _code in LANGUAGE_NAMES]
        super().__init__(fields, required=required, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> dict[str, str] | None:
        text = {code: said.strip() for code, said in zip(LANGUAGE_NAMES, data_list, strict=False) if said.strip()}
        if text and "vi" not in text:
            raise forms.ValidationError(_("Give the text in Vietnamese at least."), code="no_vietnamese")
        return text or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(LanguagesWidget().decompress(initial), data)


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        for ours in ("encoder", "decoder"):
            kwargs.pop(ours, None)
        super().__init__(widget=forms.Textarea({"rows": 4, "cols": 80}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
