"""Requests about passwords and addresses."""

from chalicelib.accounts.schemas import EmailAddress, MailToken, NewPassword, Password
from common.schemas import Body


class RequestReset(Body):
    email: EmailAddress


class ConfirmReset(Body):
    """`token` comes from the link in the mail."""

    token: MailToken
    new_password: NewPassword


class ChangePassword(Body):
    """`current_password` may only be left out by accounts without one, ten minutes after a log-in at the provider."""

    new_password: NewPassword
    current_password: Password | None = None


class ChangeEmail(Body):
    """`password` may only be left out by accounts without one, ten minutes after a log-in at the provider."""

    new_email: EmailAddress
    password: Password | None = None
