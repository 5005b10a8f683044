//! Puts messages that came in pieces together again.

use super::frames::{PIECE_BYTES, Piece};
use crate::Map;
use crate::engine::Millis;

/// A message may have so much, bytes; larger ones are passed over.
pub(super) const MAX_BYTES: u32 = 64 * 1_048_576;
/// A message of which nothing came for so long is given up: a piece of a lossy one was lost.
const PATIENCE: Millis = Millis(30_000);
/// Messages in pieces that may be under way from one sender, and how often they may have the size of the largest.
const UNDER_WAY: usize = 256;
const LARGEST_UNDER_WAY: u64 = 2;

struct Partial<B> {
    number: u32,
    length: u32,
    pieces: Vec<(u32, B)>,
    missing: u32,
    seen: Millis,
}

impl<B> Partial<B> {
    fn bytes(&self) -> u64 {
        u64::from(self.length - self.missing)
    }
}

/// The pieces of a message that is complete, each with where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Whole<B> {
    pub(super) length: u32,
    pub(super) is_text: bool,
    pub(super) pieces: Vec<(u32, B)>,
}

/// By sender, what is under way: what something came of least recently comes first.
pub(super) struct Reassembly<B>(Map<String, Vec<Partial<B>>>);

impl<B> Default for Reassembly<B> {
    fn default() -> Self {
        Self(Map::new())
    }
}

impl<B> Reassembly<B> {
    /// Takes a piece of this many bytes. The message, if it is complete now.
    pub(super) fn take(
        &mut self,
        sender: &str,
        head: Piece,
        size: usize,
        body: B,
        now: Millis,
    ) -> Option<Whole<B>> {
        let Piece { number, at, length, is_text } = head;
        let expected = length.checked_sub(at).map(|rest| rest.min(PIECE_BYTES));
        let size = u32::try_from(size).ok().filter(|size| expected == Some(*size) && *size > 0)?;
        if length > MAX_BYTES || at % PIECE_BYTES != 0 {
            return None;
        }
        // Of those who say nothing any more, too.
        for partials in self.0.values_mut() {
            give_up(partials, now);
        }
        if !self.0.contains_key(sender) {
            self.0.insert(sender.to_owned(), Vec::new());
        }
        let partials = self.0.get_mut(sender)?;
        let found = partials.iter().position(|partial| partial.number == number);
        let fits = |partial: &Partial<B>| {
            partial.length == length && partial.pieces.iter().all(|(other, _)| *other != at)
        };
        if found.and_then(|at| partials.get(at)).is_some_and(|partial| !fits(partial)) {
            return None;
        }
        let fresh = || Partial { number, length, pieces: Vec::new(), missing: length, seen: now };
        let mut partial = found.map_or_else(fresh, |at| partials.remove(at));
        partial.pieces.push((at, body));
        partial.missing = partial.missing.saturating_sub(size);
        partial.seen = now;
        if partial.missing == 0 {
            return Some(Whole { length, is_text, pieces: partial.pieces });
        }
        partials.push(partial);
        None
    }

    /// Gives up what those have under way who are gone.
    pub(super) fn forget(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.0.retain(|sender, _| !is_gone(sender));
    }

    pub(super) fn clear(&mut self) {
        self.0 = Map::new();
    }
}

/// Gives up what nothing came of for long, and of too much what nothing came of for longest.
fn give_up<B>(partials: &mut Vec<Partial<B>>, now: Millis) {
    let mut bytes: u64 = partials.iter().map(Partial::bytes).sum();
    while let Some(first) = partials.first() {
        let most = LARGEST_UNDER_WAY * u64::from(MAX_BYTES);
        let is_too_much = partials.len() > UNDER_WAY || bytes > most;
        if !is_too_much && first.seen.until(now) <= PATIENCE {
            return;
        }
        bytes -= first.bytes();
        partials.remove(0);
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::super::frames::{Cursor, Frame, HEAD_BYTES, sort};
    use super::*;
    use proptest::prelude::*;

    const NOW: Millis = Millis(1_000);

    fn cut(number: u32, message: &[u8]) -> Vec<(Piece, Vec<u8>)> {
        let mut cursor = Cursor::new(number, u32::try_from(message.len()).unwrap(), false);
        let mut cut = Vec::new();
        while let Some((head, range)) = cursor.piece() {
            let body = message[range.start as usize..range.end as usize].to_vec();
            let Frame::Piece(piece) = sort(&head, HEAD_BYTES + body.len()) else { panic!() };
            cut.push((piece, body));
            cursor.advance();
        }
        cut
    }

    fn joined(whole: Whole<Vec<u8>>) -> Vec<u8> {
        let mut bytes = vec![0; whole.length as usize];
        for (at, body) in whole.pieces {
            bytes[at as usize..at as usize + body.len()].copy_from_slice(&body);
        }
        bytes
    }

    fn partials(reassembly: &Reassembly<Vec<u8>>) -> usize {
        reassembly.0.values().map(Vec::len).sum()
    }

    #[test]
    fn what_is_forgotten_for_long_is_given_up() {
        let mut all = Reassembly::default();
        let [(first, begin), (second, end)] = &cut(1, &vec![7; 70_000])[..] else { panic!() };
        let later = Millis(NOW.0 + PATIENCE.0 + 1);
        assert_eq!(all.take("ada", *first, begin.len(), begin.clone(), NOW), None);
        assert_eq!(all.take("ada", *second, end.len(), end.clone(), later), None);
        assert_eq!(partials(&all), 1);
    }

    #[test]
    fn who_says_nothing_any_more_keeps_nothing_under_way() {
        let mut all = Reassembly::default();
        let pieces = cut(1, &vec![7; 70_000]);
        let mut say = |sender: &str, at: usize, now| {
            let (head, body) = &pieces[at];
            let whole = all.take(sender, *head, body.len(), body.clone(), now).is_some();
            (whole, partials(&all))
        };
        for sender in ["ada", "bob", "cleo"] {
            say(sender, 0, NOW);
        }
        assert_eq!(say("dora", 0, NOW), (false, 4));
        // Whoever speaks next sweeps for all.
        assert_eq!(say("dora", 0, Millis(NOW.0 + PATIENCE.0 + 1)), (false, 1));
        for sender in ["ada", "bob"] {
            say(sender, 0, NOW);
        }
        all.forget(|sender| sender == "ada");
        assert_eq!(partials(&all), 2);
        let (end, body) = &pieces[1];
        assert!(
            all.take("ada", *end, body.len(), body.clone(), NOW).is_none(),
            "its beginning is gone"
        );
        assert!(all.take("bob", *end, body.len(), body.clone(), NOW).is_some());
    }

    #[test]
    fn the_same_piece_and_another_length_are_passed_over() {
        let mut all = Reassembly::default();
        let pieces = cut(1, &vec![7; 70_000]);
        let (first, begin) = &pieces[0];
        for _ in 0..3 {
            assert_eq!(all.take("ada", *first, begin.len(), begin.clone(), NOW), None);
        }
        let other = Piece { length: 80_000, ..*first };
        assert_eq!(all.take("ada", other, begin.len(), begin.clone(), NOW), None);
        let (second, end) = &pieces[1];
        let whole = all.take("ada", *second, end.len(), end.clone(), NOW).unwrap();
        assert_eq!(joined(whole), vec![7; 70_000]);
        assert_eq!(partials(&all), 0);
    }

    #[test]
    fn what_is_begun_is_bounded() {
        let mut all = Reassembly::default();
        let size = PIECE_BYTES as usize;
        for number in 0..10_000 {
            let head = Piece { number, at: 0, length: MAX_BYTES, is_text: false };
            all.take("eve", head, size, (), NOW);
        }
        assert!(all.0.values().map(Vec::len).sum::<usize>() <= UNDER_WAY + 1);
        for at in 0..5_000 {
            let head = Piece {
                number: at % 5,
                at: at / 5 * PIECE_BYTES,
                length: MAX_BYTES,
                is_text: false,
            };
            all.take("eve", head, size, (), NOW);
            let bytes: u64 = all.0.values().flatten().map(Partial::bytes).sum();
            assert!(bytes <= LARGEST_UNDER_WAY * u64::from(MAX_BYTES) + u64::from(PIECE_BYTES));
        }
    }

    proptest! {
        #[test]
        fn any_order_of_several_messages_makes_them_whole(
            lengths in prop::collection::vec(60_001..200_000_usize, 1..5),
            order in prop::collection::vec(any::<u32>(), 20),
        ) {
            let messages: Vec<Vec<u8>> = lengths.iter().enumerate()
                .map(|(index, length)| (0..*length).map(|byte| u8::try_from((byte + index) % 251).unwrap()).collect())
                .collect();
            let mut pieces: Vec<_> = messages.iter().enumerate()
                .flat_map(|(index, message)| cut(u32::try_from(index).unwrap(), message)).collect();
            let mut all = Reassembly::default();
            let mut arrived = Vec::new();
            for choice in order.iter().cycle() {
                if pieces.is_empty() { break; }
                let (head, body) = pieces.swap_remove(*choice as usize % pieces.len());
                if let Some(whole) = all.take("ada", head, body.len(), body, NOW) {
                    arrived.push((head.number as usize, joined(whole)));
                }
            }
            prop_assert_eq!(arrived.len(), messages.len());
            for (index, message) in arrived {
                prop_assert_eq!(&message, &messages[index]);
            }
        }

        #[test]
        fn any_heads_do_no_harm(heads in prop::collection::vec((0..3_u32, any::<u32>(), any::<u32>(), any::<bool>(), 0..70_000_usize), 0..60)) {
            let mut all = Reassembly::default();
            for (number, at, length, is_text, size) in heads {
                for at in [at, at % 3 * PIECE_BYTES] {
                    all.take("eve", Piece { number, at, length, is_text }, size, (), NOW);
                    all.take("eve", Piece { number, at, length: length % 200_000, is_text }, size, (), NOW);
                }
            }
        }
    }
}
