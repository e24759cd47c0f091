"""What a redeployment changes."""

VERSION = 1
