//! What a second reading of a commitment must be so that it can be held against the first.

use super::Check;
use crate::catalogue::contract::{Commitment, ContractSpec};
use crate::catalogue::finding::Code;
use crate::catalogue::openslo::Measures;
use crate::catalogue::{Document, SliSpec};
use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::Ratio;

impl Check<'_> {
    pub(super) fn second_reading(
        &mut self,
        contract: &Document<ContractSpec>,
        at: &str,
        commitment: &Commitment,
        first: &Document<SliSpec>,
    ) {
        let Some(terms) = &commitment.second_reading else { return };
        let at = format!("{at}/secondReading");
        self.reference(contract, &format!("{at}/sli"), "SLI", &terms.sli, &self.catalogue.slis);
        if terms.tolerance.ratio() >= Ratio::one() {
            let expected = phrase!(
                "a number of percentage points below 100, such as 0.01: any two readings are at most 100 apart",
                "eine Zahl von Prozentpunkten unter 100, etwa 0.01: Mehr als 100 liegen keine zwei Messungen auseinander"
            );
            let found = Phrase::quoted(terms.tolerance.to_string());
            self.add(Code::InvalidValue, contract, &format!("{at}/tolerance"), found, expected);
        }
        let Some(second) = self.catalogue.slis.get(&terms.sli) else { return };
        if second.name() == first.name() || second.spec == first.spec {
            let found = phrase!(
                "the measurement {:?}, which the first reading is, too",
                "die Messung {:?}, die auch die erste ist",
                second.name().as_str()
            );
            let expected = phrase!(
                "another measurement of the same: of another source, or by another way",
                "eine andere Messung desselben: aus einer anderen Quelle oder auf anderem Weg"
            );
            self.add(Code::InvalidValue, contract, &format!("{at}/sli"), found, expected);
            return;
        }
        if let ([one], [other]) = (first.spec.measures().as_slice(), second.spec.measures().as_slice())
            && kind(one) != kind(other)
        {
            let ((found, german), (expected, deutsch)) = (kind(other), kind(one));
            self.add(
                Code::InvalidValue,
                contract,
                &format!("{at}/sli"),
                phrase!("a measurement of {found}", "eine Messung von {german}"),
                phrase!(
                    "one of {expected}, as the first reading: the same terms judge both",
                    "eine von {deutsch} wie die erste: Dieselben Bedingungen gelten für beide"
                ),
            );
            return;
        }
        self.variables(contract, commitment, second);
    }
}

/// What a measurement gives, in English and in German: terms of a commitment that fit the one fit all others of the kind.
fn kind(measures: &Measures<'_>) -> (&'static str, &'static str) {
    match measures {
        Measures::Events(_) | Measures::Downtime(_) => ("good and bad", "Gutem und Schlechtem"),
        Measures::Value(_) => ("values", "Werten"),
        Measures::Heartbeats(_) => ("heartbeats", "Lebenszeichen"),
    }
}
