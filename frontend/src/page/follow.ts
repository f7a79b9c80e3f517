// Keep the end of growing text in view, but only for a reader who went there.

const NEAR_PX = 56;

/**
 * Follows the end of `contents` above `dock` while the reader stays there.
 *
 * A reader who has not scrolled stays where they are, at the beginning of the answers.
 */
export class Follower {
  private isFollowing = false;
  private lastTop = 0;

  constructor(
    private readonly contents: () => Iterable<Element>,
    private readonly dock: () => Element | null,
  ) {}

  connect(): void {
    window.addEventListener("scroll", this.onScroll, { passive: true });
  }

  disconnect(): void {
    window.removeEventListener("scroll", this.onScroll);
  }

  /** Stop following, as when a new turn has been brought into view. */
  rest(): void {
    this.isFollowing = false;
  }

  /** To be called after the text has grown. */
  grown(): void {
    const below = this.hiddenBelow();
    if (this.isFollowing && below > 0) window.scrollBy({ top: below, behavior: "instant" });
  }

  private readonly onScroll = (): void => {
    const top = window.scrollY;
    if (top < this.lastTop) this.isFollowing = false;
    else if (top > this.lastTop && this.hiddenBelow() < NEAR_PX) this.isFollowing = true;
    this.lastTop = top;
  };

  /** How much of the longest content lies under the dock or below the window. */
  private hiddenBelow(): number {
    const bottoms = Array.from(this.contents(), (content) => content.getBoundingClientRect().bottom);
    return Math.max(0, ...bottoms) - (this.dock()?.getBoundingClientRect().top ?? window.innerHeight);
  }
}
