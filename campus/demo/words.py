"""Invented people and places: the words names, addresses and texts are made of."""

from __future__ import annotations

import unicodedata

FIRST = """
Aada Adaeze Aiko Alba Amara Amina Anders Anouk Antonia Ari Asha Astrid Aurelio Aya Bahar Bao Beatriz Benedikt Bilal
Birgit Bo Bruna Camille Carlos Carmen Celine Chidi Chiara Clara Cosima Dalia Damian Daniela David Deniz Diego Dimitra
Dorota Ebba Eduardo Eero Elena Elias Elif Elin Emeka Emil Emma Enzo Esra Esther Eva Fadi Farah Fatima Felix Femi Fiona
Flora Francis Freja Gabriel Gael Gloria Goran Greta Hamza Hana Hannes Hassan Helena Henrik Hugo Ida Idris Ifeoma Ilse
Imani Ines Ingrid Irina Isak Isla Ismail Ivan Jana Jannik Jasmin Javier Jelena Joao Johanna Jonas Josefine Julia Kaan
Kaito Karim Karolina Katja Kenji Khadija Kofi Laila Lars Laszlo Lea Leandro Leif Lena Leo Liam Lina Linnea Luca Lucia
Luis Lukas Maja Malik Malin Manuel Marco Maren Maria Mariam Marta Mateo Matilda Mats Maya Mehmet Mei Mikael Mila Milan
Mina Mira Moritz Musa Nadia Naoko Nia Nico Nils Nina Noa Noah Noor Nora Olga Omar Otto Pablo Paula Pedro Petra Pia Priya
Rafael Rana Rasmus Raul Rosa Ruben Ruth Saana Said Salma Samir Sara Selma Sena Simon Sofia Soren Stella Sumi Sven Tariq
Tess Theo Thea Tilda Timo Tomas Ugo Uma Valentin Vera Vikram Viktor Wanja Xenia Yara Yasmin Yuki Yusuf Zahra Zeynep Zoe
""".split()  # noqa: SIM905 - a list of so many is read more easily as a text

LAST = """
Abadi Achterberg Adeyemi Ahlgren Akande Albrecht Almeida Amsel Anand Andrade Arslan Asante Aubert Baptista Barros Bauer
Becker Bellini Berger Bergqvist Bianchi Blom Boateng Borg Brandt Bruun Calder Campos Cano Carvalho Castell Chandra Chen
Conti Costa Dahl Danso Demir Diallo Dietrich Dimitrov Duarte Eide Ekberg Eklund Engel Esposito Fabre Falk Farouk Faye
Ferrante Fischer Fontaine Forde Fuchs Garcia Gomes Graf Grimaldi Gupta Haddad Hakimi Halvorsen Hansson Haug Heinz Hirano
Hofer Holm Horvat Ibsen Iversen Jansen Joshi Kamara Kaplan Karlsen Kato Keller Khalil Kimura Kladno Koch Kowal Kraus
Kristoff Kumar Laine Lambert Larsen Lehner Lemaire Lind Lindholm Lombardi Lopes Lund Madsen Mancini Marchetti Marek
Markovic Martens Matos Mbeki Melo Menon Mensah Moreau Moretti Mori Mwangi Nakata Nair Navarro Nguyen Nielsen Nkosi
Nordin Novak Nyberg Oduya Okafor Okonjo Olsen Orsini Osei Otieno Ozturk Palm Park Pavlov Pereira Petrov Pinto Popescu
Prasad Quist Rahimi Ramos Rao Reyes Ribeiro Riedl Rinaldi Rocha Rojas Romano Rossi Ruiz Saar Sahin Salonen Sandoval
Santos Sato Sauer Schell Schmitz Sen Serrano Silva Simic Singh Solberg Sommer Sorensen Sousa Stein Strand Suzuki
Svensson Tanaka Teixeira Tessier Thoma Toivonen Torres Tran Ueda Vargas Vasquez Vega Vidal Vogel Wagner Wallin Weber
Weiss Winter Wirth Yamada Yilmaz Zamora Zeller Zhou Zielinski
""".split()  # noqa: SIM905 - a list of so many is read more easily as a text

FIELDS = (
    "Physics",
    "Computer Science",
    "Art History",
    "Biology",
    "Architecture",
    "Chemistry",
    "Economics",
    "Law",
    "Mathematics",
    "Medicine",
    "Music",
    "Philosophy",
    "Photography",
    "Film",
    "Graphic Design",
    "Industrial Design",
    "Textile Design",
    "Geography",
    "History",
    "Linguistics",
    "Psychology",
    "Engineering",
)

PLACES = (
    "Main Hall",
    "Lecture Hall 2",
    "the Old Library",
    "the Observatory",
    "Courtyard B",
    "the Botanical Garden",
    "Room 3.14",
    "the Boathouse",
    "the Glass Pavilion",
    "Studio 4",
    "the North Stairs",
    "the Athletics Ground",
    "the Student House",
    "the Darkroom",
    "Seminar Room 12",
    "the Harbour Campus",
)

BIOS = (
    "Mostly here for the photos.",
    "Second year. Coffee first, questions later.",
    "Writes about light, teaches about matter.",
    "On the early train, with a camera.",
    "Lab by day, darkroom by night.",
    "Rowing team. Ask me about half past five in the morning.",
    "Collects maps of places that no longer exist.",
    "Teaching assistant, choir, bicycle repair.",
    "Thesis in progress. Please do not ask how it is going.",
    "Medium format, medium patience.",
    "Looks after the machines in the basement.",
    "Plants, proofs and postcards.",
    "Back after a year in the north.",
    "",
    "",
)

_BEGINNINGS = ("North", "West", "East", "South", "High", "Lake", "Stone", "Fair", "Ash", "Mill")
_ENDINGS = ("bridge", "mere", "fold", "quay", "moor", "side", "bury", "haven", "grove", "brook")
TOWNS = tuple(  # a hundred: Northbridge, Westmere, Eastfold and so on, then Northmere, Westfold …
    beginning + _ENDINGS[(place + row) % len(_ENDINGS)]
    for row in range(len(_ENDINGS))
    for place, beginning in enumerate(_BEGINNINGS)
)
TRADES = ("Robotics", "Analytics", "Studios", "Instruments", "Publishing", "Optics", "Foods", "Energy", "Architects", "Logistics")


def handle_of(first: str, last: str) -> str:
    """A handle from a name: a to z and an underscore, at most 24 characters, room left for a number."""
    plain = unicodedata.normalize("NFKD", f"{first}_{last}").encode("ascii", "ignore").decode().lower()
    return plain[:24]
