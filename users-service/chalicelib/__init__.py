"""The users-service: accounts, sessions and the mails about them."""
