"""Addresses of certification at the desk."""

from django.urls import path

from applications.views import certify

patterns = [
    path("desk/papers/<int:paper_id>/certify/", certify.certify, name="certify"),
    path("desk/certifications/<int:item_id>/", certify.certification, name="certification"),
    path("desk/certifications/<int:item_id>/approve/", certify.approve, name="approve_certification"),
    path("desk/certifications/<int:item_id>/drop/", certify.drop, name="drop_certification"),
    path("desk/documents/<int:document_id>/", certify.document, name="document"),
]
