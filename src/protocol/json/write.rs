//! Typed values to JSON text.

/// What can be written as the text of one value.
pub trait Encode {
    /// Writes it, compact.
    fn encode(&self, out: &mut String);

    /// Whether it leaves no field behind: optional means absent, Janus refuses `null`.
    fn is_absent(&self) -> bool {
        false
    }
}

impl Encode for &str {
    fn encode(&self, out: &mut String) {
        push_text(out, self);
    }
}

impl Encode for String {
    fn encode(&self, out: &mut String) {
        push_text(out, self);
    }
}

/// `false` is what absent flags mean.
impl Encode for bool {
    fn encode(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Encode for $number {
            fn encode(&self, out: &mut String) {
                out.push_str(&u64::from(*self).to_string());
            }
        }
    )*};
}
numbers!(u16 u32 u64);

impl Encode for i32 {
    fn encode(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, out: &mut String) {
        match self {
            Some(value) => value.encode(out),
            None => out.push_str("null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Empty lists are left out: Janus refuses some of them, and takes none for a meaning of its own.
impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, out: &mut String) {
        let mut mark = '[';
        for item in self {
            out.push(mark);
            item.encode(out);
            mark = ',';
        }
        out.push_str(if mark == '[' { "[]" } else { "]" });
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// An object that is being written.
#[derive(Debug, Default)]
pub struct Object(String);

impl Object {
    /// One without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field that is there whatever its value.
    pub fn always(&mut self, name: &str, value: &dyn Encode) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_text(&mut self.0, name);
        self.0.push(':');
        value.encode(&mut self.0);
    }

    /// Adds a field, unless its value is an absent one.
    pub fn field(&mut self, name: &str, value: &dyn Encode) {
        if !value.is_absent() {
            self.always(name, value);
        }
    }

    /// The text so far, open at its end.
    pub(super) fn open(self) -> String {
        self.0
    }
}

impl Encode for Object {
    fn encode(&self, out: &mut String) {
        out.push_str(&self.0);
        out.push_str(if self.0.is_empty() { "{}" } else { "}" });
    }
}

/// Writes text as a JSON string.
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                let code = u32::from(control);
                let digit = |shift: u32| char::from_digit(code >> shift & 15, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.extend([digit(4), digit(0)]);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
