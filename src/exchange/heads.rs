//! What is said of files and messages, made fit; and how much of it there may be.

use std::collections::VecDeque;

use super::frames::PIECE_BYTES;
use super::words::{Announced, Number};
use crate::engine::Millis;
use crate::{Error, ErrorCode, Id, Map};

/// Bytes of a file, and of all that come from one person at a time.
pub(super) const MOST_BYTES: u64 = 268_435_456;
/// Files that come from one person at a time.
const AT_A_TIME: usize = 8;
/// A file of which nothing came for so long is given up.
const PATIENCE: Millis = Millis(30_000);
const NAME_CHARACTERS: usize = 255;
const TYPE_CHARACTERS: usize = 64;
/// Of a Blob as much is read at a time, bytes.
pub(super) const READ_BYTES: u64 = 16 * PIECE_BYTES as u64;

/// Characters of a chat message; all of them fit into a frame, whatever they are.
const CHAT_CHARACTERS: usize = 16_384;
/// Numbers of somebody's messages that are remembered, so that what is said twice is heard once: more than come within
/// seconds.
const REMEMBERED: usize = 2_048;
/// As many people's: those who lost their session part, and come back with the same id.
const PEOPLE: usize = 1_024;

/// What makes a path, what cannot be seen, and what turns the reading direction.
fn is_unfit(character: char) -> bool {
    matches!(character, '/' | '\\' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || character.is_control()
}

/// A file's name as it can be shown, and be used for saving.
pub(super) fn fit_name(name: &str) -> String {
    let mut room = NAME_CHARACTERS;
    let short = name.chars().take_while(|character| {
        let length = character.len_utf16();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    });
    let fit: String =
        short.map(|character| if is_unfit(character) { '_' } else { character }).collect();
    let fit = fit.trim();
    if fit.bytes().all(|byte| byte == b'.') { "file".to_owned() } else { fit.to_owned() }
}

fn is_media_type(kind: &str) -> bool {
    let is_part = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
        (1..=TYPE_CHARACTERS).contains(&part.len()) && part.bytes().all(fits)
    };
    kind.split_once('/').is_some_and(|(one, other)| is_part(one) && is_part(other))
}

/// What is said of a file, fit to be shown; nothing if it makes no sense.
pub(super) fn fit(file: Announced) -> Option<Announced> {
    let kind = if is_media_type(&file.kind) { file.kind } else { String::new() };
    let fit = Announced { name: fit_name(&file.name), kind, size: file.size };
    (fit.size <= MOST_BYTES).then_some(fit)
}

/// Whether somebody may begin another file of this size, besides those of these sizes. Nobody who means well sends so
/// much at a time.
pub(super) fn may_begin(sizes: &[u64], size: u64) -> bool {
    sizes.len() < AT_A_TIME
        && sizes.iter().fold(size, |sum, one| sum.saturating_add(*one)) <= MOST_BYTES
}

/// How far a file has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    size: u64,
    received: u64,
    until: Millis,
}

/// What a piece brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// More of it.
    More,
    /// The last of it.
    Whole,
    /// It is not the next: something was lost.
    Lost,
}

impl Arrival {
    pub(super) fn new(size: u64, now: Millis) -> Self {
        Self { size, received: 0, until: now + PATIENCE }
    }

    /// The next piece, from this byte on.
    pub(super) fn add(&mut self, at: u64, length: u64, now: Millis) -> Step {
        if at != self.received || length > self.size - self.received {
            return Step::Lost;
        }
        self.received += length;
        self.until = now + PATIENCE;
        if self.is_whole() { Step::Whole } else { Step::More }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.received == self.size
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// When it is given up.
    pub(super) fn until(&self) -> Millis {
        self.until
    }
}

/// Whether people may be sent this.
pub(super) fn check_chat(text: &str) -> Result<(), Error> {
    let wrong = |text| Err(Error::new(ErrorCode::InvalidArgument, text));
    match text.encode_utf16().count() {
        0 => wrong("text: expected text"),
        1..=CHAT_CHARACTERS => Ok(()),
        _ => wrong("text: at most 16384 characters"),
    }
}

/// Which messages were heard, by sender.
#[derive(Debug, Default)]
pub(super) struct Heard(Map<Id, VecDeque<Number>>);

impl Heard {
    /// Whether it is news.
    pub(super) fn hear(&mut self, from: &Id, number: Number, text: &str) -> bool {
        if text.encode_utf16().count() > CHAT_CHARACTERS {
            return false;
        }
        if !self.0.contains_key(from) {
            self.forget();
            self.0.insert(from.clone(), VecDeque::new());
        }
        let Some(heard) = self.0.get_mut(from) else { return false };
        if heard.contains(&number) {
            return false;
        }
        heard.push_back(number);
        if heard.len() > REMEMBERED {
            heard.pop_front();
        }
        true
    }

    /// The oldest make room.
    fn forget(&mut self) {
        let mut excess = (self.0.len() + 1).saturating_sub(PEOPLE);
        self.0.retain(|_, _| {
            let keeps = excess == 0;
            excess = excess.saturating_sub(1);
            keeps
        });
    }

    pub(super) fn over(&mut self) {
        self.0 = Map::new();
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_as_the_npm_package_makes_them() {
        let cases = [
            ("a.txt", "a.txt"),
            ("../../x", ".._.._x"),
            ("C:\\y", "C:_y"),
            ("cod\u{202e}gpj.exe", "cod_gpj.exe"),
            ("\0", "_"),
            ("", "file"),
            ("..", "file"),
            (" a ", "a"),
            ("../../etc/pass\u{202e}wd", ".._.._etc_pass_wd"),
        ];
        for (name, expected) in cases {
            assert_eq!(fit_name(name), expected);
        }
        assert_eq!(fit_name(&"x".repeat(300)), "x".repeat(255));
        assert_eq!(fit_name(&format!("{}😀", "é".repeat(254))), "é".repeat(254));
    }

    #[test]
    fn types_that_are_none_are_left_out_and_files_have_a_limit() {
        let file = |kind: &str, size| Announced { name: "a".into(), kind: kind.into(), size };
        assert_eq!(fit(file("text/html; x=\"<b>\"", 1)).unwrap().kind, "");
        assert_eq!(fit(file("image/svg+xml", 1)).unwrap().kind, "image/svg+xml");
        assert_eq!(fit(file("a/b/c", 1)).unwrap().kind, "");
        assert!(fit(file("", MOST_BYTES)).is_some());
        assert!(fit(file("", MOST_BYTES + 1)).is_none());
        assert!(may_begin(&[1; 7], 1) && !may_begin(&[1; 8], 1));
        assert!(may_begin(&[1], MOST_BYTES - 1) && !may_begin(&[1], MOST_BYTES));
        assert!(!may_begin(&[u64::MAX], u64::MAX));
    }

    #[test]
    fn a_message_is_heard_once() {
        let mut heard = Heard::default();
        let (ada, bob) = (Id::from(1), Id::from(2));
        assert!(heard.hear(&ada, Number(1), "x"));
        assert!(!heard.hear(&ada, Number(1), "x"));
        assert!(heard.hear(&bob, Number(1), "x"));
        assert!(!heard.hear(&ada, Number(2), &"x".repeat(16_385)));
        for number in 0..10_000 {
            heard.hear(&ada, Number(number), "x");
        }
        assert_eq!(heard.0.get(&ada).unwrap().len(), REMEMBERED);
        // As they are when their session was lost.
        assert!(!heard.hear(&ada, Number(9_999), "x"));
        for id in 2..3_000_u64 {
            heard.hear(&Id::from(id), Number(1), "x");
        }
        assert_eq!(heard.0.len(), PEOPLE);
        assert!(heard.hear(&ada, Number(9_999), "x"));
    }

    #[test]
    fn chat_is_bounded_as_javascript_counts() {
        assert!(check_chat("").is_err());
        assert!(check_chat(&"😀".repeat(8_192)).is_ok());
        assert!(check_chat(&"😀".repeat(8_193)).is_err());
    }

    proptest! {
        #[test]
        fn files_arrive_whole_or_not_at_all(size in 0..300_000_u64, cuts in prop::collection::vec(1..60_000_u64, 0..20), drop_at in 0..30_usize) {
            let mut arrival = Arrival::new(size, Millis(0));
            let (mut at, mut lost) = (0, false);
            for (index, cut) in cuts.iter().enumerate() {
                let length = (*cut).min(size - at);
                if length == 0 { break; }
                if index != drop_at {
                    let step = arrival.add(at, length, Millis(1));
                    prop_assert_eq!(step == Step::Lost, lost);
                    if lost { break; }
                    prop_assert_eq!(step == Step::Whole, at + length == size);
                }
                lost = index == drop_at;
                at += length;
            }
            prop_assert_eq!(arrival.is_whole(), arrival.received() == size);
        }

        #[test]
        fn nonsense_is_lost(size in 0..100_u64, pieces in prop::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
            let mut arrival = Arrival::new(size, Millis(0));
            for (at, length) in pieces {
                arrival.add(at % 100, length, Millis(0));
                arrival.add(arrival.received(), length % 10, Millis(0));
                prop_assert!(arrival.received() <= size);
            }
        }

        #[test]
        fn any_name_is_made_fit(name: String) {
            let fit = fit_name(&name);
            prop_assert!(!fit.is_empty() && !fit.chars().any(is_unfit));
            prop_assert!(fit.encode_utf16().count() <= NAME_CHARACTERS);
        }
    }
}
