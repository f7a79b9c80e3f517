"""A contestants.toml for servers that are processes of their own."""

from pathlib import Path

from opened import served_model


def write_catalogue(directory: Path, base_url: str, *models: str) -> Path:
    """Write cards of the model server's models; a model may be named more than once."""
    cards = [
        served_model(f"{model}:{number}", base_url, id_=f"contestant-{number}")
        for number, model in enumerate(models)
    ]
    keys = ("id", "name", "organisation", "licence", "adapter", "model", "base_url")
    entries = [
        "\n".join(["[[contestant]]", *(f'{key} = "{getattr(card, key)}"' for key in keys)])
        for card in cards
    ]
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "contestants.toml"
    file.write_text("\n\n".join(entries), encoding="utf-8")
    return file
