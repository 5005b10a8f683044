//! Why a value does not fit its type.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// Why a value does not fit. One pointer wide, because every reading function returns one.
///
/// The constructors say less than serde's own: those print the value, and with it come the printers of
/// every kind of value.
#[derive(Debug)]
pub(super) struct Unfit(Box<Words>);

#[derive(Debug)]
struct Words {
    /// The field, from the outside in, with dots; empty for the value itself.
    path: String,
    /// What is wrong; empty if the struct itself knows no more than that something is missing.
    text: String,
}

impl Unfit {
    pub(super) fn new(text: &str) -> Self {
        Self(Box::new(Words { path: String::new(), text: text.to_owned() }))
    }

    /// The same, seen from the object whose field this is.
    pub(super) fn of(mut self, field: &str) -> Self {
        let dot = if self.0.path.is_empty() { "" } else { "." };
        self.0.path = [field, dot, &self.0.path].concat();
        self
    }

    /// What a struct says when its fields end too early.
    #[inline(never)]
    fn incomplete() -> Self {
        Self::new("")
    }

    /// Names the field that was found absent, if that is what is wrong.
    pub(super) fn or_missing(self, field: &str) -> Self {
        if self.0.text.is_empty() { Self::new("is missing").of(field) } else { self }
    }

    /// The whole of it for people: `camera.width: expected a whole number of at least 0`.
    pub(super) fn words(&self) -> String {
        let colon = if self.0.path.is_empty() { "" } else { ": " };
        [&self.0.path, colon, &self.0.text].concat()
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl std::error::Error for Unfit {}

impl Error for Unfit {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(&text.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("has a wrong type")
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("is out of range")
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::incomplete()
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("is none of the words known here")
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("holds an unknown field")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing").of(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("is there twice").of(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_from_the_outside_in() {
        let error = Unfit::new("expected text").of("id").of("camera");
        assert_eq!(error.words(), "camera.id: expected text");
        assert_eq!(Unfit::new("expected a list").words(), "expected a list");
    }

    #[test]
    fn names_what_is_missing_where_the_struct_cannot() {
        let error = <Unfit as Error>::invalid_length(3, &"struct Room");
        assert_eq!(error.or_missing("room").words(), "room: is missing");
        let error = Unfit::new("expected text").of("pin");
        assert_eq!(error.or_missing("room").words(), "pin: expected text");
    }

    #[test]
    fn keeps_the_words_of_a_type() {
        assert_eq!(
            Unfit::custom("an id cannot be negative").to_string(),
            "an id cannot be negative"
        );
    }
}
