//! What travels on data channels, byte for byte as the npm package has it.
//!
//! Janus drops messages of more than 64 kB. What fits travels as it is, so that clients that are not ours exchange
//! it with us; what does not travels in pieces with a head. What the library says of itself travels as binary
//! messages of one frame, so that clients that read text are not shown it. Integers are big-endian:
//!
//! | bytes | a piece of a message | words | a piece of a file |
//! |---|---|---|---|
//! | 0 to 3 | `JWC` and 1 | `JWX` and 1 | `JWX` and 2 |
//! | 4 to 7 | the number of the message | JSON from here on | the number of the file |
//! | 8 to 11 | where the piece begins | | where the piece begins, |
//! | 12 to 15 | the length of the whole; the top bit says text | | of eight bytes |

use std::ops::Range;

/// What a message may have, bytes. The server's limit is 65,535; 60,000 is what was seen to pass everywhere.
pub(super) const MAX_FRAME_BYTES: usize = 60_000;
/// The head of a piece.
pub(super) const HEAD_BYTES: usize = 16;
/// What of a message or a file fits into a piece.
pub(super) const PIECE_BYTES: u32 = 59_984;

const WORDS: [u8; 4] = *b"JWX\x01";
const FILE_PIECE: [u8; 4] = *b"JWX\x02";
const MESSAGE_PIECE: [u8; 4] = *b"JWC\x01";
const TEXT: u32 = 0x8000_0000;

/// What a binary message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A message of its own.
    Message,
    /// One of several pieces of a message.
    Piece(Piece),
    /// JSON behind the first four bytes.
    Words,
    /// A piece of a file behind its head: the number of the file, and where the piece begins.
    FilePiece(u32, u64),
    /// Something that a newer library says, or nonsense.
    Unknown,
}

/// The head of a piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) number: u32,
    pub(super) at: u32,
    /// Of the whole message.
    pub(super) length: u32,
    pub(super) is_text: bool,
}

fn number(head: &[u8], at: usize) -> u32 {
    let four = head.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    four.map_or(0, u32::from_be_bytes)
}

/// Sorts a binary message by its first sixteen bytes, or as many as there are, and its length.
pub(super) fn sort(head: &[u8], length: usize) -> Frame {
    if length <= WORDS.len() {
        return Frame::Message;
    }
    let has_body = length > HEAD_BYTES;
    if head.starts_with(&WORDS) {
        Frame::Words
    } else if head.starts_with(&FILE_PIECE) && has_body {
        let at = u64::from(number(head, 8)) << 32 | u64::from(number(head, 12));
        Frame::FilePiece(number(head, 4), at)
    } else if head.starts_with(b"JWX") {
        Frame::Unknown
    } else if head.starts_with(&MESSAGE_PIECE) && has_body {
        let flagged = number(head, 12);
        Frame::Piece(Piece {
            number: number(head, 4),
            at: number(head, 8),
            length: flagged & !TEXT,
            is_text: flagged & TEXT != 0,
        })
    } else {
        Frame::Message
    }
}

/// Whether a message travels as it is. What a page sends must not be taken for what the library does: that travels
/// in pieces then.
pub(super) fn travels_whole(head: &[u8], length: usize, is_text: bool) -> bool {
    length <= MAX_FRAME_BYTES && (is_text || sort(head, length) == Frame::Message)
}

/// Words in an envelope; nothing if they are too long for a frame.
pub(super) fn wrap(json: &str) -> Option<Vec<u8>> {
    let envelope = [&WORDS, json.as_bytes()].concat();
    (envelope.len() <= MAX_FRAME_BYTES).then_some(envelope)
}

/// The text in an envelope of words.
pub(super) fn unwrap(envelope: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(envelope.get(WORDS.len()..)?);
    Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn written(word: [u8; 4], number: u32, rest: u64) -> [u8; HEAD_BYTES] {
    let word = u128::from(u32::from_be_bytes(word));
    (word << 96 | u128::from(number) << 64 | u128::from(rest)).to_be_bytes()
}

/// The head of a piece of a file.
pub(super) fn file_head(number: u32, at: u64) -> [u8; HEAD_BYTES] {
    written(FILE_PIECE, number, at)
}

/// A message on its way in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    next: Piece,
}

impl Cursor {
    pub(super) fn new(number: u32, length: u32, is_text: bool) -> Self {
        Self { next: Piece { number, at: 0, length, is_text } }
    }

    /// Begins again, as another message: what arrived of the one before is of no use.
    pub(super) fn again(&mut self, number: u32) {
        self.next = Piece { number, at: 0, ..self.next };
    }

    /// The head of the next piece and which bytes belong to it; nothing when all were sent.
    pub(super) fn piece(&self) -> Option<([u8; HEAD_BYTES], Range<u32>)> {
        let Piece { number, at, length, is_text } = self.next;
        if at >= length {
            return None;
        }
        let flagged = if is_text { length | TEXT } else { length };
        let head = written(MESSAGE_PIECE, number, u64::from(at) << 32 | u64::from(flagged));
        Some((head, at..length.min(at.saturating_add(PIECE_BYTES))))
    }

    pub(super) fn advance(&mut self) {
        self.next.at = self.next.at.saturating_add(PIECE_BYTES);
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    /// What the npm package writes for these, in the order in which it writes it.
    #[test]
    fn pieces_are_those_of_the_npm_package() {
        let cases = [
            (
                60_001,
                true,
                vec![
                    ("4a5743014b21ecd3000000008000ea61", 59_984),
                    ("4a5743014b21ecd30000ea508000ea61", 17),
                ],
            ),
            (
                120_000,
                false,
                vec![
                    ("4a5743014b21ecd3000000000001d4c0", 59_984),
                    ("4a5743014b21ecd30000ea500001d4c0", 59_984),
                    ("4a5743014b21ecd30001d4a00001d4c0", 32),
                ],
            ),
            (5, false, vec![("4a5743014b21ecd30000000000000005", 5)]),
        ];
        for (length, is_text, expected) in cases {
            let mut cursor = Cursor::new(0x4b21_ecd3, length, is_text);
            for (head, body) in expected {
                let (written, range) = cursor.piece().unwrap();
                assert_eq!(written.as_slice(), bytes(head));
                assert_eq!(range.len(), body);
                cursor.advance();
            }
            assert_eq!(cursor.piece(), None);
        }
    }

    #[test]
    fn pieces_of_files_are_those_of_the_npm_package() {
        let head = bytes("4a575802deadbeef0000000200000005");
        assert_eq!(file_head(0xdead_beef, (1 << 33) + 5).as_slice(), head);
        assert_eq!(sort(&head, 19), Frame::FilePiece(0xdead_beef, (1 << 33) + 5));
        assert_eq!(sort(&head, 16), Frame::Unknown);
    }

    #[test]
    fn what_looks_like_ours_travels_in_pieces_and_text_never_does() {
        assert!(!travels_whole(&bytes("4a57580905"), 5, false));
        assert!(travels_whole(&bytes("4a575809"), 4, false));
        assert!(!travels_whole(&bytes("4a574301070707070707070707070707"), 17, false));
        assert!(travels_whole(&bytes("4a574301070707070707070707070707"), 16, false));
        assert!(travels_whole(b"JWX\x01{}", 6, true));
        assert!(travels_whole(b"", MAX_FRAME_BYTES, true));
        assert!(!travels_whole(b"", MAX_FRAME_BYTES + 1, true));
    }

    #[test]
    fn envelopes_have_a_limit() {
        assert_eq!(wrap(r#"{"is":"hello"}"#).unwrap(), b"JWX\x01{\"is\":\"hello\"}");
        assert!(wrap(&"x".repeat(MAX_FRAME_BYTES - 4)).is_some());
        assert!(wrap(&"x".repeat(MAX_FRAME_BYTES - 3)).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_sorted(head in prop::collection::vec(any::<u8>(), 0..20), length in 0..100_000_usize) {
            sort(&head, length);
            unwrap(&head);
        }

        #[test]
        fn what_is_cut_is_all_of_it(number: u32, length in 1..10_000_000_u32, is_text: bool) {
            let mut cursor = Cursor::new(number, length, is_text);
            let mut end = 0;
            while let Some((head, range)) = cursor.piece() {
                prop_assert_eq!(range.start, end);
                let whole = HEAD_BYTES + range.len();
                prop_assert!(whole <= MAX_FRAME_BYTES);
                prop_assert_eq!(sort(&head, whole), Frame::Piece(Piece { number, at: end, length, is_text }));
                end = range.end;
                cursor.advance();
            }
            prop_assert_eq!(end, length);
        }
    }
}
