"""Addresses of signers: their queue, their second factor, delegations and keys."""

from django.urls import path

from applications.views import second_factor, signing, signing_left, signing_people

patterns = [
    path("signing/", signing.queue, name="signing"),
    path("signing/list/", signing.waiting_list, name="signing_list"),
    path("signing/confirm/", signing.confirm, name="signing_confirm"),
    path("signing/sign/", signing.sign, name="signing_sign"),
    path("signing/factor/", second_factor.factor, name="signing_factor"),
    path("signing/factor/<slug:key>/", second_factor.act, name="signing_factor_act"),
    path("signing/delegations/", signing_people.delegations, name="signing_delegations"),
    path("signing/delegations/<int:delegation_id>/end/", signing_people.delegation_end, name="signing_delegation_end"),
    path("signing/keys/", signing_people.keys, name="signing_keys"),
    path("signing/keys/<int:key_id>/end/", signing_people.key_end, name="signing_key_end"),
    path("signing/keys/lost-phone/<int:user_id>/", signing_people.factor_away, name="signing_factor_away"),
    path("signing/lines/<int:entry_id>/take-over/", signing_left.take_over, name="signing_take_over"),
    path("signing/<int:item_id>/", signing.document, name="signing_document"),
    path("signing/<int:item_id>/pages/<int:number>.jpg", signing.page_of_scan, name="signing_page"),
    path("signing/<int:item_id>/tick/", signing.tick, name="signing_tick"),
    path("signing/<int:item_id>/send-back/", signing.send_back, name="signing_send_back"),
    path("signing/<int:item_id>/refuse/", signing.refuse, name="signing_refuse"),
]
