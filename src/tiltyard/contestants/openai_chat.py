"""The adapter for every endpoint that speaks OpenAI's chat completions."""
