"""Releases on Hugging Face's hub, or on another that speaks its interface."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.manifest import VOTES, Manifest

ENDPOINT, TOKEN = "HF_ENDPOINT", "HF_TOKEN"  # the names of variables
HOME = "https://huggingface.co"


class HubPlace:
    """One data set of a hub; each release is one commit, tagged with its name.

    A release takes the place of the one before: votes that are in it no more are there no more.

    Parameters
    ----------
    repository
        OWNER/NAME. It is made, private, where it is not there; publish it there when you are sure.
    environment
        With `HF_TOKEN`, and `HF_ENDPOINT` where it is another hub.
    """

    def __init__(self, repository: str, environment: Mapping[str, str]) -> None:
        self.name = f"hf://{repository}"
        self._repository = repository
        token = environment.get(TOKEN)
        if not token:
            raise ReleaseError(f"{self.name} needs a token that may write: set {TOKEN}.")
        self._hub = HfApi(endpoint=environment.get(ENDPOINT) or HOME, token=token)

    async def put(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        """Commit the files in one step."""
        await asyncio.to_thread(self._commit, directory, files, manifest)

    def _commit(self, directory: Path, files: Sequence[str], manifest: Manifest) -> None:
        adding = [CommitOperationAdd(name, directory / name) for name in files]
        try:
            self._hub.create_repo(
                self._repository, repo_type="dataset", private=True, exist_ok=True
            )
            self._hub.create_commit(
                self._repository,
                [*adding, *self._removing(files)],
                commit_message=f"Release {manifest.name}",
                repo_type="dataset",
            )
            self._hub.create_tag(
                self._repository, tag=manifest.name, repo_type="dataset", exist_ok=True
            )
        except (HfHubHTTPError, OSError, ValueError) as error:
            first = str(error).strip().partition("\n")[0].rstrip(".")
            raise ReleaseError(f"{self.name} did not take the release: {first}.") from error

    def _removing(self, files: Sequence[str]) -> list[CommitOperationDelete]:
        """Take away votes of releases before, which may have had more files, or another format."""
        there = self._hub.list_repo_files(self._repository, repo_type="dataset")
        old = (name for name in there if name.startswith(VOTES) and name not in files)
        return [CommitOperationDelete(name, is_folder=False) for name in old]
