//! What is promised of a measured value: a bound for each slice, or a budget for the whole period.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::quantity::Quantity;
use crate::ratio::Ratio;

/// A bound that the value of a slice must keep, such as a latency's quantile. Exactly one of the four.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Threshold {
    /// Good when the value is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Quantity>,
    /// Good when the value is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Quantity>,
    /// Good when the value is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Quantity>,
    /// Good when the value is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Quantity>,
    /// The value's unit as the report prints it, such as `s`.
    #[schemars(length(min = 1, max = 20))]
    pub unit: String,
}

impl Threshold {
    /// The one bound; `None` unless exactly one is given.
    pub fn bound(&self) -> Option<Bound> {
        let all = [
            (Comparison::AtMost, self.at_most),
            (Comparison::Below, self.below),
            (Comparison::AtLeast, self.at_least),
            (Comparison::Above, self.above),
        ];
        let mut given = all.into_iter().filter_map(|(comparison, value)| Some(Bound { comparison, value: value? }));
        given.next().filter(|_| given.next().is_none())
    }
}

/// What a value is compared with, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub value: Quantity,
}

impl Bound {
    /// Whether a value keeps it.
    pub fn holds(&self, value: &Ratio) -> bool {
        let bound = self.value.ratio();
        match self.comparison {
            Comparison::AtMost => *value <= bound,
            Comparison::Below => *value < bound,
            Comparison::AtLeast => *value >= bound,
            Comparison::Above => *value > bound,
        }
    }
}

/// How a value is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// value ≤ bound.
    AtMost,
    /// value < bound.
    Below,
    /// value ≥ bound.
    AtLeast,
    /// value > bound.
    Above,
}

impl Comparison {
    /// The operator as PromQL writes it.
    pub fn operator(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::Above => ">",
        }
    }
}

/// What a period may consume: costs of a tenant, hours of a processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsumptionBudget {
    /// The most that the measurement period may consume, above zero. It counts whole, also in a period in which the
    /// contract is in force for some days only.
    pub amount: Quantity,
    /// Its unit as the report prints it, such as `EUR` or `GPU h`.
    #[schemars(length(min = 1, max = 20))]
    pub unit: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_the_bound_keeps_what_includes_it() {
        #[track_caller]
        fn check(field: &str, expected: [bool; 3]) {
            let mut value = serde_json::json!({ "unit": "s" });
            value[field] = "0.5".into();
            let threshold: Threshold = serde_json::from_value(value).expect("a threshold");
            let bound = threshold.bound().expect("one bound");
            let kept = [499, 500, 501].map(|thousandths| bound.holds(&Ratio::new(thousandths, 1000).expect("a ratio")));
            assert_eq!(kept, expected, "{field}");
        }
        check("atMost", [true, true, false]);
        check("below", [true, false, false]);
        check("atLeast", [false, true, true]);
        check("above", [false, false, true]);
        for two in [r#"{"unit":"s"}"#, r#"{"unit":"s","atMost":"1","below":"2"}"#] {
            assert_eq!(serde_json::from_str::<Threshold>(two).expect("a threshold").bound(), None);
        }
    }
}
