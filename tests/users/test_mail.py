"""From the outbox to the mail that arrives, whatever happens twice or fails on the way."""

import pytest
from botocore.exceptions import ClientError

from tests.users.conftest import PASSWORD, dump


def test_the_link_leads_to_the_storefront(person, post):
    person().registers()
    (mail,) = post.to("ann@example.test")

    assert mail.subject == "Confirm your e-mail address"
    assert "http://localhost:8080/confirm-email?token=" in mail.body


def test_the_outbox_seen_twice_sends_one_mail(person, post):
    person().registers()
    post.work()
    post._seen.clear()
    post.work()

    assert len(post.to("ann@example.test")) == 1


def test_a_job_received_twice_sends_one_mail(person, post):
    person().registers()
    post.relay()
    (job,) = post.queued()
    post.deliver(job)
    post.deliver(job)

    assert len(post.to("ann@example.test")) == 1


def test_a_job_whose_worker_died_after_sending_sends_another_link_that_works(person, post, monkeypatch):
    someone = person()
    someone.registers()
    post.relay()
    (job,) = post.queued()
    from chalicelib import outbox

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "mark_sent", lambda job: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post.deliver(job)
    post.deliver(job)

    assert len(post.to(someone.email)) == 2
    assert someone.confirms().status == 204


def test_while_mail_is_down_registering_works_and_the_job_waits(person, post, monkeypatch):
    from chalicelib.mail import sender

    someone = person()
    down = ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "down"}}, "SendEmail")
    with monkeypatch.context() as outage:
        outage.setattr(sender, "send", lambda letter: (_ for _ in ()).throw(down))
        assert someone.registers().status == 202
        post.relay()
        (job,) = post.queued()
        with pytest.raises(ClientError):
            post.deliver(job)
    post.deliver(job)

    assert someone.confirms().status == 204


def test_what_a_person_typed_is_escaped_and_kept_out_of_the_subject(person, post, monkeypatch):
    from chalicelib.mail import sender

    letters = []
    monkeypatch.setattr(sender, "send", letters.append)
    person().registers(name="<img src=x onerror=alert(1)>")
    post.work()

    assert "<img" not in letters[0].html
    assert "&lt;img" in letters[0].html
    assert "img" not in letters[0].subject


def test_neither_the_queue_nor_the_outbox_holds_a_secret(person, post):
    person().registers()
    post.relay()
    (job,) = post.queued()

    assert "example.test" not in job["Body"]
    assert "token" not in job["Body"]
    assert PASSWORD not in job["Body"]


def test_the_token_of_a_link_is_stored_as_a_hash_only(person, post):
    person().registers()

    assert post.token("ann@example.test") not in dump()


def test_no_log_line_holds_personal_data(person, post, api, caplog):
    someone = person()
    with caplog.at_level("DEBUG", logger="chalicelib"), caplog.at_level("INFO", logger="common"):
        someone.registers()
        token = post.token(someone.email)
        someone.confirms(token)
        pair = someone.logs_in().json
        api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})
    lines = "\n".join(str(vars(record)) for record in caplog.records)

    assert "request" in lines
    for secret in (someone.email, PASSWORD, token, pair["refresh_token"], pair["access_token"], "Ann Example"):
        assert secret not in lines
