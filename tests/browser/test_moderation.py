"""A case from the first report to the last letter: three reports, a held post, two measures, an appeal, everything as before."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.barriers import barriers, in_half_the_widths
from tests.browser.conftest import PHONE
from tests.browser.hands import KEYBOARD, MOUSE, PLAIN
from tests.browser.site import CommandFailed
from tests.browser.steps import CHIARA, publish

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.hands import Mouse
    from tests.browser.site import Site
    from tests.browser.watching import Watch

AUTHOR = "emil.sorensen@westmere.example"
KAYA = "kaya.demir@westmere.example"
REPORTERS = ("mira.halvorsen@northbridge.example", "elif.kaplan@northbridge.example", "noor.adeyemi@westmere.example")
OWNER = "henrik.lund@westmere.example"
QUEUE = "/o/westmere/manage/moderation"
REASON = "It sells something. Please keep that out of the school."


def report(page: Page, path: str, hand: Mouse = MOUSE) -> None:
    """By the menu of the post, in the dialog; without scripts on a page of its own."""
    page.goto(path)
    hand.press(page.get_by_label("Options for this post"))
    hand.press(page.get_by_role("link", name="Report", exact=True))
    form = page.get_by_role("dialog") if hand.script else page.get_by_role("main")
    hand.tick(form.get_by_role("radio", name=re.compile("^Spam")))
    hand.write(form.get_by_label("Anything we should know?"), "An advertisement.")
    hand.press(form.get_by_role("button", name="Send the report"))
    expect(form.get_by_text("Thank you.")).to_be_visible()
    if hand.script:
        hand.press(form.get_by_role("button", name="Done"))
        expect(form).to_be_hidden()


def open_by_key(page: Page, words: str) -> None:
    """A case of the queue, after a look at what each key does."""
    page.goto(QUEUE)
    page.locator(".queue > li").filter(has_text=words).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Choose the case")
    page.keyboard.press("Escape")
    page.keyboard.press("o")


def claim(page: Page, words: str, hand: Mouse) -> str:
    """Take a case from the queue; its number."""
    page.goto(QUEUE)
    line = page.locator(".queue > li").filter(has_text=words)
    hand.press(line.get_by_role("button", name=re.compile("^Claim")))
    expect(page.get_by_text("The case is yours.")).to_be_visible()
    return page.url.rpartition("/")[2]


def decide(page: Page, case: str, hand: Mouse = MOUSE) -> None:
    """Two measures, after a look at what they do and at both letters."""
    page.goto(f"{QUEUE}/cases/{case}")
    hand.press(page.get_by_role("link", name="Decide"))
    hand.tick(page.get_by_role("checkbox", name="Hide"))
    hand.tick(page.get_by_role("checkbox", name="Warn"))
    hand.tick(page.get_by_role("radio", name=re.compile("^Spam")))
    hand.write(page.get_by_label("The reason"), REASON)
    hand.press(page.get_by_role("button", name="Go on"))
    expect(page.get_by_role("article", name="To the author")).to_contain_text(REASON)
    if hand is MOUSE:
        hand.look(page)
    hand.press(page.get_by_role("button", name="Decide"))
    expect(page.get_by_text("Decided. Those concerned are told.")).to_be_visible()


def pause(page: Page, path: str) -> None:
    """From the menu of a post to a pause of its author's posting in the organization, after a look at what it does."""
    page.goto(path)
    page.get_by_label("Options for this post").click()
    page.get_by_role("button", name="Moderate", exact=True).click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("checkbox", name="Pause posting in the organization").check()
    page.get_by_label("For how long").select_option("7 days")
    page.get_by_role("radio", name=re.compile("^Something else")).check()
    page.get_by_label("The reason").fill(REASON)
    assert barriers(page) == []
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("neither posts nor comments in Westmere School of Design for 7 days")).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided. Those concerned are told.")).to_be_visible()


def why(page: Page, path: str) -> None:
    """From her own hidden post to the reason."""
    page.goto(path)
    page.get_by_role("link", name="Why, and what you can do").click()


def appeal(page: Page, letter: str, hand: Mouse = MOUSE) -> None:
    """By the letter, without a session."""
    page.goto(letter)
    hand.look(page)
    page.get_by_label("Why the decision is wrong").fill("It was for the bazaar, which the school announced.")
    page.get_by_role("button", name="Appeal").click()
    expect(page.get_by_text("Your appeal has been received.")).to_be_visible()


def overturn(page: Page, case: str, hand: Mouse = MOUSE) -> None:
    """By somebody else."""
    page.goto(f"{QUEUE}?tab=appeals")
    page.locator(f"#case-{case} .open").click()
    page.get_by_role("radio", name=re.compile("It is overturned")).check()
    page.get_by_label("The reason, which the author reads").fill("Right: it was announced.")
    page.get_by_role("button", name="Decide the appeal").click()
    expect(page.get_by_text("Appeal: overturned").first).to_be_visible()
    hand.look(page)


def take_back(page: Page, case: str) -> None:
    """What was decided, after a look at what that means."""
    page.goto(f"{QUEUE}/cases/{case}")
    page.get_by_text("Take the decision back").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The decision is taken back.")).to_be_visible()
    assert barriers(page) == []


def is_missing(page: Page, path: str) -> bool:
    """Whether there is nothing at this address for her."""
    answer = page.goto(path)
    return answer is not None and answer.status == 404


def recorded(site: Site, case: str, path: str) -> None:
    """Each act on the case and each effect on the post has its entry, and the chain is whole."""
    effects = site.flask("audit", "list", "--target", f"post:{path.rpartition('/')[2]}")
    done = ("moderation.hold ", "moderation.hold.reversed", "moderation.hide ", "moderation.hide.reversed")
    assert [act for act in done if act not in effects] == [], effects
    told = site.flask("audit", "list", "--target", f"case:{case}")
    assert [act for act in ("case.decide", "case.appeal ", "case.appeal_decide") if act not in told] == []
    site.flask("audit", "verify")


def feeds_come_right(site: Site) -> None:
    """`flask feed check` finds nothing, once the jobs of the last step are done."""
    for attempt in range(20):
        try:
            site.flask("feed", "check")
        except CommandFailed:
            if attempt == 19:
                raise
            time.sleep(0.5)
        else:
            return


def test_from_three_reports_to_a_decision_that_is_overturned(
    site: Site, signed_in: NewPage, window: NewPage, watch: Watch
) -> None:
    author, moderator, reader = signed_in(AUTHOR), signed_in(CHIARA), signed_in(REPORTERS[0])
    path = publish(author, owner="Westmere School of Design", audience="public", text="Two lamps for sale, hardly used.")
    watch.expect_refusal(path)
    for address in REPORTERS:
        report(signed_in(address), path)
    assert is_missing(reader, path)
    why(author, path)
    expect(author.get_by_role("heading", name="Your post is being reviewed")).to_be_visible()
    assert barriers(author) == []

    open_by_key(moderator, "Two lamps for sale")
    expect(moderator.get_by_text("It belongs to Westmere School of Design")).to_be_visible()
    case = moderator.url.rpartition("/")[2]
    assert barriers(moderator) == []
    watch.expect_refusal(f"/cases/{case}")
    assert is_missing(author, f"{QUEUE}/cases/{case}")

    decide(moderator, case)
    reader.goto("/reports")
    expect(reader.get_by_text("We acted on it").first).to_be_visible()
    why(author, path)
    expect(author.get_by_text(REASON)).to_be_visible()
    letter = window(viewport=PHONE)
    appeal(letter, author.url)

    assert is_missing(moderator, f"{QUEUE}/cases/{case}")
    overturn(signed_in(OWNER), case)
    reader.goto(path)
    expect(reader.get_by_text("Two lamps for sale")).to_be_visible()
    letter.reload()
    expect(letter.get_by_text("Granted: the decision was taken back")).to_be_visible()
    recorded(site, case, path)
    feeds_come_right(site)
    site.flask("counts", "check")


def test_by_keyboard_alone_a_post_is_reported_and_its_case_decided(signed_in: NewPage, watch: Watch) -> None:
    reader, moderator = signed_in(REPORTERS[0]), signed_in(CHIARA)
    path = publish(signed_in(AUTHOR), owner="Westmere School of Design", audience="public", text="A tent for sale.")
    report(reader, path, KEYBOARD)
    decide(moderator, claim(moderator, "A tent for sale", KEYBOARD), KEYBOARD)
    watch.expect_refusal(path)
    assert is_missing(reader, path)


def test_without_scripts_a_case_goes_from_the_report_to_its_appeal(signed_in: NewPage, watch: Watch) -> None:
    author, reader, moderator, owner = (signed_in(each, **PLAIN.options) for each in (KAYA, REPORTERS[1], CHIARA, OWNER))
    path = publish(author, owner="Westmere School of Design", audience="public", text="A bicycle for sale.")
    report(reader, path, PLAIN)
    case = claim(moderator, "A bicycle for sale", PLAIN)
    decide(moderator, case, PLAIN)
    watch.expect_refusal(path)
    assert is_missing(reader, path)
    why(author, path)
    appeal(author, author.url, PLAIN)
    overturn(owner, case, PLAIN)
    assert not is_missing(reader, path)


def test_who_moderates_acts_without_a_report(signed_in: NewPage, watch: Watch) -> None:
    """From the menu of a post to its case, to a decision, and back; the author is told, nobody has reported anything."""
    author, moderator = signed_in("yara.haddad@westmere.example"), signed_in(CHIARA)
    path = publish(author, owner="Westmere School of Design", audience="public", text="Essays, written for you overnight.")
    expect(author.get_by_role("button", name="Moderate")).to_have_count(0)
    moderator.goto(path)
    moderator.get_by_label("Options for this post").click()
    assert barriers(moderator) == []
    moderator.get_by_role("button", name="Moderate", exact=True).click()
    expect(moderator.get_by_role("heading", name=re.compile(r"^Case \d+"))).to_be_visible()
    assert moderator.url.partition("/cases/")[0].endswith(QUEUE)
    assert barriers(moderator) == []

    case = moderator.url.rpartition("/")[2]
    decide(moderator, case)
    watch.expect_refusal(path)
    reader = signed_in(REPORTERS[0])
    assert is_missing(reader, path)
    why(author, path)
    expect(author.get_by_text(REASON)).to_be_visible()
    take_back(moderator, case)
    assert not is_missing(reader, path)


def test_an_organization_pauses_somebodys_posting_and_she_writes_elsewhere(signed_in: NewPage, watch: Watch) -> None:
    """The composer says so, and what may not be sent keeps its words; taken back, she posts there as before."""
    author, moderator = signed_in("luca.ferrante@westmere.example", viewport=PHONE), signed_in(CHIARA)
    path = publish(author, owner="Westmere School of Design", audience="public", text="Keys to the workshop, copied.")
    pause(moderator, path)
    author.goto("/posts/new")
    expect(author.get_by_text("Moderators have paused your posting in Westmere School of Design until")).to_be_visible()
    expect(author.get_by_role("option", name="Westmere School of Design (paused)")).to_be_disabled()
    assert barriers(author) == []
    publish(author, audience="public", text="Something of my own.")
    watch.expect_refusal(f"{path}/comments")
    author.goto(path)
    author.get_by_label("Write a comment").fill("But they are good keys.")
    author.get_by_role("button", name="Send").click()
    expect(author.get_by_text("You can go on reading there, and write elsewhere.")).to_be_visible()
    expect(author.get_by_label("Write a comment")).to_have_value("But they are good keys.")
    assert barriers(author) == []

    moderator.get_by_text("Take the decision back").click()
    moderator.get_by_role("button", name="Take it back").click()
    expect(moderator.get_by_text("taken back", exact=True)).to_be_visible()
    publish(author, owner="Westmere School of Design", audience="public", text="No keys any more.")


@in_half_the_widths
def test_no_page_of_a_desk_has_a_barrier(signed_in: NewPage, viewport: dict[str, int], half: int) -> None:
    found = []
    page = signed_in("greta.solberg@photocampus.example", viewport=viewport, reduced_motion="reduce")
    sites = ("/moderation", "/moderation?tab=closed", "/moderation/health", "/admin/audit", "/admin/audit/verify")
    for path in sites[half::2]:
        page.goto(path)
        found += barriers(page)
    page = signed_in(OWNER, viewport=viewport, reduced_motion="reduce")
    schools = (QUEUE, f"{QUEUE}/health", "/o/westmere/manage/audit", "/reports", "/o/northbridge/report")
    for path in schools[half::2]:
        page.goto(path)
        found += barriers(page)
    assert found == []


@in_half_the_widths
def test_no_step_of_a_case_has_a_barrier(signed_in: NewPage, viewport: dict[str, int], half: int) -> None:
    """Several cases are about to be closed at once; one is decided, another appealed."""
    page, found = signed_in("ingrid.vasquez@northbridge.example", viewport=viewport, reduced_motion="reduce"), []
    desk = "/o/northbridge/manage/moderation"
    if half:
        page.goto(desk)
        page.locator(".queue .pick").first.click()
        page.get_by_role("button", name="No action").click()
        expect(page.get_by_role("heading", name="Close 1 case without action?")).to_be_visible()
        found += barriers(page)
    for tab in () if half else ("closed", "appeals"):
        page.goto(f"{desk}?tab={tab}")
        page.locator(".queue .open").first.click()
        expect(page.get_by_role("heading", name=re.compile(r"^Case \d+"))).to_be_visible()
        found += barriers(page)
    assert found == []
