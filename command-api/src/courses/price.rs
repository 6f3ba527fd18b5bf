//! The price of a course in a body: a number, or an object with its currency and model.

use std::fmt;

use domain::values::{Price, ValueError, word};
use events::{Currency, PricingModel};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Number;
use service_kit::http::{FieldError, Fields};

use crate::fields::parsed;

/// `49.9`, or `{"amount":49.9,"currency":"EUR","pricing_model":"one-time"}`.
#[derive(Debug, PartialEq)]
pub(crate) enum PriceInput {
    /// The amount, in euros.
    Amount(Number),
    /// Everything at once.
    Whole(WholePrice),
}

/// The price as answers show it.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WholePrice {
    amount: Option<Number>,
    currency: Option<String>,
    pricing_model: Option<String>,
}

/// What a price came to.
pub(crate) struct ParsedPrice {
    pub(crate) price: Option<Price>,
    pub(crate) pricing_model: Option<PricingModel>,
}

impl From<PriceInput> for WholePrice {
    fn from(input: PriceInput) -> Self {
        match input {
            PriceInput::Amount(amount) => Self { amount: Some(amount), ..Self::default() },
            PriceInput::Whole(whole) => whole,
        }
    }
}

/// Reads the price and the model, which may stand inside it or beside it.
pub(crate) fn parse_price(fields: &mut Fields, input: Option<PriceInput>, beside: Option<String>) -> ParsedPrice {
    let input = input.map(WholePrice::from).unwrap_or_default();
    let price = fields.required("price", input.amount, amount);
    fields.optional_text("price.currency", input.currency, currency);
    let pricing_model = fields.required_text("pricing_model", beside.or(input.pricing_model), model);
    ParsedPrice { price, pricing_model }
}

/// The same where each part may be missing.
pub(crate) fn parse_price_change(
    fields: &mut Fields,
    input: Option<PriceInput>,
    beside: Option<String>,
) -> ParsedPrice {
    let input = input.map(WholePrice::from).unwrap_or_default();
    let price = fields.optional("price", input.amount, amount);
    fields.optional_text("price.currency", input.currency, currency);
    let pricing_model = fields.optional_text("pricing_model", beside.or(input.pricing_model), model);
    ParsedPrice { price, pricing_model }
}

fn amount(number: Number) -> Result<Price, FieldError> {
    parsed(Price::parse(&number.to_string()))
}

fn currency(text: &str) -> Result<(), FieldError> {
    if text == Currency::EUR.code() { Ok(()) } else { parsed(Err(ValueError::Invalid)) }
}

fn model(text: &str) -> Result<PricingModel, FieldError> {
    parsed(word(text, PricingModel::from_word))
}

impl<'de> Deserialize<'de> for PriceInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = PriceInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or an object")
            }

            fn visit_u64<E>(self, amount: u64) -> Result<PriceInput, E> {
                Ok(PriceInput::Amount(amount.into()))
            }

            fn visit_i64<E>(self, amount: i64) -> Result<PriceInput, E> {
                Ok(PriceInput::Amount(amount.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, amount: f64) -> Result<PriceInput, E> {
                Number::from_f64(amount).map(PriceInput::Amount).ok_or_else(|| E::custom("not a number"))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PriceInput, A::Error> {
                WholePrice::deserialize(MapAccessDeserializer::new(map)).map(PriceInput::Whole)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(json: &str) -> Option<i64> {
        let mut fields = Fields::new();
        let parsed = parse_price(&mut fields, serde_json::from_str(json).unwrap(), Some("one-time".into()));
        fields.is_clean().then(|| parsed.price.unwrap().money().minor)
    }

    #[test]
    fn a_price_is_a_number_or_an_object() {
        assert_eq!(cents("49.9"), Some(4_990));
        assert_eq!(cents("0"), Some(0));
        assert_eq!(cents(r#"{"amount":49.9,"currency":"EUR","pricing_model":"one-time"}"#), Some(4_990));
    }

    #[test]
    fn other_prices_are_refused() {
        for json in ["49.999", "-1", r#"{"amount":1,"currency":"USD"}"#, r#"{"currency":"EUR"}"#] {
            assert_eq!(cents(json), None, "{json}");
        }
        for json in [r#""49.9""#, "[1]", "true", r#"{"$ne":1}"#] {
            assert!(serde_json::from_str::<PriceInput>(json).is_err(), "{json}");
        }
    }
}
