"""Addresses of certification: at the desk, and for anyone who checks a copy."""

from django.urls import path

from applications.views import certify, check_file, verify

patterns = [
    path("desk/papers/<int:paper_id>/certify/", certify.certify, name="certify"),
    path("desk/certifications/<int:item_id>/", certify.certification, name="certification"),
    path("desk/certifications/<int:item_id>/submit/", certify.submit, name="submit_certification"),
    path("desk/certifications/<int:item_id>/approve/", certify.approve, name="approve_certification"),
    path("desk/certifications/<int:item_id>/drop/", certify.drop, name="drop_certification"),
    path("desk/certifications/<int:item_id>/two-up.pdf", certify.two_up_print, name="two_up"),
    path("desk/check-file/", check_file.check_file, name="check_file"),
    path("desk/check-file/note/", check_file.note_finding, name="note_finding"),
    path("desk/documents/<int:document_id>/", certify.document, name="document"),
    path("verify/", verify.verify, name="verify"),
    path("verify/file/", verify.of_file, name="verify_file"),
    path("verify/paper/", verify.of_paper, name="verify_paper"),
    path("verify/<str:code>/", verify.of_code, name="verify_code"),
]
