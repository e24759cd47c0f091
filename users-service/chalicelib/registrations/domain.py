"""What can be done with registrations.

A registration waits, whether or not its address is taken; the mail tells the owner of the address what to do. The
latest one counts, and only a link that was sent for it: else whoever registered a foreign address first would own the
account once its owner confirms.
"""

from chalicelib import events, links
from chalicelib.accounts import domain as accounts
from chalicelib.accounts import passwords
from chalicelib.credentials import domain as credentials
from chalicelib.errors import MailTokenInvalid
from chalicelib.limits import domain as limits
from chalicelib.links import Link
from chalicelib.mail.recipients import Recipient
from chalicelib.outbox import Outgoing, mail_job
from common.ids import new_id
from common.tables import Refused, Transaction

REGISTRATION = "registration"
CONFIRM_ADDRESS = "confirm_address"


def register(email: str, password: str, name: str, address: str) -> None:
    """Let a registration wait for its confirmation; raises TooManyRequests.

    One transaction under one token, applied once however often it is sent. Nothing here depends on whether there is an
    account, so neither the answer nor its time tells. The hash is made where it is known that the source may go on.
    """
    passwords.check(password)
    person = accounts.new_person(email, name)

    def write(transaction: Transaction) -> None:
        accounts.add_waiting(transaction, person, passwords.hashed(password), new_id("try"))
        transaction.put(Outgoing.of(mail=mail_job(REGISTRATION, accounts.account_of(email), user_id=person["user_id"])))

    limits.count("registration", address, write)


def request_verification(email: str) -> None:
    """Send the link again, if a registration waits. The worker finds out, so the answer tells nothing.

    One put with a new id: sent again after a lost reply, it is the same item.
    """
    Outgoing.of(mail=mail_job(CONFIRM_ADDRESS, accounts.account_of(email))).save()


def confirmation(account: str) -> tuple[Recipient, str] | None:
    """Whom to send a link and its new token; None where nothing waits, or where the address is taken."""
    waiting = accounts.waiting_for(account)
    if waiting is None:
        return None
    token = links.make(links.CONFIRM, account, waiting.user_id, attempt=waiting.attempt)
    return accounts.recipient(waiting), token


def confirm_email(token: str) -> None:
    """Confirm the address that the token was sent to; raises MailTokenInvalid. A token works once."""
    link = links.find(token, links.CONFIRM, links.CHANGE)
    if link is None:
        raise MailTokenInvalid
    if link.kind == links.CHANGE:
        credentials.confirm_new_address(link)
    else:
        _begin_account(link)


def _begin_account(link: Link) -> None:
    """Make the account that the link's registration waits for.

    One transaction: a crash leaves all or nothing, and of several that race one finds link, registration and free
    address; the token makes a repeat after a lost reply harmless.
    """
    waiting = accounts.find_waiting(link.account)
    if waiting is None or waiting.attempt != link.attempt:
        raise MailTokenInvalid
    accounts.list_month(waiting.created_at)
    transaction = Transaction()
    links.add_use(transaction, link)
    accounts.add_confirmed(transaction, waiting)
    transaction.put(Outgoing.of(events.user_registered(waiting.user_id)))
    try:
        transaction.commit()
    except Refused:
        raise MailTokenInvalid from None
