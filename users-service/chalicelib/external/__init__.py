"""External accounts: logging in with the id token of a configured OpenID Connect provider."""
