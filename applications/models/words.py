"""The words by which a dossier is found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchWord(models.Model):
    """One word by which a centre finds a dossier: a syllable of a name without its marks, or the number of a parcel.

    A row for each centre that received or decides it, so that a search reads nothing of any other centre. ``part`` tells
    the people apart whom it names: words that are found together are of one name.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, db_index=False, related_name="+")
    word = models.CharField(max_length=40)
    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="words")
    part = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("word to search by")
        verbose_name_plural = _("words to search by")
        constraints = [
            models.UniqueConstraint(fields=["centre", "word", "application", "part"], name="search_word_once"),
            models.CheckConstraint(condition=~models.Q(word=""), name="search_word_is_one"),
        ]

    def __str__(self) -> str:
        return self.word
