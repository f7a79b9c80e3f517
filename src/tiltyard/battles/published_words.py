"""The words by which FastChat's published cleaning leaves votes out, all in lower case."""

IDENTITY_WORDS = (
    "vicuna",
    "lmsys",
    "koala",
    "uc berkeley",
    "open assistant",
    "laion",
    "chatglm",
    "chatgpt",
    "gpt-4",
    "openai",
    "anthropic",
    "claude",
    "bard",
    "palm",
    "lamda",
    "google",
    "gemini",
    "llama",
    "qianwan",
    "qwen",
    "alibaba",
    "mistral",
    "zhipu",
    "keg lab",
    "01.ai",
    "ai2",
    "tülu",
    "tulu",
    "deepseek",
    "hermes",
    "cohere",
    "dbrx",
    "databricks",
)
"""Who a model is, or who made it."""

ERROR_WORDS = (
    "network error due to high traffic. please regenerate or refresh this page.",
    "$moderation$ your input violates our content moderation guidelines.",
    "api request error. please increase the number of max tokens.",
    "**api request error**",
)
"""What that arena showed in place of an answer."""

UNFINISHED_WORDS = ("▌", '<span class="cursor">')
"""What it showed at the end of an answer that was still being written."""
