"""Pictures of products: presigned uploads, looked into before they are shown."""
