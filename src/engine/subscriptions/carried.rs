//! One m-line: what it carries, what the server was told of it, and what comes.

use super::wish::{Terms, Wish};
use crate::engine::Millis;
use crate::engine::requests::Entry;
use crate::protocol::videoroom::event::Layer;

/// After how long without the layer that was asked for it is asked for again, ms. Janus passes over what
/// comes within a second of the last request for a key frame, and says nothing.
const AGAIN: Millis = Millis(1_100);

/// How often it is asked for: a publisher whose network is too narrow may send no such layer.
const ATTEMPTS: u32 = 5;

#[derive(Clone, Debug)]
pub(super) struct Carried {
    /// The stream, on the terms the server was told.
    pub(super) wish: Wish,
    /// Nobody knows whether the server heard of them.
    unsure: bool,
    /// When a layer was asked for last, and how often.
    asked: Option<(Millis, u32)>,
    /// The layer that comes.
    actual: Option<u32>,
    key_frame: bool,
}

impl Carried {
    pub(super) fn new(wish: Wish) -> Self {
        Self { wish, unsure: false, asked: None, actual: None, key_frame: false }
    }

    pub(super) fn forget(&mut self) {
        self.unsure = true;
    }

    pub(super) fn ask_key_frame(&mut self) {
        self.key_frame = true;
    }

    pub(super) fn came(&mut self, layer: &Layer) {
        self.actual = layer.substream.or(layer.spatial_layer).or(self.actual);
        if self.actual == Some(self.wish.terms.spatial()) {
            self.asked = None;
        }
    }

    /// When the layer has to be asked for again.
    pub(super) fn deadline(&self) -> Option<Millis> {
        let (last, times) = self.asked.filter(|(_, times)| *times < ATTEMPTS)?;
        self.actual.map(|_| last + Millis(AGAIN.0 << times.saturating_sub(1)))
    }

    /// What the server has to be told so that the stream comes on these terms.
    pub(super) fn tell(&mut self, now: Millis, mid: &str, terms: &Terms) -> Option<Entry> {
        let mut entry = Entry { mid: mid.to_owned(), ..Entry::default() };
        let told = Some(&self.wish.terms).filter(|_| !std::mem::take(&mut self.unsure));
        let mut differs = terms.differ(told, &mut entry);
        if entry.substream.is_some() {
            self.asked = Some((now, 1));
        } else if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.asked = self.asked.map(|(_, times)| (now, times + 1));
            entry.substream = Some(terms.spatial());
            entry.spatial_layer = entry.substream;
            differs = true;
        }
        if std::mem::take(&mut self.key_frame) && !terms.paused {
            entry.send = Some(true);
            differs = true;
        }
        self.wish.terms.clone_from(terms);
        differs.then_some(entry)
    }
}
