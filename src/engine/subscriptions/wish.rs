//! What is wanted of a stream.

use crate::engine::requests::Entry;
use crate::protocol::Id;
use crate::protocol::videoroom::StreamKind;
use crate::protocol::wire::wire;

/// A stream of a feed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamRef {
    /// The publisher.
    pub feed: Id,
    /// The publisher's mid.
    pub mid: String,
}

wire!(StreamRef { feed, mid });

/// How a stream is to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Not at all for now; its m-line stays.
    pub paused: bool,
    /// The most of spatial layers (simulcast or SVC), 0 to 2; the best otherwise.
    pub spatial: Option<u32>,
    /// The most of temporal layers, 0 to 2; the best otherwise.
    pub temporal: Option<u32>,
    /// The least playout delay, 10 ms; the browser's choice otherwise.
    pub min_delay: Option<i32>,
    /// The most playout delay, 10 ms; the browser's choice otherwise.
    pub max_delay: Option<i32>,
}

wire!(Terms {
    ; optional paused, spatial, temporal, min_delay = "minDelay", max_delay = "maxDelay"
});

/// The best layer there is.
const BEST: u32 = 2;

impl Terms {
    /// The layer asked for. Whatever is asked, no request names one above 2: Janus 1.1.2 would end over it.
    pub(super) fn spatial(&self) -> u32 {
        self.spatial.map_or(BEST, |layer| layer.min(BEST))
    }

    fn temporal(&self) -> u32 {
        self.temporal.map_or(BEST, |layer| layer.min(BEST))
    }

    /// Where these say nothing of a delay, it is as it was: an m-line keeps it, whatever it carries.
    pub(super) fn keep_delay(&mut self, former: &Self) {
        if self.min_delay.is_none() && self.max_delay.is_none() {
            (self.min_delay, self.max_delay) = (former.min_delay, former.max_delay);
        }
    }

    /// Writes into `entry` what is not as `told` (everything, if nobody knows what was told); whether
    /// that is anything.
    pub(super) fn differ(&self, told: Option<&Self>, entry: &mut Entry) -> bool {
        let delay = |terms: &Self| (terms.min_delay.unwrap_or(-1), terms.max_delay.unwrap_or(-1));
        let is_paused = told.is_none_or(|told| told.paused != self.paused);
        let is_spatial = told.is_none_or(|told| told.spatial() != self.spatial());
        let is_temporal = told.is_none_or(|told| told.temporal() != self.temporal());
        let is_delayed = told.is_none_or(|told| delay(told) != delay(self));
        if is_paused {
            entry.send = Some(!self.paused);
        }
        if is_spatial {
            entry.substream = Some(self.spatial());
            entry.spatial_layer = entry.substream;
        }
        if is_temporal {
            entry.temporal = Some(self.temporal());
            entry.temporal_layer = entry.temporal;
        }
        if is_delayed {
            let (least, most) = delay(self);
            (entry.min_delay, entry.max_delay) = (Some(least), Some(most));
        }
        is_paused || is_spatial || is_temporal || is_delayed
    }
}

/// A stream that is wanted, with what has to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which.
    pub stream: StreamRef,
    /// Audio, video or data.
    pub kind: StreamKind,
    /// Its codec: an m-line can be switched to streams of the same.
    pub codec: Option<String>,
    /// How it is to come.
    pub terms: Terms,
}

impl Wish {
    /// The same as far as a request can say it: `send` has no place in the first one, `join`. What is left
    /// out follows by `configure`.
    pub(super) fn sayable(mut self, joined: bool) -> Self {
        self.terms.paused &= joined;
        self
    }

    /// The stream in a request.
    pub(super) fn entry(&self) -> Entry {
        let mut entry = Entry { mid: self.stream.mid.clone(), ..Entry::default() };
        self.terms.differ(Some(&Terms::default()), &mut entry);
        entry.feed = Some(self.stream.feed.clone());
        entry
    }
}
