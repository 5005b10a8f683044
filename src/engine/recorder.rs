//! The flight recorder: what was said last and where the connection stood, for a report.

use std::collections::VecDeque;

use super::{Millis, redact, redact_words};
use crate::protocol::json::push_text;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message to the server.
    Sent,
    /// A message from the server.
    Received,
    /// Something from the server that is no message of Janus; the text is words about it.
    Unreadable,
    /// A connection is being opened; the text is the address.
    Opening,
    /// It is open.
    Opened,
    /// It was dropped.
    Dropped,
    /// The connection stands elsewhere; the text is the state, and why.
    State,
}

impl Kind {
    /// The kind as the exported file has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Unreadable => "unreadable",
            Self::Opening => "opening",
            Self::Opened => "opened",
            Self::Dropped => "dropped",
            Self::State => "state",
        }
    }

    fn is_json(self) -> bool {
        matches!(self, Self::Sent | Self::Received)
    }
}

/// The last so many happenings. Secrets are in its memory, and never in what it gives out.
#[derive(Debug)]
pub struct Recorder {
    capacity: usize,
    entries: VecDeque<(Millis, Kind, String)>,
}

impl Recorder {
    /// A recorder that keeps the last `capacity` happenings; 0 for none.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, entries: VecDeque::new() }
    }

    /// Takes down something that happened.
    pub fn record(&mut self, now: Millis, kind: Kind, text: &str) {
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back((now, kind, text.to_owned()));
    }

    /// Everything it has as one JSON text, without secrets: `{"version":1,"entries":[{"at":12,
    /// "kind":"sent","message":{...}}]}`, `at` in ms of the page's clock; `text` where it is no message.
    pub fn export(&self) -> String {
        let mut out = String::from(r#"{"version":1,"entries":["#);
        for (index, (at, kind, text)) in self.entries.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let head = ["\n{\"at\":", &at.0.to_string(), ",\"kind\":\"", kind.as_str(), "\""];
            out.push_str(&head.concat());
            if kind.is_json() {
                out.push_str(",\"message\":");
                out.push_str(&redact(text));
            } else if !text.is_empty() {
                out.push_str(",\"text\":");
                push_text(&mut out, &redact_words(text));
            }
            out.push('}');
        }
        out.push_str("\n]}\n");
        out
    }
}
