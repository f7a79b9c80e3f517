"""What people ask about: topics found in their prompts, and named without quoting anybody."""
