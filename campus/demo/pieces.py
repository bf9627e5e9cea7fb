"""What people on a campus write: announcements, small triumphs, complaints about the coffee. Each with subjects for photos."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Voice(StrEnum):
    """Who speaks."""

    PERSON = "person"
    UNIVERSITY = "university"
    DEPARTMENT = "department"
    COMPANY = "company"
    STUDIO = "studio"


@dataclass(frozen=True)
class Piece:
    """A title (may be empty) and a text with slots in braces, and the subjects of photos that go with it."""

    title: str
    text: str
    subjects: tuple[str, ...] = ()


VIEWS = ("lake", "skyline", "avenue", "waves", "bridge", "snowfall", "stars")

PIECES: dict[Voice, tuple[Piece, ...]] = {
    Voice.PERSON: (
        Piece("", "Walked home the long way round. {number} minutes later than planned, no regrets.", VIEWS),
        Piece(
            "First light",
            "Up at half past five for this. The fog was gone ten minutes later.",
            ("lake", "bridge", "waves", "avenue"),
        ),
        Piece(
            "", "Thesis chapter {small} is with my supervisor. I am going to sleep for {small} days now.", ("library", "coffee")
        ),
        Piece(
            "", "If anybody finds a grey notebook near {place}: it has {number} pages of {field} in it and my whole summer.", ()
        ),
        Piece("", "The machine on the second floor makes better coffee than it has any right to.", ("coffee",)),
        Piece("Night shift", "The sky over {place} was worth every cold finger. Thirty seconds, tripod, no filter.", ("stars",)),
        Piece("", "We came {small}th out of {number} boats and celebrated as if we had won.", ("waves",)),
        Piece(
            "Portraits, day {small}",
            "Asking strangers in the canteen to sit for two minutes. Nearly everybody says yes.",
            ("portrait",),
        ),
        Piece("", "Does anybody have the notes of Tuesday's {field} lecture? I was there, but not awake.", ("lecture",)),
        Piece("", "Printed the poster for the {field} evening by hand. My fingers will be {colour} until Friday.", ("poster",)),
        Piece("Greenhouse hour", "It is grey outside and twenty-four degrees in here. I may never leave.", ("leaves",)),
        Piece("", "{person} explained tensors to me with two oranges and a napkin. It worked.", ("coffee", "library")),
        Piece("", "Moving out on the {number}th: a desk, two lamps and a very large fern are looking for a home.", ("leaves",)),
        Piece("", "The last tram, the bridge, nobody on it.", ("bridge", "skyline")),
        Piece(
            "Choir at {place}",
            "Forty people breathing in at the same moment. I had forgotten what that sounds like.",
            ("concert",),
        ),
        Piece(
            "",
            "Half a year of data, one plot, one line that goes where we hoped it would. Good day in {field}.",
            ("laboratory", "lecture"),
        ),
        Piece(
            "",
            "First roll developed in the club's darkroom. {small} of 36 are sharp. Progress!",
            ("studio", "portrait", "avenue"),
        ),
        Piece("Snow", "The whole quad went quiet at four o'clock.", ("snowfall",)),
    ),
    Voice.UNIVERSITY: (
        Piece(
            "Open lecture: {field} for everybody",
            "{person} speaks in {place} on Thursday at {hour}. No registration, no prior knowledge, tea afterwards.",
            ("lecture",),
        ),
        Piece(
            "Congratulations, Dr. {last}!",
            "{person} has defended a thesis in {field}, with distinction.",
            ("lecture", "portrait"),
        ),
        Piece(
            "Sports day",
            "{number} teams, {small} records, one rain shower. Thank you to everybody who ran, rowed and cheered.",
            ("track", "waves"),
        ),
        Piece(
            "Library hours in the examination weeks",
            "From Monday {place} stays open until midnight; quiet rooms can be booked for three hours.",
            ("library",),
        ),
        Piece(
            "Evening over the campus",
            "Sent in by {person}. Keep them coming: the best picture of the term hangs in {place} all summer.",
            VIEWS,
        ),
        Piece(
            "Exchange places for the spring term",
            "Applications for {number} places close on the {number}th. The international office is open daily at {hour}.",
            (),
        ),
        Piece(
            "Concert in {place}",
            "Orchestra and choir play on Saturday at {hour}. Students free, everybody else pays what they like.",
            ("concert",),
        ),
        Piece(
            "Roof works",
            "The stairs at {place} are closed until Friday. Please use the entrance on the water side.",
            ("skyline", "snowfall"),
        ),
        Piece(
            "Welcome, newcomers",
            "The first guided walk starts at {place} at {hour}. Bring a raincoat and your questions.",
            ("avenue", "skyline"),
        ),
        Piece(
            "Garden open on Sundays", "The greenhouse is heated again; the large fern has grown {small} new leaves.", ("leaves",)
        ),
    ),
    Voice.DEPARTMENT: (
        Piece(
            "{field} colloquium",
            "{person}: what we got wrong for {number} years, and what the new measurement says. {place}, {hour}.",
            ("lecture",),
        ),
        Piece(
            "Laboratory places",
            "There are {small} places left in the {field} practical. Write to the office before Wednesday noon.",
            ("laboratory",),
        ),
        Piece("New in the team", "{person} joins us this month. Come by {place} for cake at {hour}.", ("portrait", "coffee")),
        Piece(
            "Term projects on the walls",
            "{number} works by our second years, until the end of the month.",
            ("exhibition", "poster"),
        ),
        Piece(
            "Observation night",
            "If the sky stays clear we open the dome at {hour}. Dress warmly; the dome is not heated.",
            ("stars",),
        ),
        Piece(
            "Published",
            "After {small} rounds of review the paper of {person} and colleagues is out. Data and code included.",
            ("laboratory", "library"),
        ),
        Piece("Reading group", "This week: chapter {small}. Somebody please bring the good chalk.", ("library", "coffee")),
        Piece(
            "Excursion photographs",
            "{number} kilometres, {small} blisters, and a view that made up for both.",
            ("lake", "bridge", "avenue"),
        ),
        Piece(
            "Tutors wanted",
            "{small} hours a week for the first-year course in {field}. Patience is worth more to us than grades.",
            (),
        ),
    ),
    Voice.COMPANY: (
        Piece(
            "We are hiring: working students",
            "{small} days a week, a desk by the window, and people who answer questions. {field} helps, curiosity decides.",
            ("skyline", "coffee"),
        ),
        Piece(
            "Thesis with us",
            "We offer {small} topics between {field} and practice, with data nobody else has. Talk to {person}.",
            ("laboratory",),
        ),
        Piece(
            "Open house",
            "On Friday from {hour} we show what is on our benches. Children welcome, robots supervised.",
            ("laboratory", "lecture"),
        ),
        Piece("Team day on the lake", "{number} colleagues, {small} boats, nobody overboard. Almost.", ("lake", "waves")),
        Piece(
            "Prototype {number}", "It stands, it turns, it no longer makes that noise. Thank you, night shift.", ("laboratory",)
        ),
        Piece(
            "Graduate programme",
            "Applications are open until the {number}th. {person} answers everything, also the awkward questions.",
            ("portrait",),
        ),
        Piece(
            "New address",
            "From next month you find us across the bridge, third floor, follow the smell of coffee.",
            ("bridge", "coffee", "skyline"),
        ),
    ),
    Voice.STUDIO: (
        Piece(
            "Behind the set",
            "Paper backdrop, two softboxes, one very patient sitter. The portraits follow on {day}.",
            ("studio",),
        ),
        Piece(
            "Graduation portraits",
            "{number} slots on {day} in {place}. Students of both universities pay half.",
            ("portrait", "studio"),
        ),
        Piece(
            "Exhibition: {colour} hours",
            "{number} prints from {small} photographers, opening on {day} at {hour}.",
            ("exhibition",),
        ),
        Piece(
            "Workshop: one lamp, one face",
            "An evening on light with {person}. {small} places, cameras can be borrowed.",
            ("studio", "portrait"),
        ),
        Piece(
            "From the night walk", "Twelve people, twelve tripods, one thermos. The best of it.", ("skyline", "stars", "bridge")
        ),
        Piece(
            "Assistant wanted",
            "For shootings on weekends: steady hands, good humour, a driving licence if possible.",
            ("studio",),
        ),
        Piece("Proofs are up", "Sports day in {number} frames. Runners, look for your faces.", ("track", "waves")),
    ),
}
