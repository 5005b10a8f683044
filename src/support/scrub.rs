//! What must not be in a report: decided here, without a browser, so that it can be tried with anything.

use crate::protocol::json::{Decode, fields, items, push_text};

/// A field whose name holds one of these holds a secret. The flight recorder left them out already; this is for what
/// comes from elsewhere.
const SECRET: [&str; 8] =
    ["secret", "token", "passw", "credential", "crypto", "admin_key", "_pwd", "authorization"];
/// A field of one of these names does, too.
const SECRET_NAMES: [&str; 4] = ["pin", "new_pin", "newpin", "allowed"];
/// Fields that hold what people call themselves, be it as those one receives from, or their devices.
const PERSONAL: [&str; 7] =
    ["display", "feed_display", "metadata", "feed_metadata", "opaque_id", "username", "label"];
/// Fields that hold where people are, in what the server says.
const WHERE: [&str; 3] = ["local-ip", "public-ip", "public-ips"];
/// Fields that hold addresses, in what the browser says.
const ADDRESS: [&str; 4] = ["address", "ip", "ipAddress", "relatedAddress"];
const DESCRIPTION: [&str; 2] = ["description", "feed_description"];
/// What follows one of these in text is a secret.
const MARKS: [&str; 2] = ["ice-pwd:", "inline:"];
const SOURCES: [&str; 4] = ["camera", "microphone", "screen", "unknown"];

const HIDDEN: &str = "[redacted]";
/// What is shorter is in other words by chance.
const SHORTEST: usize = 4;
const DEEPEST: usize = 40;

/// What is known to be secret, and what is to be left as it is.
#[derive(Debug, Default)]
pub(super) struct Scrubbing {
    pub(super) secrets: Vec<String>,
    /// Whether addresses stay.
    pub(super) addresses: bool,
}

/// JSON text without secrets, names and addresses, and not too deep. What is no JSON is not shown.
pub(super) fn scrub(json: &str, scrubbing: &Scrubbing) -> String {
    let mut out = String::new();
    push(&mut out, json, scrubbing, 0);
    out
}

fn push(out: &mut String, value: &str, scrubbing: &Scrubbing, depth: usize) {
    let value = value.trim_ascii();
    if depth >= DEEPEST && value.starts_with(['{', '[']) {
        out.push_str("null");
    } else if let Some(items) = items(value) {
        out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            push(out, item, scrubbing, depth + 1);
        }
        out.push(']');
    } else if let Some(fields) = fields(value) {
        out.push('{');
        for (index, (name, field)) in fields.into_iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            let name = text_of(&["\"", name, "\""].concat()).unwrap_or_default();
            push_text(out, &scrub_text(&name, scrubbing));
            out.push(':');
            push_field(out, &name, field, scrubbing, depth);
        }
        out.push('}');
    } else if let Some(text) = text_of(value) {
        push_text(out, &scrub_text(&text, scrubbing));
    } else {
        out.push_str(if value.is_empty() { "null" } else { value });
    }
}

fn push_field(out: &mut String, name: &str, field: &str, scrubbing: &Scrubbing, depth: usize) {
    // Whether there is a secret at all is none.
    let says_nothing = matches!(field, "true" | "false" | "null");
    match text_of(field) {
        _ if is_hidden(name, scrubbing) && !says_nothing => push_text(out, HIDDEN),
        Some(text) if DESCRIPTION.contains(&name) => push_text(out, &described(&text)),
        Some(text) if ADDRESS.contains(&name) && !scrubbing.addresses => {
            push_text(out, if text.is_empty() { "" } else { address_kind(&text) });
        }
        _ => push(out, field, scrubbing, depth + 1),
    }
}

fn text_of(value: &str) -> Option<String> {
    String::decode(value).ok()
}

fn is_hidden(name: &str, scrubbing: &Scrubbing) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&lower.as_str())
        || SECRET.iter().any(|word| lower.contains(word))
        || PERSONAL.contains(&name)
        || WHERE.contains(&name) && !scrubbing.addresses
}

/// `192.0.2.1` as `[ipv4]`.
pub(super) fn address_kind(address: &str) -> &'static str {
    if address.rsplit_once('.').is_some_and(|(_, last)| last == "local") {
        "[mdns]"
    } else if address.contains(':') {
        "[ipv6]"
    } else {
        "[ipv4]"
    }
}

/// Text without passwords of SDP, secrets that are known, and addresses.
pub(super) fn scrub_text(text: &str, scrubbing: &Scrubbing) -> String {
    let mut shown = MARKS.iter().fold(text.to_owned(), |text, mark| without_marked(&text, mark));
    for secret in scrubbing.secrets.iter().filter(|secret| secret.chars().count() >= SHORTEST) {
        shown = shown.replace(secret.as_str(), HIDDEN);
    }
    if scrubbing.addresses {
        return shown;
    }
    without_origins(&without_candidates(&shown))
}

/// What stands before the first of these words, and behind it.
fn cut<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(word)
}

fn without_marked(text: &str, mark: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = cut(rest, mark) {
        let is_end = |one: char| one.is_whitespace() || matches!(one, '\\' | '"' | '|');
        let end = after.find(is_end).unwrap_or(after.len());
        out.extend([before, mark, if end > 0 { HIDDEN } else { "" }]);
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Reads words that are parted by one space each.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// What stands here as long as it passes, which is something.
    fn take(&mut self, passes: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.0.find(|one| !passes(one)).unwrap_or(self.0.len());
        let word = self.0.get(..end).filter(|word| !word.is_empty())?;
        self.0 = self.0.get(end..)?;
        Some(word)
    }

    fn pass(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    fn word(&mut self) -> Option<&'a str> {
        let word = self.take(|one| !one.is_whitespace())?;
        self.pass(" ")?;
        Some(word)
    }

    fn number(&mut self) -> Option<&'a str> {
        self.take(|one| one.is_ascii_digit())
    }
}

/// A candidate, from behind its first word on: what stands before its address, what is shown of it, and the rest.
fn candidate(text: &str) -> Option<(&str, String, &str)> {
    let mut words = Words(text);
    words.word()?;
    words.number()?;
    words.pass(" ")?;
    words.word()?;
    words.number()?;
    words.pass(" ")?;
    let before = text.get(..text.len() - words.0.len())?;
    let address = words.word()?;
    let port = words.number()?;
    words.pass(" typ ")?;
    let kind = words.take(|one| one.is_ascii_alphanumeric() || one == '_')?;
    let mut related = Words(words.0);
    let is_related = (|| {
        related.pass(" raddr ")?;
        related.word()?;
        related.pass("rport ")?;
        related.number()
    })();
    let rest = if is_related.is_some() { related.0 } else { words.0 };
    Some((before, [address_kind(address), " ", port, " typ ", kind].concat(), rest))
}

fn without_candidates(text: &str) -> String {
    const MARK: &str = "candidate:";
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = cut(rest, MARK) {
        out.extend([before, MARK]);
        rest = match candidate(after) {
            Some((kept, shown, behind)) => {
                out.extend([kept, &shown]);
                behind
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// `IN IP4 192.0.2.1`, of which the kind stays.
fn without_origins(text: &str) -> String {
    const MARK: &str = "IN IP";
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = cut(rest, MARK) {
        out.extend([before, MARK]);
        let is_word = before.ends_with(|one: char| one.is_alphanumeric() || one == '_');
        let mut words = Words(after);
        let kind = words.word().filter(|kind| matches!(*kind, "4" | "6") && !is_word);
        let address = words.take(|one| !one.is_whitespace());
        rest = if let (Some(kind), Some(_)) = (kind, address) {
            out.extend([kind, " [address]"]);
            words.0
        } else {
            after
        };
    }
    out.push_str(rest);
    out
}

/// What a stream is, without its name; other people's words are names.
fn described(words: &str) -> String {
    const MUTED: &str = " (muted)";
    let source = |words: &str| {
        let is = |one: &&&str| {
            let rest = words.strip_prefix(**one);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
        };
        SOURCES.iter().find(is).copied()
    };
    let muted = words.strip_suffix(MUTED).and_then(source).map(|source| [source, MUTED].concat());
    muted.or_else(|| source(words).map(str::to_owned)).unwrap_or_else(|| HIDDEN.to_owned())
}

/// An address of a server, without what may be secret in it.
pub(super) fn shown_address(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let path = rest.split_once('/').map_or(String::new(), |(_, path)| ["/", path].concat());
    [scheme, "://", host, &path].concat()
}

/// The addresses in a list of STUN and TURN servers, JSON of `RTCIceServer`s, and the secrets in it.
pub(super) fn ice_servers(json: &str) -> Vec<IceServer> {
    let all = items(json).unwrap_or_default().into_iter().map(|server| {
        let fields = fields(server).unwrap_or_default();
        let find = |name: &str| fields.iter().find(|(other, _)| *other == name).map(|it| it.1);
        let urls = find("urls").map_or(Vec::new(), |urls| {
            let many = items(urls).unwrap_or_else(|| vec![urls]);
            many.into_iter().filter_map(text_of).collect()
        });
        let secrets =
            ["username", "credential"].into_iter().filter_map(|name| text_of(find(name)?));
        IceServer { urls, secrets: secrets.collect() }
    });
    all.collect()
}

/// A STUN or TURN server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IceServer {
    pub(super) urls: Vec<String>,
    /// Its user name and credential.
    pub(super) secrets: Vec<String>,
}

#[cfg(all(test, not(target_family = "wasm")))]
#[path = "scrub_tests.rs"]
mod tests;
