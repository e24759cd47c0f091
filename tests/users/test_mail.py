"""From the outbox to the mail that arrives, whatever happens twice or fails on the way."""

import os
import re
import secrets
import subprocess
import sys
from contextlib import contextmanager

import msgspec
import pytest
from chalice.app import SQSEventConfig
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from tests.support.services import ROOT, template
from tests.users.conftest import PASSWORD, dump, stored
from tools.shop.mails import authoring

NEW_PASSWORD = "window boat 9 linen"
MOVED = "ann.moved@example.test"
SUBJECTS = {
    "confirm_address": "Confirm your e-mail address",
    "address_taken": "You already have an account",
    "password_changed": "Your password was changed",
    "password_reset": "Set a new password",
    "confirm_new_address": "Confirm your new e-mail address",
    "address_changed": "The e-mail address of your account was changed",
    "account_erased": "Your account was erased",
}
TO_PROVEN_ADDRESSES = set(SUBJECTS) - {"confirm_address", "confirm_new_address"}


class Mail:
    """What SES was asked to send."""

    def __init__(self, request):
        message = request["Message"]
        self.request, (self.to,) = request, request["Destination"]["ToAddresses"]
        self.subject = message["Subject"]["Data"]
        self.text, self.html = (message["Body"][form]["Data"] for form in ("Text", "Html"))
        self.kind = {subject: kind for kind, subject in SUBJECTS.items()}[self.subject]


@pytest.fixture
def mails(post, calls):
    """The mails so far, oldest first, once the workers have run."""

    def found():
        post.work()
        return [Mail(request) for service, operation, request in calls.made if operation == "SendEmail"]

    return found


@pytest.fixture
def life(person, api, mails, aws):
    """One mail of each kind by its name: all that can happen to an account of somebody called so."""
    from chalicelib import config

    aws("s3").create_bucket(Bucket=config.bucket.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def live(name):
        ann = person()
        ann.registers(name=name)
        ann.confirms()
        ann.registers(name=name)
        mails()
        token = ann.logs_in().json["access_token"]
        passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert api.put("/users/me/password", passwords, token=token).status == 204
        api.post("/password-resets", {"email": ann.email})
        api.put("/users/me/email", {"new_email": MOVED, "password": NEW_PASSWORD}, token=token)
        ann.confirms(ann.post.token(MOVED))
        assert api.delete("/users/me", {"password": NEW_PASSWORD}, token=token).status == 202
        return {mail.kind: mail for mail in mails()}

    return live


def job_of(post):
    post.relay()
    (job,) = post.queued()
    return job


def delivered(post, job):
    from common.mail import NotSent

    try:
        post.deliver(job)
    except NotSent:
        return False
    return True


@pytest.fixture
def mail_is_down(aws, post):
    """`with mail_is_down:` SES takes nothing."""

    @contextmanager
    def outage():
        for identity in ("example.test", "shop@example.test"):
            aws("ses").delete_identity(Identity=identity)
        yield
        aws("ses").verify_domain_identity(Domain="example.test")

    return outage()


def test_each_kind_goes_to_whom_it_concerns(life):
    sent = life("Ann Example")

    to_new = {"confirm_new_address", "account_erased"}
    assert {kind: mail.to for kind, mail in sent.items()} == {
        kind: MOVED if kind in to_new else "ann@example.test" for kind in SUBJECTS
    }


def test_each_mail_says_the_same_as_text_and_as_html(life):
    for mail in life("Ann Example").values():
        in_html = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", mail.html, flags=re.DOTALL))
        for line in filter(None, mail.text.splitlines()):
            assert line.rstrip(":- ") in in_html.replace(" ,", ",")


def test_a_mail_tells_when_it_happened_however_late_it_is_sent(person, post, mails, shop_clock):
    shop_clock.seconds = 1795599180.0  # 2026-11-25 at 09:33
    person().registers()
    person().confirms()
    person().registers()
    shop_clock.forward(3 * 3600)

    assert "On 25 November 2026 at 09:33 UTC somebody" in mails()[-1].text


def test_subjects_hold_nothing_that_varies(life):
    for kind, mail in life("Zoë Example").items():
        assert mail.subject == SUBJECTS[kind]


def test_people_are_greeted_by_name_only_where_the_address_is_proven_to_be_theirs(life):
    sent = life("Zoë Example")

    assert {kind for kind, mail in sent.items() if "Zoë" in mail.text + mail.html} == TO_PROVEN_ADDRESSES


@pytest.mark.parametrize(
    "name",
    ["<a href='https://evil.example'>x</a>", "evil.example", "see www.evil.example now", "ann@evil.example",
     "https://evil.example", "evil。example", "call 0900 1234", "Ann\u202egpj", "O" * 61,
     "You have won a very large prize"],
)  # fmt: skip
def test_a_name_that_is_more_than_a_name_is_in_no_mail(life, name):
    sent = life(name)

    assert sent.keys() == SUBJECTS.keys()
    for mail in sent.values():
        assert mail.text.splitlines()[0] == "Hello,"
        assert name not in mail.html
        assert "evil" not in mail.html


@pytest.mark.parametrize(
    "name", ["Ann", "Zoë O’Brien-Ng", "J. R. R. Tolkien", "J.R.R. Tolkien", "Martin Luther King, Jr.", "李小龍", "नेहा"]
)
def test_a_name_is_recognised_in_any_script(name):
    from chalicelib.mail.letters import is_plain

    assert is_plain(name)


@given(st.text(max_size=30), st.text("abc", min_size=2, max_size=5), st.sampled_from(".。．@/:<&1"))
def test_no_name_is_greeted_with_that_a_mail_program_could_make_a_link_of(start, end, sign):
    from chalicelib.mail.letters import is_plain

    assert not is_plain(f"{start}a{sign}{end}")


@given(name=st.text(max_size=40), kind=st.sampled_from(sorted(SUBJECTS)))
def test_no_name_breaks_a_mail_or_gets_markup_into_it(name, kind):
    from chalicelib.mail import letters

    plain, named = (letters.write(kind, "ann@example.test", who, 0, "/") for who in ("", name))
    assert named.subject == plain.subject
    assert named.html.count("<") == plain.html.count("<")
    assert named.text.splitlines()[1:] == plain.text.splitlines()[1:]


def test_a_name_would_be_escaped_if_it_came_so_far(monkeypatch):
    from chalicelib.mail import letters

    monkeypatch.setattr(letters, "is_plain", lambda name: True)

    assert "Hello &lt;b&gt;Ann," in letters.write("password_reset", "ann@example.test", "<b>Ann", 0, "/").html


def test_links_lead_to_the_storefront_and_work_as_they_are(life):
    pages = {kind: re.findall(r"http://localhost:8080(/\S+)", mail.text) for kind, mail in life("Ann").items()}

    assert {kind: [re.sub(r"=[\w-]{43}$", "=…", page) for page in found] for kind, found in pages.items()} == {
        "confirm_address": ["/confirm-email?token=…"],
        "address_taken": ["/login", "/forgot-password"],
        "password_changed": ["/forgot-password"],
        "password_reset": ["/reset-password?token=…"],
        "confirm_new_address": ["/confirm-email?token=…"],
        "address_changed": [],
        "account_erased": [],
    }


def test_every_link_of_the_html_is_in_the_text(life):
    for mail in life("Ann").values():
        links = re.findall(r'(?:href|src)="([^"]+)"', mail.html)
        assert set(links) <= set(re.findall(r"http\S+", mail.text))


def test_mails_come_from_the_shop_and_answers_reach_people(person, mails):
    from chalicelib import config

    person().registers()
    (mail,) = mails()

    assert (mail.request["Source"], mail.request["ReplyToAddresses"]) == (config.MAIL_FROM, [config.SUPPORT_EMAIL])


def test_at_most_three_of_a_kind_reach_an_address_in_a_quarter_of_an_hour(ann, api, mails, shop_clock):
    before = len(mails())
    for _ in range(2):
        for _ in range(5):
            api.post("/password-resets", {"email": ann.email})
        mails()
    assert len(mails()) == before + 3
    shop_clock.forward(15 * 60)
    api.post("/password-resets", {"email": ann.email})

    assert len(mails()) == before + 4


def test_each_kind_and_each_address_has_its_own_three(ann, api, person, mails):
    other = person("bob@example.test")
    for _ in range(4):
        api.post("/password-resets", {"email": ann.email})
        ann.registers()
        other.registers()
    kinds = [(mail.kind, mail.to) for mail in mails()]

    assert {kind: kinds.count(kind) for kind in kinds} == {
        ("password_reset", ann.email): 3,
        ("address_taken", ann.email): 3,
        ("confirm_address", other.email): 3,
    }


def test_registering_and_asking_again_share_the_three(person, api, mails):
    person().registers()
    for _ in range(4):
        api.post("/email-verifications", {"email": "ANN@example.test"})

    assert [mail.kind for mail in mails()] == ["confirm_address"] * 3


def test_a_mail_that_was_refused_does_not_come_later(person, post, mails, shop_clock):
    for _ in range(4):
        person().registers()
    mails()
    shop_clock.forward(3600)
    post._seen.clear()

    assert len(mails()) == 3


def test_jobs_that_wait_keep_their_places_however_long_mail_is_down(person, post, mail_is_down, shop_clock):
    """They go out together when it is back, and no fourth with them."""
    with mail_is_down:
        for _ in range(3):
            person().registers()
        post.relay()
        waiting = post.queued()
        for _ in range(4):
            assert [delivered(post, job) for job in waiting] == [False] * 3
            shop_clock.forward(10 * 60)
    person().registers()
    post.work()

    assert [delivered(post, job) for job in waiting] == [True] * 3
    assert len(post.to("ann@example.test")) == 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tries=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 9), st.booleans()), max_size=30),
)
def test_no_quarter_of_an_hour_sees_more_than_three_whatever_waits_and_is_tried_again(aws, shop_clock, tries):
    """`tries`: seconds later a job is tried, while mail works or not."""
    from chalicelib.mail import allowance

    done, sent, account = set(), [], secrets.token_hex(8)
    for seconds, job, works in tries:
        shop_clock.forward(seconds)
        if job in done:
            continue
        allowed = allowance.allows("password_reset", account, f"mail_{job}")
        if works or not allowed:
            done.add(job)
        if works and allowed:
            sent.append(shop_clock())

    assert all(sum(start <= at < start + 900 for at in sent) <= 3 for start in sent)
    assert sent or not any(works for _, _, works in tries[:3])


def test_of_two_workers_that_count_at_once_one_counts_again(aws):
    from chalicelib.mail import models

    first, second = (models.find_recent("password_reset", "account") for _ in range(2))

    assert models.replace(first, {"mail_1": 1}, 900)
    assert not models.replace(second, {"mail_2": 2}, 900)
    assert models.find_recent("password_reset", "account").tried == {"mail_1": 1}


def test_the_outbox_seen_twice_sends_one_mail(person, post):
    person().registers()
    post.work()
    post._seen.clear()
    post.work()

    assert len(post.to("ann@example.test")) == 1


def test_a_job_received_twice_sends_one_mail(person, post):
    person().registers()
    job = job_of(post)
    post.deliver(job)
    post.deliver(job)

    assert len(post.to("ann@example.test")) == 1


def test_a_job_whose_worker_died_after_sending_sends_another_link_that_works(person, post, monkeypatch):
    someone = person()
    someone.registers()
    job = job_of(post)
    from chalicelib import outbox

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "mark_sent", lambda job: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post.deliver(job)
    post.deliver(job)

    assert len(post.to(someone.email)) == 2
    assert someone.confirms().status == 204


def test_while_mail_is_down_registering_works_and_the_mail_comes_later(person, post, mail_is_down):
    someone = person()
    with mail_is_down:
        assert someone.registers().status == 202
        job = job_of(post)
        assert not delivered(post, job)
    post.deliver(job)

    assert someone.confirms().status == 204


@pytest.mark.parametrize(
    "body", ["no json", "{}", '{"id": "mail_1", "kind": "ransom", "account": "a", "traceparent": ""}']
)
def test_a_job_that_makes_no_sense_is_given_back_and_stops_no_other(person, post, aws, body):
    from chalicelib import config

    aws("sqs").send_message(QueueUrl=config.MAIL_QUEUE_URL, MessageBody=body)
    person().registers()
    post.relay()
    spoilt, job = post.queued()
    with pytest.raises((KeyError, msgspec.MsgspecError)):
        post.deliver(spoilt)
    post.deliver(job)

    assert len(post.to("ann@example.test")) == 1


def test_jobs_are_tried_one_by_one_and_set_aside_in_the_end():
    queue, dead = (template("users")["Resources"][name]["Properties"] for name in ("MailQueue", "MailDeadQueue"))

    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["MailDeadQueue", "Arn"]}
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] >= 3600
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert next(source.batch_size for source in app.app.event_sources if isinstance(source, SQSEventConfig)) == 1


def test_an_owner_whose_own_registration_comes_again_is_not_told_that_it_was_taken(person, post, monkeypatch):
    someone = person()
    someone.registers()
    job = job_of(post)
    from chalicelib import outbox

    with monkeypatch.context() as forgetful:
        forgetful.setattr(outbox, "mark_sent", lambda job: None)
        post.deliver(job)
    someone.confirms()
    post.deliver(job)

    assert len(post.to(someone.email)) == 1


def test_neither_the_queue_nor_the_outbox_holds_a_secret_or_a_person(life, aws, calls):
    life("Zoë Example")
    bodies = [request["MessageBody"] for _, operation, request in calls.made if operation == "SendMessage"]

    assert len(bodies) == len(SUBJECTS)
    for secret in ("example.test", "Zoë", "Zo\\u00eb", "Example", "token=", PASSWORD, NEW_PASSWORD):
        assert not [body for body in bodies if secret in body]
        assert secret not in str([item for item in stored() if item["pk"]["S"].startswith(("OUT#", "MAILS#"))])


def test_what_is_left_of_a_job_that_is_done_is_its_number(life):
    life("Ann")
    done = [item for item in stored() if "sent_at" in item]

    assert len(done) == len(SUBJECTS)
    assert {name for item in done for name in item} <= {"pk", "sk", "v", "sent_at", "expires_at", "event", "settle"}


def test_a_sealed_recipient_is_read_by_this_service_alone(aws):
    from chalicelib.mail.recipients import Recipient, seal, unseal

    ann = Recipient("ann@example.test", "Ann", "en")
    sealed = seal(ann)
    altered = sealed[:9] + ("A" if sealed[9] != "A" else "B") + sealed[10:]

    assert unseal(sealed) == ann
    assert seal(ann) != sealed
    with pytest.raises(InvalidTag):
        unseal(altered)


def test_the_token_of_a_link_is_stored_as_a_hash_only(person, post):
    person().registers()

    assert post.token("ann@example.test") not in dump()


def test_no_log_line_holds_personal_data(life, post, calls, caplog):
    with caplog.at_level("DEBUG", logger="chalicelib"), caplog.at_level("INFO", logger="common"):
        sent = life("Zoë Example")
    lines = "\n".join(str(vars(record)) for record in caplog.records)

    assert {record.kind for record in caplog.records if record.message == "mail_sent"} == SUBJECTS.keys()
    tokens = [found for mail in sent.values() for found in re.findall(r"token=(\S+)", mail.text)]
    for secret in ("example.test", PASSWORD, NEW_PASSWORD, "Zoë", *tokens):
        assert secret not in lines


def test_an_error_of_ses_is_passed_on_without_the_address_in_it(person, post, mail_is_down):
    """Lambda logs what a function raises; SES's own message names addresses."""
    from common.mail import NotSent

    person().registers()
    with mail_is_down, pytest.raises(NotSent) as raised:
        post.deliver(job_of(post))

    assert str(raised.value) == "MessageRejected"
    assert raised.value.__suppress_context__


def test_no_request_pays_for_the_templates():
    script = "import app, sys; sys.exit('jinja2' in sys.modules)"
    folder = ROOT / "users-service"
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=folder, env=os.environ | {"PYTHONPATH": "vendor"}).returncode
        == 0
    )


def test_the_templates_are_what_their_sources_make_now():
    shipped = {path.name: path.read_text("utf-8") for path in authoring.shipped("users").iterdir()}

    assert shipped == dict(authoring.templates("users"))


def test_html_is_dressed_for_mail_programs():
    """They drop style sheets and load no pictures; what is left in the head is for those that know dark mode."""
    for name, text in authoring.templates("users"):
        if name.endswith(".html"):
            shown = re.sub(r"<!--.*?-->", "", text)
            assert re.findall(r"<(td|a|p|h1)\b(?![^>]*style=)", shown) == []
            assert re.search(r"<img|<link|<script|url\(", text) is None
            assert "max-width: 560px" in text
            assert "prefers-color-scheme: dark" in text


def test_each_mail_has_a_picture_in_the_docs():
    page = (ROOT / "docs" / "mails.md").read_text()

    for kind in SUBJECTS:
        picture = ROOT / "docs" / "images" / f"mail-{kind.replace('_', '-')}.png"
        assert f"`{kind}`" in page
        assert f"images/{picture.name}" in page
        assert picture.stat().st_size < 60_000
