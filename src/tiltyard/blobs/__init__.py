"""Large content, kept by the digest of its bytes: in files, or in an S3-compatible store."""
