//! Signalling text without its secrets.

/// A field whose name holds one of these has a secret for its value.
const WORDS: [&str; 8] =
    ["secret", "token", "passw", "credential", "crypto", "admin_key", "_pwd", "authorization"];
/// A field of one of these names has a secret for its value. `allowed` holds tokens.
const NAMES: [&str; 4] = ["pin", "new_pin", "allowed", "key"];
/// What follows one of these in text is a secret: ICE passwords and keys in SDP, queries of addresses.
const MARKS: [&str; 7] =
    ["ice-pwd:", "inline:", "token=", "apisecret=", "admin_secret=", "pin=", "secret="];
/// Ends a secret within text.
const ENDS: &[u8] = b"\"\\&# \r\n|";

/// What stands where a secret stood.
const HIDDEN: &str = "[redacted]";

/// JSON text with pins, tokens, secrets, keys and ICE passwords replaced.
///
/// ```
/// use janus_wasm::engine::redact;
/// let text = r#"{"janus":"message","body":{"pin":"1234","sdp":"a=ice-pwd:abc\r\n"}}"#;
/// let shown = r#"{"janus":"message","body":{"pin":"[redacted]","sdp":"a=ice-pwd:[redacted]\r\n"}}"#;
/// assert_eq!(redact(text), shown);
/// ```
pub fn redact(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'"' {
            out.push(*first);
            rest = tail;
            continue;
        }
        let (string, after) = take_string(rest);
        push_words(&mut out, string);
        rest = after;
        let [b':', value @ ..] = after.trim_ascii_start() else { continue };
        let value = value.trim_ascii_start();
        // Whether there is a secret at all is none.
        if is_secret(string) && !matches!(value.first(), Some(b't' | b'f' | b'n')) {
            out.extend_from_slice([":\"", HIDDEN, "\""].concat().as_bytes());
            rest = skip_value(value);
        }
    }
    text_of(out)
}

/// Plain text, such as an address, with what may be a secret replaced.
pub fn redact_words(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    push_words(&mut out, text.as_bytes());
    text_of(out)
}

/// Text is only ever cut beside ASCII, so that what is left is still text.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

fn push_words(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(mark.as_bytes())) {
            out.extend_from_slice([mark, HIDDEN].concat().as_bytes());
            let secret = rest.iter().skip(mark.len()).take_while(|byte| !ENDS.contains(byte));
            rest = behind(rest, mark.len() + secret.count());
        } else {
            out.push(*first);
            rest = tail;
        }
    }
}

/// A quoted string with its quotes, and what comes after it.
fn take_string(quoted: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    for (at, byte) in quoted.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return quoted.split_at_checked(at + 1).unwrap_or((quoted, &[])),
            _ => {}
        }
    }
    (quoted, &[])
}

/// Whether a quoted string is the name of something secret.
fn is_secret(string: &[u8]) -> bool {
    let is = |part: &[u8], word: &str| part.eq_ignore_ascii_case(word.as_bytes());
    let [_, name @ .., _] = string else { return false };
    NAMES.iter().any(|word| is(name, word))
        || WORDS.iter().any(|word| name.windows(word.len()).any(|part| is(part, word)))
}

/// What comes after a value: a string, a list or object with all it holds, or anything up to a comma.
fn skip_value(value: &[u8]) -> &[u8] {
    let mut depth = 0_u32;
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        match first {
            b']' | b'}' | b',' if depth == 0 => return rest,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        rest = if *first == b'"' { take_string(rest).1 } else { tail };
        let goes_on = |next: &u8| next.is_ascii_alphanumeric() || b".-+".contains(next);
        if depth == 0 && !rest.first().is_some_and(goes_on) {
            return rest;
        }
    }
    rest
}

fn behind(text: &[u8], count: usize) -> &[u8] {
    text.get(count..).unwrap_or_default()
}
