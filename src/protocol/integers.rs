//! Integers that `JSON.parse` would round.
//!
//! Janus accepts room ids up to 2^64, JavaScript rounds numbers beyond 2^53. Before parsing, such
//! integers are wrapped into marked strings, which the browser codec turns into `BigInt`s. The scan is
//! one pass over the bytes and allocates nothing for the ordinary message that has none.

use std::borrow::Cow;

use super::id::MAX_SAFE_INTEGER;

/// What marks a wrapped integer: a control character, which JSON text can only hold escaped, so that
/// no string of the server's looks like one by accident.
pub const MARK: &str = "\\u0000int:";

/// Wraps each integer beyond 2^53 of the JSON `text` into a string that begins with [`MARK`].
pub fn protect(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    while let Some((start, end)) = scan.next_number() {
        let Some(number) = text.get(start..end) else { break };
        if is_unsafe_integer(number) {
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push('"');
            out.push_str(MARK);
            out.push_str(number);
            out.push('"');
            copied = end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Undoes [`protect`] in text written by `JSON.stringify`.
pub fn unprotect(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        out.push_str(before);
        let marked = after.strip_prefix(MARK).and_then(|digits| digits.split_once('"'));
        if let Some((number, after)) = marked {
            out.push_str(number);
            rest = after;
        } else {
            out.push('"');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Whole, without sign, fraction or exponent, and above 2^53.
fn is_unsafe_integer(number: &str) -> bool {
    let limit = MAX_SAFE_INTEGER;
    number.len() > 15 && number.parse::<u64>().is_ok_and(|value| value > limit)
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next run of number characters outside strings.
    fn next_number(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.peek()? {
                b'"' => self.skip_string(),
                b'-' | b'0'..=b'9' => {
                    let start = self.at;
                    while matches!(
                        self.peek(),
                        Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
                    ) {
                        self.at += 1;
                    }
                    return Some((start, self.at));
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leaves_ordinary_text_alone() {
        let text = r#"{"a":9007199254740991,"b":"9999999999999999999","c":"\"9999999999999999999","d":-1.5e300}"#;
        assert!(matches!(protect(text), Cow::Borrowed(_)));
    }

    #[test]
    fn wraps_what_javascript_would_round() {
        assert_eq!(
            protect(r#"{"room":9007199254740993,"x":[18446744073709551615]}"#),
            r#"{"room":"\u0000int:9007199254740993","x":["\u0000int:18446744073709551615"]}"#
        );
    }

    #[test]
    fn torn_text_is_no_reason_to_panic() {
        for text in [
            "\"",
            "\"\\",
            "12345678901234567890",
            "{\"a\":12345678901234567",
            "é1234567890123456789",
        ] {
            let guarded = protect(text);
            assert_eq!(unprotect(&guarded), text);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_survives(text in any::<String>()) {
            prop_assert_eq!(unprotect(&protect(&text)), text);
        }

        #[test]
        fn arbitrary_integers_survive(numbers in proptest::collection::vec(any::<u64>(), 0..8)) {
            let text = serde_json::to_string(&numbers).unwrap();
            prop_assert_eq!(unprotect(&protect(&text)), text);
        }
    }
}
