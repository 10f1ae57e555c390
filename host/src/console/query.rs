//! Queries of the console's own links.

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

/// The value of a choice by its word in the API; `None` if it has none.
pub fn chosen<T: for<'de> Deserialize<'de>>(word: &str) -> Option<T> {
    let word: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(word).ok()
}
