"""What can be done with password and address of an account."""

from chalicelib import links
from chalicelib.accounts import domain as accounts
from chalicelib.mail.recipients import Recipient


def request_reset(email: str, source: str) -> None:
    """Send a link that sets a new password, if there is an account; raises TooManyRequests."""


def reset(account: str) -> tuple[Recipient, str] | None:
    """Whom to send a link that resets the password, and its new token; None where there is no account."""
    log_in = accounts.find_log_in(account)
    if log_in is None or not log_in.email_verified:
        return None
    token = links.make(links.RESET, account, log_in.user_id, epoch=int(log_in.epoch))
    return accounts.recipient(log_in), token


def new_address(user_id: str, account: str) -> tuple[Recipient, str] | None:
    """Whom to send a link that confirms a new address, and its new token.

    `account` is the new address's. None if it is no longer wanted, or taken: then `accounts.owner` tells by whom.
    """
    profile = accounts.find_profile(user_id)
    wanted = profile.new_email if profile else None
    if profile is None or wanted is None or accounts.account_of(wanted) != account:
        return None
    log_in = accounts.find_log_in(account)
    if log_in and log_in.user_id != user_id:
        return None
    token = links.make(links.CHANGE, account, user_id, epoch=int(profile.epoch))
    return Recipient(wanted, profile.name, profile.locale), token
