//! Typed values out of JSON text.

use std::fmt;

use super::scan;
use crate::{Error, ErrorCode};

/// Why a value does not fit its type. One pointer wide, because every reading function returns one.
#[derive(Debug)]
pub struct Unfit(Box<(String, &'static str)>);

impl Unfit {
    /// Something wrong with the value itself.
    pub fn new(text: &'static str) -> Self {
        Self(Box::new((String::new(), text)))
    }

    /// What a caller is told.
    #[inline(never)]
    pub(crate) fn into_error(self, code: ErrorCode) -> Error {
        Error::new(code, self.to_string())
    }

    /// The same, seen from the object whose field this is.
    #[must_use]
    pub fn of(mut self, field: &str) -> Self {
        let dot = if self.0.0.is_empty() { "" } else { "." };
        self.0.0 = [field, dot, &self.0.0].concat();
        self
    }
}

/// `camera.width: expected a whole number of at least 0`
impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, text) = &*self.0;
        let colon = if path.is_empty() { "" } else { ": " };
        f.write_str(&[path, colon, text].concat())
    }
}

/// What can be read from the text of one value.
pub trait Decode: Sized {
    /// Reads it; `value` is well-formed.
    ///
    /// # Errors
    /// What was expected instead.
    fn decode(value: &str) -> Result<Self, Unfit>;
}

impl Decode for String {
    fn decode(value: &str) -> Result<Self, Unfit> {
        scan::text(value.trim_ascii()).ok_or_else(|| Unfit::new("expected text"))
    }
}

impl Decode for bool {
    fn decode(value: &str) -> Result<Self, Unfit> {
        value.trim_ascii().parse().map_err(|_| Unfit::new("expected true or false"))
    }
}

impl Decode for u64 {
    fn decode(value: &str) -> Result<Self, Unfit> {
        let parsed = value.trim_ascii().parse();
        parsed.map_err(|_| Unfit::new("expected a whole number of at least 0"))
    }
}

macro_rules! narrower {
    ($($number:ty)*) => {$(
        impl Decode for $number {
            fn decode(value: &str) -> Result<Self, Unfit> {
                Self::try_from(u64::decode(value)?).map_err(|_| Unfit::new("is out of range"))
            }
        }
    )*};
}
narrower!(u16 u32);

impl Decode for i32 {
    fn decode(value: &str) -> Result<Self, Unfit> {
        value.trim_ascii().parse().map_err(|_| Unfit::new("expected a whole number"))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &str) -> Result<Self, Unfit> {
        T::decode(value).map(Some)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &str) -> Result<Self, Unfit> {
        let items = scan::items(value).ok_or_else(|| Unfit::new("expected a list"))?;
        items.into_iter().map(T::decode).collect()
    }
}

/// The fields of an object. `null` is as good as absent: so says JavaScript, and Janus never means it.
#[derive(Debug)]
pub struct Fields<'a> {
    found: Vec<(&'a str, &'a str)>,
    /// What does not fit, kept for the end: to return early from among many fields costs the code that
    /// drops those already read, once for each field.
    unfit: Option<Unfit>,
}

impl<'a> Fields<'a> {
    /// Of this object.
    ///
    /// # Errors
    /// If it is none.
    pub fn of(value: &'a str) -> Result<Self, Unfit> {
        let found = scan::fields(value).ok_or_else(|| Unfit::new("expected an object"))?;
        Ok(Self { found, unfit: None })
    }

    /// The text of a field. Of fields of the same name the last counts.
    pub(super) fn find(&self, name: &str) -> Option<&'a str> {
        let found = self.found.iter().rev().find(|(other, _)| *other == name);
        found.map(|(_, value)| *value).filter(|value| *value != "null")
    }

    /// A field that may be absent. What does not fit is as good as absent until [`Fields::end`].
    pub fn optional<T: Decode + Default>(&mut self, name: &str) -> T {
        match self.find(name).map(T::decode) {
            Some(Ok(value)) => return value,
            Some(Err(unfit)) => self.note(unfit, name),
            None => {}
        }
        T::default()
    }

    /// Apart from what depends on types, so that it is there once.
    #[inline(never)]
    fn note(&mut self, unfit: Unfit, name: &str) {
        self.unfit = Some(unfit.of(name));
    }

    /// Why an optional field did not fit, if one did not.
    pub fn end(self) -> Option<Unfit> {
        self.unfit
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// If it is not, or does not fit.
    pub fn required<T: Decode>(&self, name: &str) -> Result<T, Unfit> {
        let value = self.find(name).ok_or_else(|| Unfit::new("is missing"));
        value.and_then(T::decode).map_err(|unfit| unfit.of(name))
    }
}
