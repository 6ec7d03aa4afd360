//! What must be said where charges are added up.

use super::Check;
use crate::catalogue::finding::Code;
use crate::catalogue::openslo::Measures;
use crate::catalogue::{Commitment, ContractSpec, Document, SliSpec};
use crate::money::Currency;
use crate::phrase;
use crate::phrase::Phrase;

impl Check<'_> {
    /// Amounts of money are held against one of the same currency: nothing is converted, so its code must stand in the contract,
    /// whichever of two readings adds them up.
    pub(super) fn currency_of_charges(
        &mut self,
        contract: &Document<ContractSpec>,
        at: &str,
        commitment: &Commitment,
        first: &Document<SliSpec>,
    ) {
        let second = commitment.second_reading.as_ref().and_then(|terms| self.catalogue.slis.get(&terms.sli));
        let is_money = adds_up_money(first) || second.is_some_and(adds_up_money);
        let Some(unit) = commitment.unit().filter(|unit| is_money && unit.parse::<Currency>().is_err()) else { return };
        let field = if commitment.budget.is_some() { "budget" } else { "threshold" };
        let expected = phrase!(
            "the code of the currency that the charges are in, such as EUR: nothing is converted",
            "das Kürzel der Währung, in der die Kosten stehen, etwa EUR: Es wird nichts umgerechnet"
        );
        let found = Phrase::quoted(format!("{unit:?}"));
        self.add(Code::InvalidValue, contract, &format!("{at}/{field}/unit"), found, expected);
    }
}

fn adds_up_money(sli: &Document<SliSpec>) -> bool {
    let focus = |measures: &Measures<'_>| match measures {
        Measures::Value(metric) => {
            metric.metric_source.spec.focus.as_ref().is_some_and(|focus| focus.column.is_money())
        }
        _ => false,
    };
    sli.spec.measures().iter().any(focus)
}
