"""What can be done with password and address of an account.

Whatever ends sessions says so in the transaction's outbox item too, so that a crash before they are settled is made up
for by the stream's handler.
"""

from chalicelib import links
from chalicelib.accounts import domain as accounts
from chalicelib.accounts import passwords
from chalicelib.accounts.domain import LogIn, Profile
from chalicelib.credentials.recheck import recheck
from chalicelib.errors import EmailUnverified, MailTokenInvalid
from chalicelib.limits import domain as limits
from chalicelib.links import Link
from chalicelib.mail.recipients import Recipient, seal
from chalicelib.outbox import Outgoing, mail_job
from chalicelib.sessions import domain as sessions
from common.auth import Caller
from common.problems import TokenInvalid, Unavailable
from common.tables import Refused, Transaction

PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of mail
PASSWORD_CHANGED = "password_changed"  # noqa: S105
CONFIRM_NEW_ADDRESS = "confirm_new_address"
ADDRESS_CHANGED = "address_changed"
_TRIES = 5


def request_reset(email: str, address: str) -> None:
    """Send a link that sets a new password, if there is an account; raises TooManyRequests.

    The worker finds out, so neither the answer nor its time tells. One transaction under one token.
    """
    job = mail_job(PASSWORD_RESET, accounts.account_of(email))
    limits.count("reset", address, lambda transaction: transaction.put(Outgoing.of(mail=job)))


def reset(account: str) -> tuple[Recipient, str] | None:
    """Whom to send a link that resets the password, and its new token; None where there is no account."""
    log_in = accounts.find_log_in(account)
    if log_in is None or not log_in.email_verified:
        return None
    token = links.make(links.RESET, account, log_in.user_id, epoch=int(log_in.epoch))
    return accounts.recipient(log_in), token


def confirm_reset(token: str, new_password: str) -> str:
    """Set a new password by a link and end all sessions; whose it is. Raises MailTokenInvalid.

    One transaction on the account as it was when the link was made: the link works once, and not after another change.
    """
    passwords.check(new_password, "new_password")
    link = links.find(token, links.RESET)
    log_in = accounts.find_log_in(link.account) if link else None
    if link is None or log_in is None or (log_in.user_id, log_in.epoch) != (link.user_id, link.epoch):
        raise MailTokenInvalid
    transaction = Transaction()
    links.add_use(transaction, link)
    _add_new_password(transaction, log_in, new_password)
    try:
        transaction.commit()
    except Refused:
        raise MailTokenInvalid from None
    sessions.settle(log_in.user_id)
    return log_in.user_id


def change_password(caller: Caller, current_password: str | None, new_password: str) -> None:
    """Set a new password and end all sessions but the caller's; raises PasswordWrong, TokenInvalid if that has ended.

    One transaction on the account as the password was checked: of two changes that race one is asked to try again.
    """
    passwords.check(new_password, "new_password")
    profile = accounts.find_user(caller.id)
    proof = recheck(caller, profile, current_password, "current_password")
    if proof.log_in is None:
        raise EmailUnverified
    transaction = Transaction()
    sessions.keep(transaction, caller.id, str(caller.session_id), int(proof.log_in.epoch) + 1)
    proof.add(transaction)
    _add_new_password(transaction, proof.log_in, new_password)
    try:
        transaction.commit()
    except Refused as refused:
        raise (TokenInvalid() if refused.reasons[0] else Unavailable(retry_after=1)) from None
    sessions.settle(caller.id)


def request_new_address(caller: Caller, new_email: str, password: str | None) -> None:
    """Send a link to the new address; the account has the old one until it is followed. Raises PasswordWrong.

    The same for a taken address, whose owner gets a mail instead. One transaction; a repeat sends another link.
    """
    profile = accounts.find_user(caller.id)
    proof = recheck(caller, profile, password)
    job = mail_job(CONFIRM_NEW_ADDRESS, accounts.account_of(new_email), user_id=caller.id)
    transaction = Transaction()
    accounts.add_wanted_address(transaction, profile, new_email)
    proof.add(transaction)
    transaction.put(Outgoing.of(mail=job))
    try:
        transaction.commit()
    except Refused:
        raise Unavailable(retry_after=1) from None


def new_address(user_id: str, account: str) -> tuple[Recipient, str] | None:
    """Whom to send a link that confirms a new address, and its new token.

    `account` is the new address's. None if it is no longer wanted, or taken: then `accounts.owner` tells by whom.
    """
    profile = accounts.find_profile(user_id)
    wanted = _wanted(profile, account)
    if profile is None or wanted is None:
        return None
    log_in = accounts.find_log_in(account)
    if log_in and log_in.user_id != user_id:
        return None
    token = links.make(links.CHANGE, account, user_id, epoch=int(profile.epoch))
    return Recipient(wanted, profile.name, profile.locale), token


def confirm_new_address(link: Link) -> None:
    """Give the account the address that the link was sent to; raises MailTokenInvalid.

    One transaction that uses up the link, so it happens once; if the profile was changed meanwhile it is tried again.
    """
    for _ in range(_TRIES):
        profile = accounts.find_profile(link.user_id)
        if profile is None or _wanted(profile, link.account) is None or profile.epoch != link.epoch:
            raise MailTokenInvalid
        try:
            _move(link, profile)
        except Refused as refused:
            if refused.reasons[0]:
                raise MailTokenInvalid from None
            continue
        return sessions.settle(link.user_id)
    raise MailTokenInvalid


def _move(link: Link, profile: Profile) -> None:
    former = accounts.account_of(profile.email)
    log_in = accounts.find_log_in(former) if profile.email_verified else None
    notice = mail_job(ADDRESS_CHANGED, former, seal(accounts.recipient(profile))) if log_in else None
    transaction = Transaction()
    links.add_use(transaction, link)
    accounts.add_new_address(transaction, profile, log_in)
    transaction.put(Outgoing.of(mail=notice, settle=link.user_id))
    transaction.commit()


def _add_new_password(transaction: Transaction, log_in: LogIn, new_password: str) -> None:
    accounts.add_password(transaction, log_in, passwords.hashed(new_password))
    job = mail_job(PASSWORD_CHANGED, log_in.pk.removeprefix("EMAIL#"))
    transaction.put(Outgoing.of(mail=job, settle=log_in.user_id))


def _wanted(profile: Profile | None, account: str) -> str | None:
    """The address that the account is to get, if it is this one."""
    wanted = profile.new_email if profile else None
    return wanted if wanted and accounts.account_of(wanted) == account else None
