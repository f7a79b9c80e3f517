"""The pages as their bytes, over a real socket: what a browser without JavaScript has."""

import re
from gzip import compress
from http.client import HTTPConnection
from urllib.parse import urlsplit

from browser.scripted_pages import EMPTY_BOARD, FULL_BOARD, PROMPTS, board_of, model
from browser.standin import StandIn
from tiltyard.web.pages import static_directory
from tiltyard.web.pages.words import signed

FIRST_VIEW_BYTES = 60_000


def get(arena: StandIn, path: str) -> tuple[int, str, str]:
    connection = HTTPConnection(urlsplit(arena.url).netloc)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, response.headers.get("location", "")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_leaderboard_shows_every_rated_model_with_its_numbers(arena: StandIn) -> None:
    status, html, _ = get(arena, "/boards/text/overall")
    assert status == 200
    text = words(html)
    assert "1,234 votes" in text
    assert "1,200 of them are example votes" in text
    assert "Published 23 November 2026, 12:00 UTC" in text
    assert "2 possible ranks 2\N{EN DASH}3 Kestrel 2 demo Example Works · MIT 1102" in text
    assert "1102 1081\N{EN DASH}1123 1081 to 1123" in text
    assert html.count("forest-point") == 7


def test_a_model_without_a_rating_is_listed_with_the_reason(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall")
    assert "Crake has not lost or tied a battle" in words(html).partition("Not rated yet")[2]


def test_a_board_without_votes_says_so_and_leads_to_a_battle(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/boards/text/overall")
    assert "There are no ratings on this board yet" in html
    assert '<a class="button primary" href="/">Start a battle</a>' in html
    assert "<table" not in html


def test_several_arenas_lead_to_each_others_board_and_exposure(arena: StandIn) -> None:
    assert 'aria-label="Arenas"' not in get(arena, "/boards/text/overall")[1]
    arena.pages.add_arena()
    _, board, _ = get(arena, "/boards/text/overall")
    assert '<a href="/boards/vision/overall" >Pictures</a>' in board
    _, exposure, _ = get(arena, "/exposure?arena=vision")
    assert '<a href="/exposure?arena=vision" aria-current="true">Pictures</a>' in exposure
    assert '<a href="/exposure?arena=text" >Text</a>' in exposure
    assert 'href="/api/v1/exposure?arena=vision"' in exposure


def test_the_board_of_another_arena_has_its_title_and_leads_to_its_battles(arena: StandIn) -> None:
    arena.pages.add_arena()
    _, html, _ = get(arena, "/boards/vision/overall")
    assert "Leaderboard Pictures overall" in words(html)
    assert '<a class="button primary" href="/arenas/vision">Start a battle</a>' in html


def test_one_is_counted_as_one(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = board_of(model("Crake", None, battles=1), votes=1)
    text = words(get(arena, "/boards/text/overall")[1])
    assert "1 vote " in text
    assert "1 battle so far." in text


def test_a_board_of_one_model_without_an_interval_still_renders(arena: StandIn) -> None:
    only = model("Heron", 1000.0, rank=1, rank_lower=1, rank_upper=1, lower=None, upper=None)
    arena.pages.boards["text/overall"] = board_of(only, example=0)
    status, html, _ = get(arena, "/boards/text/overall")
    assert status == 200
    assert "example votes" not in words(html).partition("This is a demo arena")[0]


def test_the_exposure_page_shows_declared_and_realised_shares(arena: StandIn) -> None:
    status, html, _ = get(arena, "/exposure")
    assert status == 200
    text = words(html)
    assert "12,345 drawn battles, opened before 22 November 2026" in text
    assert "600 older ones without recorded shares are left out" in text
    assert "Example Works 61.00 % declared 61.20 % realised 15,110 sides" in text
    assert "15,110 sides within chance (p = 0.44)" in text
    assert "9,555 sides unusual (p = 0.0001)" in text
    assert "fewer than one of a hundred arenas at any one look" in text
    assert "Anonymous previews 0.10 % declared 0.10 % realised 25 sides too few to tell" in text


def test_the_register_page_says_what_happened_when_and_why(arena: StandIn) -> None:
    status, html, _ = get(arena, "/register")
    assert status == 200
    text = words(html)
    assert "23 November 2026 Kestrel was retired demo Example Works Its &lt;provider&gt;" in text
    assert "2 November 2026 Kestrel became public demo Example Works It is new." in text
    assert '<a href="/register">Register</a>' in get(arena, "/")[1]


def test_names_from_the_catalogue_cannot_become_markup(arena: StandIn) -> None:
    hostile = model("<script>alert(1)</script>", 1000.0, 9.0, rank=1, rank_lower=1, rank_upper=1)
    arena.pages.boards["text/overall"] = board_of(hostile)
    _, html, _ = get(arena, "/boards/text/overall")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_an_unknown_board_answers_404_with_a_sentence_and_ways_on(arena: StandIn) -> None:
    status, html, _ = get(arena, "/boards/text/nonsense")
    assert status == 404
    assert "There is no board text/nonsense" in words(html)
    assert 'href="/leaderboard"' in html


def test_the_short_address_leads_to_the_first_board(arena: StandIn) -> None:
    status, _, location = get(arena, "/leaderboard")
    assert (status, location) == (307, "/boards/text/overall")


def test_a_battle_page_carries_its_id_and_nothing_about_the_contestants(arena: StandIn) -> None:
    _, html, _ = get(arena, "/battles/6f1c")
    assert 'battle-id="6f1c"' in html
    assert not any(line["name"] in html for line in FULL_BOARD["models"])


def test_suggested_prompts_stand_in_the_page_and_cannot_end_their_block(arena: StandIn) -> None:
    _, html, _ = get(arena, "/")
    block = html.partition('id="suggested-prompts">')[2].partition("</script>")[0]
    assert all(prompt.text in block for prompt in PROMPTS)
    assert "<" not in block


def test_no_page_has_inline_scripts_or_styles(arena: StandIn) -> None:
    for path in (
        *("/", "/battles/6f1c", "/boards/text/overall", "/boards/text/nonsense"),
        *("/boards/text/overall/history", "/boards/text/overall/value", "/models/kestrel-2"),
        *("/swap?old=rook&new=heron", "/topics", "/my-board"),
    ):
        _, html, _ = get(arena, path)
        assert not re.search(r"<[^>]+\sstyle=", html), path
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", html), path
        assert not re.search(r"<[^>]+\son\w+=", html), path


def test_differences_have_a_sign_only_where_they_are_some() -> None:
    assert [signed(points) for points in (92.6, -0.4, 0.0, 0.4, -53.2)] == [
        *("+93", "0", "0", "0", "-53")
    ]


def test_the_leaderboard_is_small_and_does_without_the_battle(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall")
    files = re.findall(r'(?:src|href)="/static/([^"?]+)', html)
    assert not any("battle" in file for file in files)
    sizes = [len(compress((static_directory / file).read_bytes())) for file in files]
    assert len(compress(html.encode())) + sum(sizes) <= FIRST_VIEW_BYTES


def test_static_addresses_change_with_the_file(arena: StandIn) -> None:
    _, html, _ = get(arena, "/")
    addresses = re.findall(r'/static/[^"]+', html)
    assert len(addresses) == 5
    assert all(re.search(r"\?v=[0-9a-f]{12}$", address) for address in addresses)
