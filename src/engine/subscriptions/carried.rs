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

/// The same of SVC, where it costs a key frame each time, and a stream may well have fewer layers.
const ATTEMPTS_OF_SVC: u32 = 3;

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
    /// It is one of SVC.
    svc: bool,
    key_frame: bool,
}

impl Carried {
    pub(super) fn new(wish: Wish) -> Self {
        Self { wish, unsure: false, asked: None, actual: None, svc: false, key_frame: false }
    }

    pub(super) fn forget(&mut self) {
        self.unsure = true;
    }

    pub(super) fn ask_key_frame(&mut self) {
        self.key_frame = true;
    }

    pub(super) fn came(&mut self, layer: &Layer) {
        self.actual = layer.substream.or(layer.spatial_layer).or(self.actual);
        self.svc |= layer.spatial_layer.is_some();
        if self.actual == Some(self.wish.terms.spatial()) {
            self.asked = None;
        } else if self.svc {
            // Of SVC Janus begins with the least layer and goes on to the others with a key frame that comes when it has
            // seen them: nobody asks for that one but us.
            self.asked.get_or_insert((Millis(0), 0));
        }
    }

    /// When the layer has to be asked for again.
    pub(super) fn deadline(&self) -> Option<Millis> {
        let most = if self.svc { ATTEMPTS_OF_SVC } else { ATTEMPTS };
        let (last, times) = self.asked.filter(|(_, times)| *times < most)?;
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
            // To be told the same layer again means something to Janus where there are substreams alone.
            self.key_frame |= self.svc;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::subscriptions::StreamRef;
    use crate::protocol::Id;
    use crate::protocol::videoroom::StreamKind;

    const LATER: Millis = Millis(50_000);

    fn carried() -> Carried {
        let stream = StreamRef { feed: Id::from(1), mid: "0".to_owned() };
        Carried::new(Wish { stream, kind: StreamKind::Video, codec: None, terms: Terms::default() })
    }

    fn came(spatial_layer: u32) -> Layer {
        let (substream, temporal, temporal_layer) = (None, None, None);
        let spatial_layer = Some(spatial_layer);
        Layer { mid: "0".to_owned(), substream, temporal, spatial_layer, temporal_layer }
    }

    #[test]
    fn the_best_of_svc_is_asked_for_with_key_frames_until_it_comes() {
        let (mut carried, best) = (carried(), Terms::default());
        assert_eq!(carried.tell(LATER, "0", &best), None);
        carried.came(&came(0));
        let entry = carried.tell(LATER, "0", &best).unwrap();
        assert_eq!((entry.spatial_layer, entry.send), (Some(2), Some(true)));
        assert_eq!(carried.tell(LATER, "0", &best), None, "not at once");
        assert_eq!(carried.deadline(), Some(LATER + AGAIN));
        carried.came(&came(2));
        assert_eq!(carried.deadline(), None);
    }

    #[test]
    fn a_best_layer_that_is_never_sent_is_given_up() {
        let (mut carried, best, mut asked) = (carried(), Terms::default(), 0);
        carried.came(&came(0));
        while let Some(due) = carried.deadline() {
            asked += u32::from(carried.tell(due, "0", &best).is_some());
        }
        assert_eq!(asked, ATTEMPTS_OF_SVC);
    }
}
