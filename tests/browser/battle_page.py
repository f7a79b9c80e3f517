"""The battle page as a person meets it; the same words for every browser test."""

from playwright.sync_api import Locator, Page


class BattlePage:
    """Where things are on the battle page, and what can be done there."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/") -> "BattlePage":
        """Go to the page."""
        self.page.goto(self.url + path)
        return self

    def ask(self, text: str) -> None:
        """Ask the first question."""
        self.question.fill(text)
        self.question.press("Enter")

    def follow_up(self, text: str) -> None:
        """Ask both sides something more."""
        self.next_message.fill(text)
        self.next_message.press("Enter")

    def vote(self, outcome: str) -> None:
        """Vote `a`, `b`, `tie` or `both_bad` by its button."""
        self.vote_button(outcome).click()

    @property
    def question(self) -> Locator:
        """The text field of a new battle."""
        return self.page.get_by_role("textbox", name="Your question")

    @property
    def next_message(self) -> Locator:
        """The text field for a follow-up."""
        return self.page.get_by_role("textbox", name="Follow-up to both")

    def vote_button(self, outcome: str) -> Locator:
        """One of the four vote buttons."""
        return self.page.locator(f'.vote[data-outcome="{outcome}"]')

    def answer(self, side: str) -> Locator:
        """The text of a side in the newest turn."""
        return self.page.locator(f'.answer[data-side="{side}"] > markdown-text').last

    def pane(self, side: str) -> Locator:
        """The whole pane of a side in the newest turn; its `data-state` is the response's."""
        return self.page.locator(f'.answer[data-side="{side}"]').last

    def heading(self, side: str) -> Locator:
        """The heading of a side: its status, and after the vote who it was."""
        return self.page.locator(f'side-heading[side="{side}"]')

    @property
    def battle(self) -> Locator:
        """The battle; its `data-state` is the battle's."""
        return self.page.locator("section.battle")

    @property
    def stop_button(self) -> Locator:
        """Stops both answers."""
        return self.page.get_by_role("button", name="Stop both answers")

    @property
    def reveal_button(self) -> Locator:
        """Shows the names without a vote."""
        return self.page.get_by_role("button", name="Reveal without voting")

    @property
    def retry_button(self) -> Locator:
        """Asks for a new attempt of what failed."""
        return self.page.get_by_role("button", name="Retry")

    @property
    def notice(self) -> Locator:
        """The sentence about what went wrong."""
        return self.page.get_by_role("alert")

    @property
    def announcement(self) -> Locator:
        """What a screen reader was told last."""
        return self.page.locator("battle-view > [role=status]")
