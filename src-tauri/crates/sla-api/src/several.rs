//! A parameter of a query that takes several values, separated by commas.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};

/// One or more values, any of which fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Several<T>(pub(crate) Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values<T>(PhantomData<T>);
        impl<T: DeserializeOwned> Visitor<'_> for Values<T> {
            type Value = Several<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("values separated by commas")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Several<T>, E> {
                let one = |part: &str| {
                    let part: StrDeserializer<'_, E> = part.into_deserializer();
                    T::deserialize(part)
                };
                text.split(',').map(one).collect::<Result<_, E>>().map(Several)
            }
        }
        deserializer.deserialize_str(Values(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Several{}", T::schema_name()).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::workflow::CreditState;

    #[test]
    fn values_are_separated_by_commas() {
        fn check(text: &str, expected: Option<&[CreditState]>) {
            let read: Result<Several<CreditState>, _> = serde_json::from_value(text.into());
            assert_eq!(read.ok().map(|several| several.0).as_deref(), expected, "{text}");
        }
        check("draft", Some(&[CreditState::Draft]));
        check("draft,in_review", Some(&[CreditState::Draft, CreditState::InReview]));
        for text in ["", ",", "draft,", "draft, in_review", "Draft", "draft;in_review"] {
            check(text, None);
        }
    }
}
