//! The public holidays that the program knows: one file for each country, made by `assets/holidays/make.py`, which names
//! the source and says what is left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

/// The public holidays of a country and its regions.
pub(super) struct Country {
    /// ISO 3166-1 code, such as `DE`.
    pub(super) code: &'static str,
    /// Codes of the country itself and of its regions without the country's, such as `BY`, in the order of their bits.
    pub(super) regions: Vec<&'static str>,
    /// First and last day of which the file tells.
    pub(super) known: (NaiveDate, NaiveDate),
    /// For each day that is a holiday somewhere, where: a bit for each region.
    pub(super) days: BTreeMap<NaiveDate, u64>,
}

/// Every country with known holidays.
pub(super) static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let files = [
        include_str!("../../../../../assets/holidays/at.csv"),
        include_str!("../../../../../assets/holidays/ch.csv"),
        include_str!("../../../../../assets/holidays/de.csv"),
        include_str!("../../../../../assets/holidays/gb.csv"),
        include_str!("../../../../../assets/holidays/us.csv"),
    ];
    files.into_iter().map(|text| Country::read(text).expect("the files that come with the program are sound")).collect()
});

impl Country {
    /// The country in a file; `None` when the file is not of the form that `make.py` writes.
    fn read(text: &'static str) -> Option<Self> {
        let after = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix));
        let regions: Vec<&str> = after("# Regions: ")?.split(' ').collect();
        let years = after("# Every day of the years ")?.strip_suffix('.')?.split_once(" to ")?;
        let first = NaiveDate::from_ymd_opt(years.0.parse().ok()?, 1, 1)?;
        let last = NaiveDate::from_ymd_opt(years.1.parse().ok()?, 12, 31)?;
        let mut days: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        let lines = text.lines().skip_while(|line| *line != "date,regions,name").skip(1);
        for line in lines {
            let (day, rest) = line.split_once(',')?;
            let (having, _name) = rest.split_once(',')?;
            *days.entry(day.parse().ok()?).or_default() |= having_of(having, &regions)?;
        }
        Some(Self { code: regions[0], regions, known: (first, last), days })
    }
}

/// The bits of the regions that a line names: `BW BY`, `*` for all, `* -SCT` for all but one.
fn having_of(text: &str, regions: &[&str]) -> Option<u64> {
    let bit = |code: &str| regions.iter().position(|known| *known == code).map(|number| 1_u64 << number);
    let all = (1_u64 << regions.len()) - 1;
    text.split(' ').try_fold(0, |having, word| match (word, word.strip_prefix('-')) {
        ("*", _) => Some(all),
        (_, Some(without)) => Some(having & !bit(without)?),
        _ => Some(having | bit(word)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_none_is_refused() {
        #[track_caller]
        fn check(text: &'static str, read: bool) {
            assert_eq!(Country::read(text).is_some(), read, "{text}");
        }
        check(
            "# Every day of the years 2015 to 2040.\n# Regions: XX A B\ndate,regions,name\n2015-01-01,* -A,New Year\n",
            true,
        );
        check(
            "# Every day of the years 2015 to 2040.\n# Regions: XX A B\ndate,regions,name\n2015-01-01,C,New Year\n",
            false,
        );
        check(
            "# Every day of the years 2015 to 2040.\n# Regions: XX A B\ndate,regions,name\n2015-02-29,A,Leap\n",
            false,
        );
        check("# Every day of the years 2015 to 2040.\n# Regions: XX A B\ndate,regions,name\nA\n", false);
        check("# Regions: XX A B\ndate,regions,name\n", false);
        check("# Every day of the years 2015 to 2040.\ndate,regions,name\n", false);
    }

    #[test]
    fn lines_name_regions_or_all_but_some() {
        #[track_caller]
        fn check(text: &str, expected: Option<u64>) {
            assert_eq!(having_of(text, &["GB", "ENG", "NIR", "SCT"]), expected, "{text}");
        }
        check("*", Some(0b1111));
        check("* -GB -SCT", Some(0b0110));
        check("NIR", Some(0b0100));
        check("ENG SCT", Some(0b1010));
        check("BY", None);
        check("* -BY", None);
        check("", None);
    }
}
