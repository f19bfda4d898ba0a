"""What happens when something is killed, frozen or away: against the real processes.

| fault | test |
|---|---|
| worker killed with -9 in the middle of sending | test_mail_faults.py |
| the same task delivered twice, beat started twice, two workers on one outbox | test_twice.py |
| mail server refusing, hanging, away for an hour, dying after it took a mail | test_mail_faults.py |
| broker frozen; away, for an hour too, then back, empty too; not there yet at the start | test_broker_faults.py |
| database killed and recovered in the middle of a check-out, and while a mail is sent | test_database_faults.py |
| web process killed after the commit and before the answer | test_web_faults.py |
| `./dev up` killed with -9 | test_up_faults.py; its parts: test_supervisor.py, test_embedded.py |
| both clock changes around a due date | test_clock_changes.py; as arithmetic: accounts/tests/test_due*.py |
| a mixed load while worker and database are killed | test_load.py |
"""
