//! Queries of the console's own links.

use crate::operator::Problem;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use url::form_urlencoded::Serializer;

/// A query with those of these parameters that are not empty.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, text)| !text.is_empty());
    Serializer::new(String::new()).extend_pairs(given).finish()
}

/// A text that a form sent; `None` if it is empty.
pub fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The value of a choice by its word in the API; `None` if the form leaves it open.
///
/// # Errors
/// There is no such choice.
pub fn chosen<T: for<'de> Deserialize<'de>>(name: &str, word: &str) -> Result<Option<T>, Problem> {
    if word.is_empty() {
        return Ok(None);
    }
    let known: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(known).map(Some).map_err(|error| Problem::invalid(name, error.to_string()))
}

/// The number of a page, counted from 1, which is also that of an absent one.
///
/// # Errors
/// It is no number, or larger than `max`.
pub fn page_number(text: &str, max: u32) -> Result<u32, Problem> {
    match text {
        "" => Ok(1),
        text => text
            .parse()
            .ok()
            .filter(|page| (1..=max).contains(page))
            .ok_or_else(|| Problem::invalid("page", format!("write a number between 1 and {max}"))),
    }
}
