"""Addresses of certification: at the desk, and for anyone who checks a copy."""

from django.urls import path

from applications.views import certify, check_file, documents, verify

patterns = [
    path("desk/papers/<int:paper_id>/certify/", certify.certify, name="certify"),
    path("desk/certifications/<int:item_id>/", certify.certification, name="certification"),
    path("desk/certifications/<int:item_id>/submit/", certify.submit, name="submit_certification"),
    path("desk/certifications/<int:item_id>/approve/", certify.approve, name="approve_certification"),
    path("desk/certifications/<int:item_id>/drop/", certify.drop, name="drop_certification"),
    path("desk/certifications/<int:item_id>/two-up.pdf", certify.two_up_print, name="two_up"),
    path("desk/check-file/", check_file.check_file, name="check_file"),
    path("desk/check-file/note/", check_file.note_finding, name="note_finding"),
    path("desk/matters/<int:application_id>/documents/", documents.add, name="add_document"),
    path("desk/matters/<int:application_id>/end/", documents.end, name="end_request"),
    path("desk/matters/<int:application_id>/finish/", documents.finish, name="finish_request"),
    path("desk/certifications/<int:item_id>/change/", documents.change, name="change_document"),
    path("desk/certifications/<int:item_id>/checks/", documents.checks, name="check_document"),
    path("desk/certifications/<int:item_id>/refuse/", documents.refuse, name="refuse_document"),
    path("desk/refusals/<int:form_id>/", documents.refusal, name="refusal"),
    path("desk/documents/<int:document_id>/", certify.document, name="document"),
    path("desk/documents/file/<str:link>/", certify.document_file, name="document_file"),
    path("verify/", verify.verify, name="verify"),
    path("verify/file/", verify.of_file, name="verify_file"),
    path("verify/paper/", verify.of_paper, name="verify_paper"),
    path("verify/<str:code>/", verify.of_code, name="verify_code"),
]
