"""Requests about registrations."""

from chalicelib.accounts.schemas import EmailAddress, MailToken, NewPassword, PersonName
from common.schemas import Body


class Register(Body):
    email: EmailAddress
    password: NewPassword
    name: PersonName


class RequestVerification(Body):
    email: EmailAddress


class ConfirmEmail(Body):
    """`token` comes from the link in the mail."""

    token: MailToken
