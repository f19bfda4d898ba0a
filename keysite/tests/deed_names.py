"""Which operations are asked without ``by``, which are questions, and where each is tried."""

# Deeds without ``by``: the clock does them, or whoever proves an address, or holds a code, a link or a device.
BY_NOBODY = {"clean_up", "lift_expired_exceptions", "release_expired_holds", "remind_borrowers", "retire_keys"}
BY_NOBODY |= {"charge_for_losses"}
BY_NOBODY |= {"escalate_approvals", "expire_requests", "propose_waiting", "revalidate_requests"}
BY_NOBODY |= {"move_campaigns", "begin_separations", "remind_leavers"}
BY_NOBODY |= {"ask_about_losses", "close_losses"}
BY_NOBODY |= {"expire_reservations", "send_notices", "sync_roles", "make_demo", "remind_of_dates", "sweep_photos"}
BY_NOBODY |= {"fetch_mail", "note_bounce", "receive_mail"}
BY_NOBODY |= {"close_rekeyings"}
BY_NOBODY |= {"confirm_silent_tickets", "make_scheduled_tickets", "purge_tickets", "remind_of_tickets", "wake_tickets"}
BY_WHO_PROVES_IT = {"ask_code", "ask_password", "check_code", "prove_address", "sign_in_by_code", "spend_code"}
BY_WHO_PROVES_IT |= {"accept_invitation", "sign_in_by_provider", "claim_kiosk", "disavow", "once"}
BY_WHO_PROVES_IT |= {"check_out_at_kiosk", "take_back_at_kiosk"}
BY_ONESELF = {"complete_profile", "set_password", "tell_sign_in_changed"}
# Questions, which change nothing; those about one thing take it without a keyword.
QUESTIONS = {
    "calendar_of",
    "clerk_by_pin",
    "dates_of_model",
    "day_moment",
    "due_moment",
    "entries_of",
    "extended_until",
    "feed_of",
    "kiosk_of",
    "last_part",
    "link_of",
    "may",
    "may_see_dates",
    "month_of",
    "next_days",
    "pools_of",
    "preview_assign",
    "preview_check_out",
    "preview_proposal",
    "preview_take_back",
    "refuse_borrower",
    "refuse_own_extension",
    "renewed_until",
    "as_seen",
    "seen_of",
    "with_trust",
}

# Where a deed is tried that has no test file of its own name.
TESTED_IN = {
    "test_ask_about_losses": {"close_losses"},
    "test_add_photo": {"remove_photo", "sweep_photos"},
    "test_count": {"close_stock_take", "last_part", "move_to_found", "open_stock_take"},
    "test_dispose": {"approve_disposal", "reject_disposal", "restore"},
    "test_register_asset": {"remove_asset", "set_parent"},
    "test_stop_lending": {"set_model", "start_lending"},
    "test_take_out_of_service": {"put_in_service", "record_service"},
    "test_reservation_decisions": {
        "cancel_reservation",
        "confirm_reservation",
        "expire_reservations",
        "reject_reservation",
    },
    "test_calendar_feed": {"entries_of", "feed_of", "make_calendar_feed", "may_see_dates", "revoke_calendar_feed"},
    "test_page_borrow": {"dates_of_model", "month_of", "pools_of"},
    "test_due_moment": {"calendar_of"},
    "test_open_campaign": {"close_campaign"},
    "test_answer_attestations": {"answer_attestation"},
    "test_assign": {"day_moment", "with_trust"},
    "test_check_out": {"refuse_borrower"},
    "test_claim_return": {"reject_claim"},
    "test_demo": {"make_demo"},
    "test_departments": {"accept_department", "add_department", "propose_department", "reject_department"},
    "test_extend": {"extended_until"},
    "test_grant_exception": {"end_exception", "lift_expired_exceptions"},
    "test_page_asset_desk_assign": {"preview_assign"},
    "test_page_asset_desk_take_back": {"preview_take_back"},
    "test_kits": {"add_to_kit", "dissolve_kit", "remove_from_kit"},
    "test_take_back_kit": {"part_found"},
    "test_approve_request": {"cancel_job", "check_cut_key", "choose_way", "cut_key", "delegate_approvals"}
    | {"deliver_key", "end_delegation", "escalate_approvals", "expire_requests", "reject_request"}
    | {"revalidate_request", "revalidate_requests", "as_seen", "seen_of", "write_message"},
    "test_send_request": {"add_to_request", "preview_proposal", "propose_waiting", "remove_from_request"}
    | {"withdraw_request"},
    "test_separations": {
        "begin_separations",
        "charge_what_is_kept",
        "clear_person",
        "remind_leavers",
        "waive_clearance",
    },
    "test_rekeyings": {"cancel_rekeying", "leave_door", "note_rekeying_cost", "plan_rekeying"}
    | {"rekey_door", "rekey_doors"},
    "test_swaps": {"close_rekeyings", "drop_swap"},
    "test_fee_rules": {"add_fee_rule", "change_fee_rule", "end_fee_rule"},
    "test_charge_by_hand": {"charge_kept"},
    "test_appeal_charge": {"reject_appeal", "waive_charge"},
    "test_hold_key": {"release_expired_holds", "release_hold"},
    "test_doors": {"pin_door", "reinstate_door", "retire_door", "unpin_door"},
    "test_keysets": {"add_keyset", "let_operate", "place_symbol", "stop_operating"},
    "test_kiosk_check_out": {"check_out_at_kiosk", "clerk_by_pin"},
    "test_kiosk_register": {"claim_kiosk", "kiosk_of", "register_kiosk", "revoke_kiosk"},
    "test_kiosk_return": {"take_back_at_kiosk"},
    "test_moves": {
        "accept",
        "confirm",
        "may",
        "reconsider",
        "reject",
        "reopen",
        "resolve",
        "send_back",
        "stall",
        "start",
    },
    "test_not_me": {"disavow"},
    "test_schedules": {
        "add_schedule",
        "change_schedule",
        "make_scheduled_tickets",
        "next_days",
        "pause_schedule",
        "resume_schedule",
    },
    "test_parked_mail": {"add_parked_to", "discard_parked", "report_from_parked"},
    "test_outbox": {"resend_notice"},
    "test_page_desk_check_out": {"preview_check_out"},
    "test_password_reset": {"ask_password", "set_password"},
    "test_people": {"block", "change_address", "deactivate", "issue_pin", "reactivate", "register", "unblock"},
    "test_profile": {"complete_profile"},
    "test_renew": {"refuse_own_extension", "renewed_until"},
    "test_retire_key": {"add_key", "reinstate_key", "retire_symbol"},
    "test_roles": {"assign_roles", "sync_roles"},
    "test_sign_in": {"ask_code", "check_code", "prove_address", "sign_in_by_code", "spend_code"},
    "test_single_sign_on": {"sign_in_by_provider"},
    "test_categories": {"add_category", "move_category", "reinstate_category", "retire_category"},
    "test_thread": {
        "add_helper",
        "add_work",
        "assign_ticket",
        "comment",
        "remove_helper",
        "stop_watching",
        "tick",
        "watch",
    }
    | {"revoke_tracking"},
    "test_page_follow": {"add_ticket_photos", "report_again", "resume_mails", "stop_mails"},
    "test_page_report": {"me_too"},
    "test_link_tickets": {"unlink_tickets"},
    "test_merge": {"unmerge"},
    "test_remove_ticket": {"restore_ticket"},
    "test_report": {"link_of"},
    "test_staff_sign_in": {"reset_second_factor", "tell_sign_in_changed"},
}
