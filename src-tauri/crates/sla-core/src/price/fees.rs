//! What credits, caps and the amount at risk are shares of.

use crate::derivation::{Rule, Trail, Unit, input};
use crate::money::Money;
use crate::ratio::Ratio;

/// How a base is made up: a monthly fee, and the part of each month that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fees {
    /// The monthly fee.
    pub monthly: Money,
    /// Of each month of the measurement period: days that count, and days of the month. One entry for a month.
    pub months: Vec<(u32, u32)>,
}

impl Fees {
    /// The exact base in minor units.
    pub fn exact(&self) -> Ratio {
        let share = self.months.iter().filter_map(|&(days, of)| Ratio::new(days, of));
        share.fold(Ratio::zero(), |sum, one| sum.plus(&one)).times(&Ratio::whole(self.monthly.minor))
    }

    /// The exact base, with the steps that lead to it.
    pub(super) fn base(&self, trail: &mut Trail) -> Ratio {
        let monthly = Ratio::whole(self.monthly.minor);
        trail.step(Rule::Base, Vec::new(), Unit::Money, monthly);
        match self.months.as_slice() {
            [(days, of)] if days == of => self.exact(),
            [(days, of)] => {
                let inputs = vec![input("days", Unit::Count, days), input("of", Unit::Count, of)];
                trail.step(Rule::BaseDays, inputs, Unit::Money, self.exact())
            }
            months => {
                let full = months.iter().filter(|(days, of)| days == of).count();
                let inputs = vec![input("months", Unit::Count, months.len()), input("full", Unit::Count, full)];
                trail.step(Rule::BaseMonths, inputs, Unit::Money, self.exact())
            }
        }
    }
}

/// The fees of the priced month over all versions of its contract, exact in minor units: what the terms of the month as a
/// whole are shares of, whichever promises are due with it.
///
/// Each part of a month that several versions share counts the days of its own version, so that the parts add up to one
/// month's fee and never to two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthFees {
    /// The contract's fee of the month. Caps over twelve months and over the whole contract add it to those of the months
    /// before: a promise's own fee, or one over a quarter, is no fee of a month.
    pub contract: Ratio,
    /// What is paid for everything that is promised, over the longest period that is judged with the month: caps of a
    /// month, a year and a contract with `of: base` are shares of it. It is the contract's fee where no promise has its
    /// own. Otherwise the fees of the promised services are added up: each service once, with the highest fee that its
    /// promises name, and the contract's fee once for all services that it covers.
    pub promised: Ratio,
    /// The amount at risk: of each version its share of the same fees, but only of the services that promises with
    /// `atRisk` are about.
    pub at_risk: Ratio,
}
