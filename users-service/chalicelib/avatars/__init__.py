"""The picture of a person: a presigned upload, looked into before it is shown."""
