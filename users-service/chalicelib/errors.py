"""Everything that can go wrong here, with its status and code, as one tree below common.problems."""

from common.problems import BadRequest, Conflict, Forbidden, Unauthorized, Unprocessable


class InvalidCredentials(Unauthorized):
    """The same for an unknown address and a wrong password."""

    code = "invalid_credentials"
    detail = "The e-mail address or the password is wrong."


class SessionEnded(Unauthorized):
    """An unknown, altered or expired refresh token, or one of a session that has ended."""

    code = "token_invalid"
    detail = "The refresh token is not valid. Log in again."


class TokenReused(Unauthorized):
    code = "token_reused"
    detail = "This refresh token was used before. The session has been ended; log in again."


class IdTokenInvalid(Unauthorized):
    """Whatever is wrong with it: altered, expired, used before, or made by or for somebody else."""

    code = "token_invalid"
    detail = "The provider's id token is not valid here. Log in at the provider again."


class EmailUnverified(Forbidden):
    code = "email_unverified"
    detail = "Confirm your e-mail address first. The link is in the mail that we sent you."


class AccountDisabled(Forbidden):
    code = "account_disabled"
    detail = "This account is disabled."


class PasswordWrong(Forbidden):
    """Of a caller who has a session, and is asked for the password before something that matters."""

    code = "invalid_credentials"
    detail = "The password is wrong."


class MailTokenInvalid(BadRequest):
    """Of a link in a mail."""

    code = "token_invalid"
    detail = "This link was used before, has expired or is not one of ours. Ask for a new one."


class OwnAccount(Conflict):
    code = "own_account"
    detail = "Nobody does this to the own account. Ask another administrator."


class AddressMissing(Unprocessable):
    """Of an external account's first log-in."""

    code = "email_missing"
    detail = "The provider gave no usable e-mail address for you. Enter one there, and let the shop see it."


class PasswordCommon(Unprocessable):
    code = "password_common"
    detail = "This password is on a list of common passwords, or is one with a little added. Choose another."


class UploadMissing(Conflict):
    code = "upload_missing"
    detail = "Nothing has been uploaded with the latest form. Upload the picture first."


class ImageInvalid(Unprocessable):
    code = "image_invalid"
    detail = "The file is not a picture of the kind that was announced. It was removed; upload another."
