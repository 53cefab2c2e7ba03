"""Every address as everybody: what nobody, a screen, each role here and each role of another centre gets to see.

``TABLE`` is the rule book: an address without a row fails, and so does any answer that the table does not foresee.
Each request is undone before the next one is made, so that all of them see the same centre.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.role_world import COLUMNS, IDENTITY, World, a_world, ask, ask_and_see, sign_in, text_of

pytestmark = pytest.mark.django_db

# Who is shown stands in the name of the person whom every dossier, and the ticket at the counter, is about.
# Another centre's people see none of it: that is the table's matter.
STAFF = "OSLMA"
# Says back what the request itself said, and looks nobody up.
SAYS_BACK = {"api_id_card_parse"}
# . done or shown   r asked rightly, refused by a rule with a sentence   s sign in first   f not for this role (403)
# 0 no such thing here (404)   - no such method (405)
TABLE = """
GET  home                                           .... ..... ....
GET  healthz                                        .... ..... ....
GET  readyz                                         .... ..... ....
POST large_print                                    .... ..... ....
POST set_language                                   .... ..... ....
GET  login                                          .... ..... ....
POST login                                          .... ..... ....
POST logout                                         sss. ..... ....
GET  sessions                                       sss. ..... ....
POST sessions_end                                   sss. ..... ....
GET  me_sign_in                                     .... ..... ....
POST me_sign_in                                     .... ..... ....
GET  me_code                                        ssss sssss ssss
POST me_code                                        rrrr rrrrr rrrr
POST me_sign_out                                    .... ..... ....
GET  me_vneid                                       0000 00000 0000
GET  openid_connect_callback                        0000 00000 0000
POST me_claim                                       ssss sssss ssss
POST me_release                                     ssss sssss ssss
GET  applications:mine                              ssss sssss ssss
GET  room                                           sss. ..... ....
GET  centres:kiosk                                  s.ss sssss ssss
GET  centres:kiosk_again                            s.ss sssss ssss
GET  centres:kiosk_tiles                            s.ss sssss ssss
GET  support:kiosk_help                             s.ss sssss ssss
POST support:kiosk_help                             s.ss sssss ssss
GET  centres:kiosk_which                            s.ss sssss ssss
GET  centres:kiosk_question                         s.ss sssss ssss
POST centres:kiosk_question                         s.ss sssss ssss
GET  centres:kiosk_come_back                        s.ss sssss ssss
POST centres:kiosk_reprint                          s.ss sssss ssss
GET  centres:kiosk_sms                              s.ss sssss ssss
POST centres:kiosk_sms                              s.ss sssss ssss
GET  centres:kiosk_worker                           .... ..... ....
GET  centres:kiosk_offline                          s.ss sssss ssss
POST centres:kiosk_reconcile                        s.ss sssss ssss
POST centres:kiosk_draw                             s.ss sssss ssss
GET  centres:kiosk_ground                           s.ss sssss ssss
GET  centres:kiosk_ticket                           s.ss sssss ssss
GET  centres:kiosk_sign_in                          .... ..... ....
POST centres:kiosk_sign_in                          .... ..... ....
GET  centres:kiosk_booked                           s.ss sssss ssss
POST centres:kiosk_booked                           s.ss sssss ssss
POST centres:kiosk_booked_ordinary                  s.ss sssss ssss
POST centres:kiosk_book                             s.ss sssss ssss
GET  centres:kiosk_appointment                      s.ss sssss ssss
GET  centres:book                                   .... ..... ....
GET  centres:book_service                           .... ..... ....
GET  centres:book_matter                            .... ..... ....
GET  centres:book_day                               .... ..... ....
GET  centres:book_slot                              .... ..... ....
GET  centres:book_details                           .... ..... ....
POST centres:book_details                           .... ..... ....
GET  centres:book_mine                              .... ..... ....
GET  centres:book_calendar                          .... ..... ....
POST centres:book_check_in                          .... ..... ....
GET  centres:book_cancel                            .... ..... ....
POST centres:book_cancel                            .... ..... ....
GET  centres:book_move                              .... ..... ....
GET  centres:book_move_slot                         .... ..... ....
POST centres:book_move_slot                         .... ..... ....
GET  centres:board                                  ss.s sssss ssss
GET  centres:board_calls                            ss.s sssss ssss
GET  centres:board_sign_in                          .... ..... ....
POST centres:board_sign_in                          .... ..... ....
GET  centres:screen_sign_in                         .... ..... ....
POST centres:screen_sign_in                         .... ..... ....
GET  applications:screen                            ssss sssss ssss
GET  applications:screen_part                       ssss sssss ssss
POST applications:screen_answer                     ssss sssss ssss
GET  applications:second_screen                     sss0 .00.. 0000
POST applications:show_to_citizen                   sss0 .00ff 0000
GET  centres:day                                    sssf fff.. fff.
GET  centres:day_needs                              sssf fff.. fff.
GET  centres:day_queue                              sssf fff.. fff.
GET  centres:day_served                             sssf fff.. fff.
GET  centres:day_tickets                            sssf fff.. fff.
GET  centres:day_papers                             sssf fff.. fff.
GET  centres:day_accuracy                           sssf fff.. fff.
GET  centres:day_estimates                          sssf fff.. fff.
GET  centres:centre                                 .... ..... ....
GET  centres:day_devices                            sssf fff.. fff.
POST centres:day_devices                            sssf fff.. fff.
GET  centres:day_device                             sssf fff.. ffff
POST centres:day_device                             sssf fff.. ffff
GET  centres:day_announcements                      sssf fff.. fff.
POST centres:day_announcements                      sssf fff.. fff.
POST centres:day_announcement_stop                  sssf fff.. ffff
POST centres:day_device_revoke                      sssf fff.. ffff
GET  centres:day_counter                            sssf fff.. fff0
POST centres:day_counter_change                     sssf fff.. fff0
GET  centres:day_what_if                            sssf fff.. fff.
GET  centres:day_replay                             sssf fff.. fff.
GET  centres:day_replay_part                        sssf fff.. fff.
GET  centres:day_report                             sssf fff.. fff.
GET  centres:day_report_xlsx                        sssf fff.. fff.
GET  centres:day_report_pdf                         sssf fff.. fff.
GET  centres:day_city                               sssf ffff. ffff
GET  centres:day_city_xlsx                          sssf ffff. ffff
GET  centres:day_city_pdf                           sssf ffff. ffff
GET  centres:day_bookings                           sssf fff.. fff.
GET  centres:day_number                             sssf .ff.. .ff.
POST centres:day_number                             sssf .ff.. rffr
GET  centres:day_hours                              sssf fff.. fff.
POST centres:day_hours                              sssf fff.. fff.
POST centres:day_hours_remove                       sssf fff.. fff.
GET  applications:desk                              sssf .ffff .fff
GET  applications:desk_queue                        sss. ..... ....
POST applications:sit_down                          sssf rff.f ffff
POST applications:pause                             sss0 .0000 0000
POST applications:leave_counter                     sss0 r0000 0000
POST applications:call_next                         sssr rrrrr rrrr
POST applications:call_again                        sssr rrrrr rrrr
POST applications:set_aside                         sssr .rrrr rrrr
POST applications:bring_back                        sss0 rffrf 0000
POST applications:not_here                          sssr rrrrr rrrr
POST applications:pass_on                           sssr .rrrr rrrr
POST applications:call_one                          sss0 r0000 0000
POST applications:give_class                        sss0 .0000 0000
POST applications:missed_back                       sss0 r0000 0000
POST applications:hold_place                        sssr .rrrr rrrr
POST applications:end_visit                         sssr rrrrr rrrr
POST applications:scan                              sssr .rrrr rrrr
GET  applications:bind_phone                        sssr .rrrr rrrr
POST applications:bind_phone                        sssr rrrrr rrrr
POST applications:add_person                        sssr .rrrr rrrr
POST applications:settle_unit                       sssr .rrrr rrrr
POST applications:lives_at                          sssr .rrrr rrrr
POST applications:applicant                         sssr .rrrr rrrr
POST applications:choose                            sssr .rrrr rrrr
POST applications:contact                           sss0 .00ff 0000
POST applications:answer                            sss0 .00ff 0000
POST applications:tell                              sss0 r00ff 0000
POST applications:keep_form                         sss0 .00ff 0000
POST applications:office                            sss0 r00ff 0000
POST applications:quantity                          sss0 .00ff 0000
POST applications:drop                              sss0 r00ff 0000
POST applications:receive                           sss0 r00ff 0000
GET  applications:papers                            sss0 .00.. 0000
GET  applications:receipt_ways                      sss0 ..... 0000
POST applications:receipt_elsewhere                 sss0 .rrrr 0000
POST applications:receipt_to_phone                  sss0 .ffff 0000
POST applications:tick                              sss0 .00ff 0000
POST applications:keep_original                     sss0 r00ff 0000
POST applications:other_matter                      sss0 .00ff 0000
POST applications:use_held                          sss0 r00ff 0000
GET  applications:certify                           sss0 .00.. 0000
POST applications:certify                           sss0 r00ff 0000
GET  applications:scan_field                        sss0 .00.. 0000
POST applications:scan_add                          sss0 .00ff 0000
POST applications:scan_phone                        sss0 .00ff 0000
POST applications:scan_phone_stop                   sss0 .00ff 0000
GET  applications:scan_page                         sss0 .00.. 0000
POST applications:scan_mend                         sss0 .00ff 0000
GET  applications:scan_picture                      sss0 .00.. 0000
GET  applications:capture                           .... ..... ....
POST applications:capture                           rrrr rrrrr rrrr
GET  applications:capture_picture                   rrrr rrrrr rrrr
GET  applications:certification                     sss0 ..... 0000
POST applications:submit_certification              sss0 .ffff 0000
POST applications:approve_certification             sss0 fffff 0000
POST applications:drop_certification                sss0 .ffff 0000
GET  applications:two_up                            sss0 00000 0000
GET  applications:check_file                        sssf ...ff ...f
POST applications:check_file                        sssf rrrff rrrf
POST applications:note_finding                      sss0 .00ff 0000
GET  applications:add_document                      sss0 .00.. 0000
POST applications:add_document                      sss0 .00ff 0000
GET  applications:change_document                   sss0 .00.. 0000
POST applications:change_document                   sss0 .00ff 0000
POST applications:check_document                    sss0 .00ff 0000
POST applications:refuse_document                   sss0 .00ff 0000
GET  applications:refusal                           sss0 .00.. 0000
POST applications:end_request                       sss0 r00ff 0000
POST applications:finish_request                    sss0 r00ff 0000
GET  applications:document                          sss0 ..... 0000
GET  applications:document_file                     sss0 .0000 0000
GET  applications:receipt                           sss0 ..... 0000
GET  applications:declaration                       sss0 .00.. 0000
GET  applications:worklist                          sssf ..... ....
POST applications:several                           sssf ..f.. rrfr
GET  applications:search                            sssf ..... ....
POST applications:search                            sssf ..... ....
GET  applications:found                             sssf ..... ....
GET  applications:registers                         sssf .f... .f..
GET  applications:register                          sss0 .0... 0000
POST applications:hand_over_register                sss0 f0... 0000
POST applications:close_register                    sss0 f0rrr 0000
GET  applications:strike_entry                      sss0 f0... 0000
POST applications:strike_entry                      sss0 f0... 0000
GET  applications:register_month                    sss0 .0... 0000
GET  applications:closings                          .... ..... ....
GET  applications:closing                           .... ..... ....
GET  applications:closing_json                      .... ..... ....
GET  applications:closing_pdf                       .... ..... ....
POST applications:national_inbox                    0000 00000 0000
GET  applications:national_result                   0000 00000 0000
GET  applications:national                          sssf ffff. ffff
POST applications:national_push_all                 sssf ffff. ffff
GET  applications:national_checks                   sssf ffff. ffff
GET  applications:national_row                      sssf ffff. ffff
POST applications:national_push                     sssf ffff. ffff
POST applications:national_skip                     sssf ffff. ffff
GET  applications:filed                             sssf .ffff .fff
POST applications:open_filed                        sss0 .00ff 0000
GET  applications:end_filed                         sssf .ffff 0fff
POST applications:end_filed                         sssf .ffff 0fff
GET  applications:refuse                            sssf .ffff 0fff
POST applications:refuse                            sssf rffff 0fff
GET  applications:originals                         sssf ..... ....
POST applications:originals                         sssf .ffff ffff
GET  applications:transfer_lists                    sssf ..... ....
GET  applications:transfer_list                     sssf ..... 0000
POST applications:transfer_list                     sssf f..ff 0000
GET  applications:transfer_list_print               sssf ..... 0000
GET  applications:moved_days                        sssf fff.. fff.
POST applications:moved_days                        sssf ffff. ffff
GET  applications:dossier                           sss0 ..... 0000
GET  applications:dossier @draft                    sss0 00000 0000
POST applications:dossier_act @forward              sss0 .00ff 0000
POST applications:dossier_act @take                 sss0 f.fff 0000
GET  applications:ask_supplement                    sss0 f.fff 0000
POST applications:ask_supplement                    sss0 f.fff 0000
GET  applications:issued_form                       sss0 ..... 0000
GET  applications:ask_at_counter                    sss0 .00.. 0000
POST applications:ask_at_counter                    sss0 .00ff 0000
GET  applications:form_at_counter                   sss0 .00.. 0000
GET  applications:withdraw                          .... ..... ....
POST applications:withdraw                          .... ..... ....
GET  applications:public_form                       .... ..... ....
POST applications:dossier_act @propose              sss0 f.fff 0000
POST applications:dossier_act @accept-supplement    sss0 ..fff 0000
POST applications:dossier_act @sign                 sss0 ff.ff 0000
POST applications:dossier_act @send-back            sss0 ff.ff 0000
POST applications:dossier_act @take-fee             sss0 .ffff 0000
POST applications:dossier_act @ask-payment          sss0 f.fff 0000
POST applications:dossier_act @refund               sss0 ff.ff 0000
POST applications:dossier_act @lower-fee            sss0 ff.ff 0000
POST applications:dossier_act @cancel-receipt       sss0 ff.ff 0000
GET  applications:paying                            sss0 ..... 0000
POST applications:pay_code                          sss0 ..... 0000
POST applications:ask_pay_code                      .... ..... ....
GET  applications:pay_picture                       .... ..... ....
POST applications:bank_notice                       0000 00000 0000
GET  applications:bank                              sssf fff.. fff.
POST applications:bank_match                        sssf fff.. fff0
POST applications:bank_aside                        sssf fff.. fff0
GET  applications:bank_day                          sssf fff.. fff.
GET  applications:bank_statements                   sssf fff.. fff.
POST applications:bank_statements                   sssf fff.. fff.
GET  applications:bank_statement                    sssf fff.. fff0
POST applications:dossier_act @consult              sss0 f.fff 0000
POST applications:dossier_act @note-answer          sss0 f.fff 0000
POST applications:dossier_act @hand-on              sss0 f...f 0000
POST applications:dossier_act @keep-original        sss0 .ffff 0000
POST applications:dossier_act @give-originals-back  sss0 .ffff 0000
POST applications:dossier_act @new-receipt          sss0 .ffff 0000
POST applications:dossier_act @correct-result       sss0 f.fff 0000
POST applications:dossier_act @sign-correction      sss0 ff.ff 0000
POST applications:dossier_act @drop-correction      sss0 ff.ff 0000
POST applications:control_slip                      sss0 ..... 0000
GET  applications:law                               sssf ffff. ffff
GET  applications:notices                           sssf ffff. ffff
POST applications:law                               sssf ffffr ffff
GET  applications:letters                           sssf ..... ....
POST applications:add_note                          sss0 ....f 0000
POST applications:write_letter                      sss0 ...ff 0000
GET  applications:correct_form                      sss0 ..fff 0000
POST applications:correct_form                      sss0 ..fff 0000
GET  applications:preview                           sss0 ..... 0000
GET  applications:page_picture                      sss0 ..... 0000
GET  applications:answer_letter                     .... ..... ....
POST applications:answer_letter                     .... ..... ....
GET  applications:book_of_day                       sssf .f... .f..
POST applications:book_of_day                       sssf .f... .f..
GET  applications:book_print                        sssf .f... 0f00
GET  applications:till                              sssf .ffff .fff
POST applications:till                              sssf .ffff rfff
GET  applications:day_closing                       sssf .ff.. 0ff0
GET  applications:day_closing_paper                 sssf .ff.. 0ff0
POST applications:correct_day_closing               sssf .ffff 0ff0
POST applications:countersign_day_closing           sssf fff.. 0ff0
GET  applications:day_closings                      sssf fff.. fff.
GET  applications:people                            sssf ff..f ff..
POST applications:people                            sssf ffrrf ffrr
POST applications:back_again_at_work                sssf ff..f ff00
POST applications:dossier_act @prepare-apology      sss0 f.fff 0000
POST applications:dossier_act @sign-apology         sss0 ff.ff 0000
POST applications:dossier_act @withdraw             sss0 .f.ff 0000
POST applications:dossier_act @decline-withdrawal   sss0 .f.ff 0000
POST applications:dossier_act @stop                 sss0 ff.ff 0000
POST applications:dossier_act @hand-over            sss0 .ffff 0000
POST applications:dossier_act @part-done            sss0 f.fff 0000
POST applications:dossier_act @part-refused         sss0 f.fff 0000
POST applications:dossier_act @hand-over-parts      sss0 .ffff 0000
GET  applications:people_records                    sssf fff.. fff.
POST applications:people_records                    sssf fff.. fffr
GET  applications:same_person                       sssf fff.. fff0
POST applications:same_person                       sssf fff.. fff0
GET  applications:merged_record                     sssf fff.. fff0
POST applications:merged_record                     sssf fff.. fff0
GET  applications:signing                           sssf ff.ff ff.f
GET  applications:signing_list                      sssf ff.ff ff.f
GET  applications:signing_confirm                   sssf ff.ff ff.f
POST applications:signing_sign                      sssf ffrff ff.f
GET  applications:signing_factor                    sssf ff.ff ff.f
POST applications:signing_factor_act                sssf ff.ff ff.f
GET  applications:signing_delegations               sssf fff.. fff.
POST applications:signing_delegations               sssf fff.. fffr
POST applications:signing_delegation_end            sssf fff.. ffff
GET  applications:signing_keys                      sssf ffff. ffff
POST applications:signing_keys                      sssf ffffr ffff
POST applications:signing_key_end                   sssf ffff. ffff
POST applications:signing_factor_away               sssf ffff. ffff
GET  first_sign_in                                  .... ..... ....
POST first_sign_in                                  .... ..... ....
GET  applications:after_first_sign_in               sss. ..... ....
GET  applications:retention                         sssf ffff. ffff
POST applications:retention_make                    sssf ffffr ffff
GET  applications:retention_list                    sssf ffff. ffff
POST applications:retention_approve                 sssf ffffr ffff
GET  applications:city                              sssf fff.. fff.
GET  applications:staff                             sssf fff.. fff.
GET  applications:staff_person                      sssf fff.. fff0
GET  applications:staff_join                        sssf ffff. ffff
POST applications:staff_join                        sssf ffffr ffff
POST applications:staff_link                        sssf ffff. ffff
GET  applications:staff_leave                       sssf ffff. ffff
POST applications:staff_leave                       sssf ffffr ffff
GET  applications:staff_move                        sssf ffff. ffff
POST applications:staff_move                        sssf ffffr ffff
GET  applications:signing_take_over                 sssf ff0ff ff0f
POST applications:signing_take_over                 sssf ff0ff ff0f
GET  applications:signing_document                  sssf ff.ff ff.f
GET  applications:signing_page                      sssf ff.ff ff0f
POST applications:signing_tick                      sssf ff.ff ff0f
POST applications:signing_send_back                 sssf ff.ff ff0f
POST applications:signing_refuse                    sssf ff.ff ff0f
GET  applications:day_dossiers                      sssf fff.. fff.
GET  applications:day_certified                     sssf fff.. fff.
GET  applications:certified_days                    sssf fff.. fff.
GET  applications:track                             .... ..... ....
POST applications:track                             .... ..... ....
GET  applications:verify                            .... ..... ....
POST applications:verify_file                       rrrr rrrrr rrrr
POST applications:verify_paper                      .... ..... ....
GET  applications:verify_code                       0000 00000 0000
GET  applications:ticket                            .... ..... ....
POST applications:hold                              rrrr rrrrr rrrr
POST applications:back_again                        rrrr rrrrr rrrr
POST applications:here_after_all                    rrrr rrrrr rrrr
POST applications:give_back                         rrrr rrrrr rrrr
GET  applications:why                               .... ..... ....
POST applications:rate_visit                        rrrr rrrrr rrrr
GET  applications:push_worker                       .... ..... ....
POST applications:tell_by_sms                       .... ..... ....
POST applications:tell_by_push                      .... ..... ....
POST applications:do_not_tell                       .... ..... ....
GET  applications:check_papers                      .... ..... ....
GET  applications:check_question                    .... ..... ....
POST applications:check_question                    .... ..... ....
GET  applications:check_come_back                   .... ..... ....
GET  applications:public_copy                       0000 00000 0000
GET  applications:public_receipt                    .... ..... ....
GET  applications:declare_start                     .... ..... ....
POST applications:declare_start                     .... ..... ....
GET  applications:declare                           .... ..... ....
GET  applications:declare_ask                       .... ..... ....
POST applications:declare_ask                       .... ..... ....
GET  applications:declare_fill                      .... ..... ....
POST applications:declare_fill                      .... ..... ....
GET  applications:declare_papers                    .... ..... ....
GET  applications:declare_check                     .... ..... ....
POST applications:declare_check                     .... ..... ....
GET  applications:declare_done                      .... ..... ....
GET  applications:declare_form                      .... ..... ....
GET  applications:declare_later                     .... ..... ....
GET  applications:declare_delete                    .... ..... ....
POST applications:declare_delete                    .... ..... ....
GET  applications:declare_rules                     .... ..... ....
POST applications:declare_rules                     .... ..... ....
GET  procedures:list                                .... ..... ....
GET  procedures:event                               .... ..... ....
GET  procedures:field                               .... ..... ....
GET  procedures:detail                              .... ..... ....
GET  procedures:form                                .... ..... ....
GET  procedures:units                               .... ..... ....
POST procedures:units                               .... ..... ....
GET  api_procedures                                 .... ..... ....
GET  api_procedure                                  .... ..... ....
GET  api_quote                                      .... ..... ....
GET  api_units                                      rrrr rrrrr rrrr
GET  api_unit_resolve                               rrrr rrrrr rrrr
POST api_id_card_parse                              sssf ..... ....
GET  api_centres                                    .... ..... ....
GET  api_centre                                     .... ..... ....
GET  api_slots                                      .... ..... ....
POST api_appointments                               .... ..... ....
GET  api_appointment                                .... ..... ....
POST api_appointment_cancel                         .... ..... ....
POST api_appointment_move                           .... ..... ....
POST api_appointment_check_in                       s.sf ..... ffff
GET  api_tickets                                    sfsf ..... ....
POST api_tickets                                    s.sf ..... ffff
POST api_ticket_next                                sssr rrrrr rrrr
GET  api_ticket                                     sssf ..... 0000
POST api_ticket_recall                              sssf rffrf 0000
POST api_ticket_arrive                              sssf rffrf 0000
POST api_ticket_park                                sssf .ff.f 0000
POST api_ticket_unpark                              sssf rffrf 0000
POST api_ticket_transfer                            sssf .ff.f 0000
POST api_ticket_no_show                             sssf rffrf 0000
POST api_ticket_call                                sssf rffrf 0000
POST api_ticket_priority                            sssf ..... 0000
POST api_ticket_hold                                sssf .ff.f 0000
POST api_ticket_come_back                           sssf rffrf 0000
POST api_ticket_return                              sssf rffrf 0000
POST api_ticket_leave                               sssf .ff.f 0000
POST api_ticket_finish                              sssf rffrf 0000
GET  api_applications                               sssf ..... ....
POST api_take_in                                    sssf rrrrr rrrr
GET  api_application                                sssf ..... 0000
POST api_forward                                    sssf .00ff 0000
POST api_take                                       sssf f.fff 0000
POST api_propose                                    sssf f.fff 0000
POST api_sign                                       sssf ff.ff 0000
POST api_part_done                                  sssf f.fff 0000
POST api_part_refused                               sssf f.fff 0000
POST api_hand_over                                  sssf .ffff 0000
POST api_tracking                                   .... ..... ....
GET  support:incidents                              sssf fff.. fff.
GET  support:incidents_part                         sssf fff.. fff.
GET  support:banner                                 sss. ..... ....
GET  support:ticket_help                            .... ..... ....
POST support:ticket_help                            .... ..... ....
GET  support:point                                  .... ..... ....
POST support:point                                  .... ..... ....
GET  support:desk_help                              sss0 .0000 0000
POST support:desk_help                              sss0 .0000 0000
GET  support:helping                                sssf fff.f fff.
POST support:helping                                sssf fff.f fff.
GET  support:helping_part                           sssf fff.f fff.
GET  support:help_day                               sssf fff.. fff.
POST support:help_act                               sss0 000.0 0000
GET  support:help_points                            sssf fff.. fff.
POST support:help_points                            sssf fff.. fff.
POST support:help_point_away                        sss0 000.. 0000
GET  support:status                                 .... ..... ....
GET  support:status_of                              .... ..... ....
GET  support:incident                               sss0 000.. 0000
POST support:act @acknowledge                       sss0 000f. 0000
GET  support:review                                 sss0 000.. 0000
POST support:review                                 sss0 000f. 0000
POST support:follow_up_done                         sssf ffff. ffff
GET  support:statistics                             sssf fff.. fff.
GET  support:report_words                           sss. ..... ....
GET  support:incident_picture                       sss0 000.. 0000
GET  support:report                                 sssf ..... ....
POST support:report                                 sssf ..... ....
GET  support:mine                                   sss. ..... ....
GET  support:tell                                   .... ..... ....
POST support:tell                                   .... ..... ....
GET  support:told                                   .... ..... ....
GET  support:on_call                                sssf ffff. ffff
POST support:on_call                                sssf ffff. ffff
POST support:on_call_contact                        sssf ffff. ffff
POST support:on_call_browser                        sssf fff.. fff.
POST support:on_call_remove                         sssf ffff. ffff
GET  support:ticket_video                           .... ..... ....
POST support:ticket_video                           .... ..... ....
GET  support:ticket_video_enter                     .... ..... ....
GET  support:video                                  sss0 ..... ....
POST support:video                                  sss0 ..... ....
GET  support:video_entry                            sss0 ..... ....
GET  support:video_calls                            sssf ffff. ffff
GET  support:video_calls_part                       sssf ffff. ffff
GET  support:video_enter                            sss0 0000r 0000
POST support:video_act                              sss0 0000. 0000
GET  support:outages                                sssf ffff. ffff
POST support:outages                                sssf ffff. ffff
POST support:outage_end                             sssf ffff. ffff
GET  support:announcements                          sssf ..... ....
POST support:announcements                          sssf fff.. fffr
GET  support:announcement                           sssf ..... ffff
POST support:announcement_confirm                   sssf ..... ffff
POST support:announcement_withdraw                  sssf fff.. ffff
GET  support:known                                  sssf ..... ....
GET  support:known_like                             sssf ..... ....
GET  support:known_new                              sssf ffff. ffff
POST support:known_new                              sssf ffff. ffff
GET  support:known_edit                             sssf ffff. ffff
POST support:known_edit                             sssf ffff. ffff
GET  support:equipment                              sssf fff.. fff.
GET  support:thing                                  sss0 ..... 0000
GET  support:thing_new                              sssf ffff. ffff
POST support:thing_new                              sssf ffff. ffff
GET  support:thing_edit                             sssf ffff. ffff
POST support:thing_edit                             sssf ffff. ffff
POST support:thing_act                              sss0 ffff. 0000
GET  support:equipment_labels                       sssf fff.. fff0
GET  support:equipment_export                       sssf fff.. fff.
GET  support:equipment_import                       sssf ffff. ffff
POST support:equipment_import                       sssf ffff. ffff
GET  support:training                               sssf ..... ....
GET  support:training_staff                         sssf fff.. fff.
POST support:training_staff                         sssf fffrr fffr
GET  support:training_rules                         sssf fff.. fff.
POST support:training_rules                         sssf fff.. fffr
POST support:training_rule_end                      sssf fff.. ffff
GET  support:courses                                sssf fff.. fff.
POST support:courses                                sssf fff.. fffr
GET  support:course                                 sssf ..... ffff
GET  support:quiz                                   sssf ..... ffff
POST support:quiz                                   sssf .rrrr ffff
GET  support:course_edit                            sssf fff.. ffff
POST support:course_edit                            sssf fff.. ffff
POST support:course_act                             sssf fff.. ffff
GET  support:course_version                         sssf fff.. ffff
POST support:course_version                         sssf fff.. ffff
GET  support:course_people                          sssf fff.. ffff
GET  support:lesson_new                             sssf fff.. ffff
POST support:lesson_new                             sssf fff.. ffff
GET  support:lesson_edit                            sssf fff.. ffff
POST support:lesson_edit                            sssf fff.. ffff
GET  support:question_new                           sssf fff.. ffff
POST support:question_new                           sssf fff.. ffff
GET  support:question_edit                          sssf fff.. ffff
POST support:question_edit                          sssf fff.. ffff
GET  support:lesson                                 sssf ..... ffff
POST support:lesson                                 sssf ..... ffff
GET  support:lesson_picture                         sssf 00000 ffff
GET  support:attempt                                sss0 .0000 0000
GET  support:law_lesson                             sssf ....0 ....
POST support:law_lesson                             sssf ....0 ....
GET  support:sessions                               sssf fff.. fff.
POST support:sessions                               sssf fff.. fffr
GET  support:session                                sssf fff.. ffff
GET  support:session_screen                         sssf fff.. ffff
GET  support:session_code                           sssf fff.. ffff
POST support:session_act                            sssf ..... ffff
GET  support:session_here                           sssf ..... ....
POST support:session_here                           sssf rrrrr ffff
GET  support:certificate                            .... ..... ....
GET  support:certificate_paper                      sssf .ff.. ffff
POST support:certificate_withdraw                   sssf fff.. ffff
GET  support:readiness                              sssf fff.. fff.
GET  support:readiness_of                           sssf fff.. fff0
POST support:readiness_act                          sssf fff.. fff0
GET  support:survey_photo                           sssf fff.. fff0
GET  support:survey                                 sssf fff.. fff.
GET  support:survey_worker                          .... ..... ....
GET  support:survey_fill                            sssf fff.. fff0
GET  support:survey_state                           sssf fff.. fff0
POST support:survey_send                            sssf fff.. fffr
GET  support:prints                                 sss0 .0000 0000
POST support:print_done                             sss0 .00.0 0000
GET  applications:outage                            sssf ..... ....
GET  api_incidents                                  sssf ..... ....
POST api_incidents                                  sssf ..... ....
GET  api_schema                                     .... ..... ....
"""
# Django's own: whatever is sent, it leads back; only a POST changes the language.
LEADS_BACK = {"set_language"}
METHODS = ("GET", "POST", "PUT", "DELETE")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(method, address's name, which object, expected letters in the order of COLUMNS) of each line."""
    for line in TABLE.strip().splitlines():
        method, name, *more = line.split()
        which = more.pop(0) if more[0].startswith("@") else ""
        yield method, name, which, "".join(more)


def addresses() -> set[str]:
    """Names of every address but those of the administration, which has a rule of its own below."""

    def walk(resolver: URLResolver, space: tuple[str, ...]) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*space, entry.namespace) if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                yield ":".join([*space, entry.name or str(entry.pattern)])

    return {name for name in walk(get_resolver(), ()) if not name.startswith("admin:")}


@pytest.fixture
def world(at_hanoi: Any) -> World:
    return a_world(at_hanoi)


def letter(answer: HttpResponseBase) -> str:
    """The answer as the table writes it; ``!`` is never foreseen."""
    status = answer.status_code
    if status in (301, 302):
        return "s" if "sign-in/" in answer["Location"] or "admin/login/" in answer["Location"] else "."
    if status < 400:
        return "."
    return {400: "r", 409: "r", 410: "r", 422: "r", 401: "s", 403: "f", 404: "0", 405: "-"}.get(status, "!")


def test_every_address_has_a_row() -> None:
    assert {name for _method, name, _which, _letters in rows()} == addresses()


@pytest.mark.parametrize("columns", ["NKBX", STAFF, "oslm"])
def test_everybody_gets_what_the_table_says_and_staff_that_read_a_name_leave_a_look(columns: str, world: World) -> None:
    """Whoever of the staff gets to read the person's name has left a Look of that person."""
    wrong, silent, shown = [], [], set()
    for place, column in enumerate(COLUMNS):
        if column not in columns:
            continue
        client = sign_in(column, world)
        for method, name, which, letters in rows():
            if column in STAFF:
                cache.clear()  # a look is written once in a while only
            answer, looks = ask_and_see(client, world, method, name, which)
            if letter(answer) != letters[place]:
                wrong.append(f"{column} {method} {name}{which}: {answer.status_code}, foreseen {letters[place]}")
            told = [f"{key}: {value}" for key, value in answer.headers.items()]
            assert not any(IDENTITY in line for line in told), f"an identity number in a header of {name}"
            reads = column in STAFF and name not in SAYS_BACK and answer.status_code == 200
            if reads and world.person.full_name in text_of(answer):
                shown.add(name)
                if not any(world.person.pk in [look.citizen_id, *look.subjects] for look in looks):
                    silent.append(f"{column} {method} {name}{which}")
                assert all(look.unit and look.role and look.reason for look in looks), name
    assert not wrong, "\n".join(wrong)
    assert not silent, "\n".join(sorted(silent))
    # The test sees what it should see.
    assert columns != STAFF or shown >= {
        "applications:desk", "applications:dossier", "applications:worklist", "api_application", "api_applications",
        "api_take", "api_propose", "api_sign", "api_hand_over", "applications:register",
    }  # fmt: skip


def test_a_method_without_a_row_does_nothing(world: World) -> None:
    known = {(method, name) for method, name, _which, _letters in rows()}
    which = {name: which for _method, name, which, _letters in rows()}
    done = []
    for column in "NO":
        client = sign_in(column, world)
        for method, name in ((method, name) for name in sorted(which.keys() - LEADS_BACK) for method in METHODS):
            if (method, name) not in known:
                answer = ask(client, world, method, name, which[name])
                leads_back = method == "GET" and answer.status_code == 303
                if letter(answer) not in "-sf0" and not leads_back:
                    done.append(f"{column} {method} {name}: {answer.status_code}")
    assert not done, "\n".join(done)


def test_the_administration_is_for_city_administrators(world: World) -> None:
    models = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    pages = [
        reverse("admin:index"),
        *(reverse(f"{model}_{page}") for model in models for page in ("changelist", "add")),
    ]
    city, others = sign_in("A", world), [sign_in(column, world) for column in "NXOSLMoslm"]
    for page in pages:
        assert letter(city.get(page)) in ".f", page
    for page in pages[:5]:
        assert {letter(other.get(page)) for other in others} == {"s"}, page
