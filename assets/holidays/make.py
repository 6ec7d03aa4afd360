"""Writes the public holidays that the program knows, one file per country, beside this script.

    pip install holidays==0.109
    python assets/holidays/make.py

Only the category "public" is taken: days that are holidays by law in the whole region. Left out are half days, bank and
school holidays, days that only one confession or municipality has (Augsburg's peace festival, Assumption in Catholic
parts of Bavaria), and days that are merely usual (Switzerland's "de facto" and "optional" days, such as 2 January in
Zurich). A contract that counts them lists them as its own closing days. The bank holidays of the United Kingdom are its
public holidays. Where a holiday falls on a weekend, both the day and the day on which it is observed are kept, as the
package gives them.

Where all regions have a day, `*` stands for them; where most have it, the others follow with a minus sign. The bare country
is one of the regions: it has what the package gives for the country as a whole.
"""

import importlib.metadata
from collections import defaultdict
from pathlib import Path

import holidays

FIRST_YEAR, LAST_YEAR = 2015, 2040

# Country, language of the names, regions.
COUNTRIES = {
    "AT": ("Austria", "de", "1 2 3 4 5 6 7 8 9"),
    "CH": (
        "Switzerland",
        "de",
        "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
    ),
    "DE": ("Germany", "de", "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH"),
    "GB": ("the United Kingdom", "en_GB", "ENG NIR SCT WLS"),
    "US": (
        "the United States",
        "en_US",
        "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH "
        "OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY",
    ),
}


def days_of(country, region, language):
    """Day to name for one region; the country as a whole when the region is the country itself."""
    return holidays.country_holidays(
        country,
        subdiv=None if region == country else region,
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        language=language,
        categories={"public"},
    )


def shared_by(having, regions):
    """The regions as the file writes them."""
    others = [region for region in regions if region not in having]
    if not others:
        return "*"
    if len(others) < len(having):
        return "* -" + " -".join(others)
    return " ".join(region for region in regions if region in having)


def main():
    version = importlib.metadata.version("holidays")
    for country, (title, language, regions) in COUNTRIES.items():
        regions = [country, *regions.split()]
        having = defaultdict(set)
        for region in regions:
            for day, name in days_of(country, region, language).items():
                if FIRST_YEAR <= day.year <= LAST_YEAR:
                    having[day, name].add(region)
        lines = [
            f"# Public holidays of {title} and its regions (ISO 3166-2), made by make.py, which says what is left out.",
            f"# Source: Python package holidays {version} by the Vacanza team, MIT licence, category public.",
            f"# Every day of the years {FIRST_YEAR} to {LAST_YEAR}.",
            f"# Regions: {' '.join(regions)}",
            "date,regions,name",
        ]
        for (day, name), regions_having in sorted(having.items()):
            name = f'"{name}"' if "," in name else name
            lines.append(f"{day},{shared_by(regions_having, regions)},{name}")
        path = Path(__file__).parent / f"{country.lower()}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
