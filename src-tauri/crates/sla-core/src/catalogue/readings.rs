//! The readings that a contract leaves open, and the same catalogue under each admissible one: what a sentence that
//! nobody wrote is worth in money.

use std::fmt;

use super::finding::Finding;
use super::value::{Name, Zone};
use super::yaml::{Kind, Node};
use super::{Catalogue, SourceFile, unread};

/// Most ways to read one contract that are tried.
const MAX_VARIANTS: usize = 2_000;

/// Something that a contract must say and that two people may read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Whether excluded time leaves both sides or stays as good.
    Exclusions,
    /// How time without evidence is read.
    Unknown,
    /// How a slice without any event is read.
    Quiet,
    /// How credits are rounded.
    Rounding,
    /// Whether each credit is rounded or their sum.
    RoundingPlace,
    /// In which zone the month lies.
    TimeZone,
    /// Whether what was attained is rounded before it is compared. A contract that does not say so compares it exactly,
    /// and so this is no open question; it is tried because readers of a printed percentage take it for one.
    AttainmentRounding,
}

/// The other answer to [`Question::AttainmentRounding`]: as percentages are usually printed.
const ROUNDED: (&str, u32) = ("half_up", 2);

impl Question {
    /// Every question that a contract must answer, in the order in which tables show them.
    pub const ALL: [Self; 6] =
        [Self::Exclusions, Self::Unknown, Self::Quiet, Self::Rounding, Self::RoundingPlace, Self::TimeZone];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exclusions => "exclusions",
            Self::Unknown => "unknown",
            Self::Quiet => "quiet",
            Self::Rounding => "rounding",
            Self::RoundingPlace => "rounding-place",
            Self::TimeZone => "time-zone",
            Self::AttainmentRounding => "attainment-rounding",
        }
    }

    /// Where a contract answers it: the mapping, with `*` for every item of a list, and its field.
    fn field(self) -> (&'static str, &'static str) {
        match self {
            Self::Exclusions => ("/spec/commitments/*", "exclusions"),
            Self::Unknown => ("/spec/commitments/*", "unknown"),
            Self::Quiet => ("/spec/commitments/*", "quiet"),
            Self::Rounding => ("/spec/rounding", "mode"),
            Self::RoundingPlace => ("/spec/rounding", "at"),
            Self::TimeZone => ("/spec", "timeZone"),
            Self::AttainmentRounding => ("/spec/commitments/*", "attainmentRounding"),
        }
    }

    /// Every admissible answer; zones are many, so the caller names those that are worth trying.
    fn answers(self, zones: &[Zone]) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Exclusions => &["denominator", "numerator"],
            Self::Unknown => &["range", "down", "up", "excluded"],
            Self::Quiet => &["good", "bad", "excluded"],
            Self::Rounding => &["floor", "ceil", "half_even", "half_up"],
            Self::RoundingPlace => &["commitment", "total"],
            Self::TimeZone => return zones.iter().map(Zone::to_string).collect(),
            Self::AttainmentRounding => return vec![format!("{} to {} decimals", ROUNDED.0, ROUNDED.1)],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A way to read a contract.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The answers that were tried, one for each question that the table varies.
    pub answers: Vec<(Question, String)>,
    /// Whether the contract's words allow it; of what does not, the month shows how far a misreading would lead.
    pub admissible: bool,
    /// The catalogue with them.
    pub catalogue: Catalogue,
}

/// A contract and the ways to read it.
#[derive(Clone, Debug)]
pub struct Readings {
    /// Name of the contract.
    pub contract: Name,
    /// Its version.
    pub version: u32,
    /// Name of the tenant.
    pub tenant: Name,
    /// The questions that the contract leaves open in at least one commitment. When there is none, every question is
    /// answered otherwise, one at a time; the first variant is then the contract as it stands.
    pub open: Vec<Question>,
    /// The ways to read it: first those that its words allow, then the same with what was attained rounded before it is
    /// compared, where no commitment says how that is rounded and one could be. Of a contract that leaves nothing open
    /// only its own words have such a pair.
    pub variants: Vec<Variant>,
}

/// Why readings cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadingsError {
    /// The catalogue has defects beside open questions.
    #[error("the catalogue has defects")]
    Unsound(Vec<Finding>),
    /// No contract of that tenant.
    #[error("found no contract{}; expected one in the catalogue", .tenant.as_ref().map_or(String::new(), |tenant| format!(" of the tenant {tenant:?}")))]
    NoContract {
        /// The tenant, when one was asked for.
        tenant: Option<String>,
    },
    /// More ways to read a contract than are tried.
    #[error("found {found} ways to read {contract}, expected at most {most}: name fewer zones", most = MAX_VARIANTS)]
    TooMany {
        /// The contract.
        contract: String,
        /// How many.
        found: usize,
    },
}

/// Every contract of a catalogue, or of one tenant, under every admissible reading of what it leaves open. `zones` are
/// tried where the contract names none, or otherwise.
///
/// # Errors
/// [`ReadingsError`].
pub fn readings(files: &[SourceFile], tenant: Option<&str>, zones: &[Zone]) -> Result<Vec<Readings>, ReadingsError> {
    let contracts = contracts(files);
    if contracts.is_empty() {
        // Defects first: what could not be read is no contract either.
        Catalogue::read(files).map_err(ReadingsError::Unsound)?;
    }
    let asked = |contract: &&Contract| tenant.is_none_or(|tenant| contract.tenant.as_deref() == Some(tenant));
    let mut all = Vec::new();
    for contract in contracts.iter().filter(asked) {
        let variants = contract.variants(zones);
        if variants.len() > MAX_VARIANTS {
            return Err(ReadingsError::TooMany { contract: contract.title(), found: variants.len() });
        }
        let read_as = |answers: &[(Question, String)]| {
            Catalogue::read_with(files, &|document| {
                let same = Contract::of(document).is_some_and(|other| other.same(contract));
                // What another contract leaves open must be answered somehow for the catalogue to be read at all; it
                // does not show in this one's months.
                let answers = if same { answers.to_vec() } else { first_answers(document, zones) };
                for (question, answer) in &answers {
                    let said = !contract.open.contains(question) && *question != Question::AttainmentRounding;
                    set(document, *question, answer, same && said);
                }
            })
        };
        let mut read = Vec::with_capacity(variants.len());
        for answers in variants {
            let catalogue = read_as(&answers).map_err(ReadingsError::Unsound)?;
            read.push(Variant { answers, admissible: true, catalogue });
        }
        let paired = if contract.open.is_empty() { 1 } else { read.len() };
        let rounded = |variant: &Variant| {
            let question = Question::AttainmentRounding;
            let answer = question.answers(zones).into_iter().map(|answer| (question, answer));
            let answers: Vec<_> = variant.answers.iter().cloned().chain(answer).collect();
            // Bands narrower than the last decimal cannot be read so.
            let catalogue = read_as(&answers).ok()?;
            Some(Variant { answers, admissible: false, catalogue })
        };
        let misread: Vec<Variant> =
            read.iter().take(paired).filter(|_| contract.compares_exactly).filter_map(rounded).collect();
        read.extend(misread);
        let Some((contract_name, document)) = read.first().and_then(|variant| contract.find(&variant.catalogue)) else {
            continue;
        };
        all.push(Readings {
            contract: contract_name,
            version: document.0,
            tenant: document.1,
            open: contract.open.clone(),
            variants: read,
        });
    }
    if all.is_empty() {
        return Err(ReadingsError::NoContract { tenant: tenant.map(str::to_owned) });
    }
    Ok(all)
}

/// What can be told of a contract's document before it is read.
#[derive(Clone, Debug)]
struct Contract {
    name: Option<String>,
    version: Option<String>,
    tenant: Option<String>,
    open: Vec<Question>,
    named: Vec<(Question, String)>,
    /// Whether a commitment does not say how what was attained is rounded before it is compared.
    compares_exactly: bool,
}

impl Contract {
    fn of(document: &Node) -> Option<Self> {
        (document.text_of("kind") == Some("Contract")).then_some(())?;
        let spec = document.child("spec")?;
        let text = |node: Option<&Node>, field: &str| node.and_then(|node| node.text_of(field)).map(str::to_owned);
        let answer = |question: Question| -> Vec<Option<String>> {
            let (at, field) = question.field();
            match unread::nodes(document, at).as_slice() {
                [] => vec![None],
                mappings => mappings.iter().map(|(_, node)| text(Some(node), field)).collect(),
            }
        };
        let is_open = |question: &Question| answer(*question).iter().any(Option::is_none);
        let named = Question::ALL.into_iter().filter(|question| !is_open(question)).filter_map(|question| {
            let first = answer(question).into_iter().flatten().next()?;
            Some((question, first))
        });
        Some(Self {
            name: text(document.child("metadata"), "name"),
            version: text(Some(spec), "version"),
            tenant: text(Some(spec), "tenant"),
            open: Question::ALL.into_iter().filter(is_open).collect(),
            compares_exactly: {
                let (at, field) = Question::AttainmentRounding.field();
                unread::nodes(document, at).iter().any(|(_, commitment)| commitment.child(field).is_none())
            },
            named: named.collect(),
        })
    }

    fn same(&self, other: &Self) -> bool {
        self.name == other.name && self.version == other.version
    }

    fn title(&self) -> String {
        self.name.clone().unwrap_or_default()
    }

    fn find(&self, catalogue: &Catalogue) -> Option<(Name, (u32, Name))> {
        let same = |(name, version): &&(Name, u32)| {
            self.name.as_deref() == Some(name.as_str()) && self.version == Some(version.to_string())
        };
        let key = catalogue.contracts.keys().find(same)?;
        Some((key.0.clone(), (key.1, catalogue.contracts[key].spec.tenant.clone())))
    }

    /// Every combination of answers to what is open; when nothing is, the contract as it stands and then each other
    /// answer to one question.
    fn variants(&self, zones: &[Zone]) -> Vec<Vec<(Question, String)>> {
        if self.open.is_empty() {
            let otherwise = self.named.iter().flat_map(|(question, named)| {
                let others = question.answers(zones).into_iter().filter(move |answer| answer != named);
                others.map(|answer| vec![(*question, answer)])
            });
            return [Vec::new()].into_iter().chain(otherwise).collect();
        }
        let mut all: Vec<Vec<(Question, String)>> = vec![Vec::new()];
        for question in &self.open {
            let answers = question.answers(zones);
            let longer = all.iter().flat_map(|known| {
                answers.iter().map(|answer| {
                    let mut longer = known.clone();
                    longer.push((*question, answer.clone()));
                    longer
                })
            });
            // One more than is allowed is enough to refuse.
            all = longer.take(MAX_VARIANTS + 1).collect();
        }
        all
    }
}

fn contracts(files: &[SourceFile]) -> Vec<Contract> {
    let found = std::cell::RefCell::new(Vec::new());
    // Findings are those of the variants; here only the documents are looked at.
    let _ = Catalogue::read_with(files, &|document| found.borrow_mut().extend(Contract::of(document)));
    found.into_inner()
}

/// The first admissible answer to whatever a contract leaves open.
fn first_answers(document: &Node, zones: &[Zone]) -> Vec<(Question, String)> {
    let open = Contract::of(document).map(|contract| contract.open).unwrap_or_default();
    open.into_iter().filter_map(|question| Some((question, question.answers(zones).into_iter().next()?))).collect()
}

/// Writes an answer into a contract's document: where it says nothing, or everywhere.
fn set(document: &mut Node, question: Question, answer: &str, everywhere: bool) {
    let (at, field) = question.field();
    if unread::nodes(document, at).is_empty() {
        // A rounding that nobody wrote at all.
        let (parent, own) = at.rsplit_once('/').unwrap_or_default();
        let empty = document.beside(Kind::Mapping(Vec::new()));
        document.each_mut(parent, &mut |mapping| {
            mapping.put(own, empty.clone());
        });
    }
    document.each_mut(at, &mut |mapping| {
        if everywhere || mapping.child(field).is_none() {
            let text = |text: String, quoted| mapping.beside(Kind::Scalar { text, quoted });
            let value = match question {
                Question::AttainmentRounding => {
                    let mut rounding = mapping.beside(Kind::Mapping(Vec::new()));
                    rounding.put("mode", text(ROUNDED.0.to_owned(), true));
                    rounding.put("digits", text(ROUNDED.1.to_string(), false));
                    rounding
                }
                _ => text(answer.to_owned(), true),
            };
            mapping.put(field, value);
        }
    });
}
