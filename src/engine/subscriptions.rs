//! What we want to receive against what the server confirmed.
//!
//! The application (or the room) names the streams it wants; this machine names the one request that
//! brings the server closer, and only while nothing is under way, so that any number of wishes made
//! meanwhile become one renegotiation.

use super::requests::{Exchange, Line};
use crate::ErrorCode;
use crate::Map;
use crate::protocol::Id;
use crate::protocol::videoroom::SubStream;
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

/// The next request.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// The first one: `join` as subscriber.
    Join(Vec<StreamRef>),
    /// Any later one.
    Update(Exchange),
}

/// The machine of one subscriber handle.
#[derive(Debug, Default)]
pub struct Subscriptions {
    wanted: Vec<StreamRef>,
    /// By subscription mid: what the server says each m-line carries.
    confirmed: Map<String, StreamRef>,
    joined: bool,
    busy: bool,
    asked: Vec<StreamRef>,
    /// M-lines whose stream is over though the server still lists them (it says nothing when somebody
    /// is kicked or leaves without unpublishing). A new stream of the same name needs a new m-line.
    stale: Vec<String>,
    /// Streams the server would not give; wanted again when their feed announces itself anew.
    refused: Vec<StreamRef>,
    /// After a refusal feeds are asked for one at a time: one bad entry fails a whole request.
    careful: bool,
}

impl Subscriptions {
    /// Replaces what is wanted.
    pub fn want(&mut self, wanted: Vec<StreamRef>) {
        self.refused.retain(|stream| wanted.contains(stream));
        self.wanted = wanted;
    }

    /// A feed announced itself anew: what it was refused for may be over.
    pub fn announced(&mut self, feed: &Id) {
        self.refused.retain(|stream| stream.feed != *feed);
    }

    /// A stream is over, whatever the server's mapping still says.
    pub fn ended(&mut self, stream: &StreamRef) {
        let over = |mid: &String, carried: &StreamRef| (carried == stream).then(|| mid.clone());
        let stale = self.confirmed.iter().filter_map(|(mid, carried)| over(mid, carried));
        self.stale.extend(stale);
        self.confirmed.retain(|_, carried| carried != stream);
    }

    /// The next request; the machine is busy with it until [`Subscriptions::answered`] or
    /// [`Subscriptions::failed`].
    pub fn plan(&mut self) -> Option<Plan> {
        if self.busy {
            return None;
        }
        let present: Vec<&StreamRef> = self.confirmed.values().collect();
        let mut missing = self.wanted.clone();
        missing.retain(|stream: &StreamRef| {
            !present.contains(&stream) && !self.refused.contains(stream)
        });
        if self.careful {
            let first = missing.first().map(|stream| stream.feed.clone());
            missing.retain(|stream| Some(&stream.feed) == first.as_ref());
        }
        let unsubscribe = self.surplus();
        if missing.is_empty() && unsubscribe.is_empty() {
            return None;
        }
        self.busy = true;
        self.asked.clone_from(&missing);
        Some(if self.joined {
            Plan::Update(Exchange { subscribe: missing, unsubscribe })
        } else {
            Plan::Join(missing)
        })
    }

    fn surplus(&self) -> Vec<Line> {
        let surplus = self.confirmed.iter().filter(|(_, stream)| !self.wanted.contains(*stream));
        let mids = surplus.map(|(mid, _)| mid).chain(&self.stale);
        mids.map(|mid| Line { sub_mid: mid.clone() }).collect()
    }

    /// The server's mapping, which replaces the whole of the last one. `None`: nothing changed.
    pub fn mapping(&mut self, streams: Option<&[SubStream]>) {
        self.joined = true;
        let Some(streams) = streams else { return };
        let (stale, mut still_stale) = (&self.stale, Vec::new());
        let mut confirmed = Map::new();
        for stream in streams.iter().filter(|stream| stream.active) {
            let (Some(feed), Some(mid)) = (&stream.feed_id, &stream.feed_mid) else { continue };
            if stale.contains(&stream.mid) {
                still_stale.push(stream.mid.clone());
            } else {
                let carried = StreamRef { feed: feed.clone(), mid: mid.clone() };
                confirmed.insert(stream.mid.clone(), carried);
            }
        }
        self.stale = still_stale;
        self.confirmed = confirmed;
    }

    /// The request of the last plan was answered, with this mapping.
    pub fn answered(&mut self, streams: Option<&[SubStream]>) {
        self.stale.clear();
        self.mapping(streams);
        let asked = std::mem::take(&mut self.asked);
        let carried: Vec<&StreamRef> = self.confirmed.values().collect();
        self.refused.extend(asked.into_iter().filter(|stream| !carried.contains(&stream)));
        self.busy = false;
        self.careful = self.careful && self.wanted.len() > self.confirmed.len();
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// The request of the last plan failed. Whether there is any use in going on with this handle.
    pub fn failed(&mut self, code: ErrorCode) -> bool {
        self.busy = false;
        let asked = std::mem::take(&mut self.asked);
        let one_feed =
            asked.iter().all(|stream| asked.first().is_some_and(|s| s.feed == stream.feed));
        let about_feeds = matches!(
            code,
            ErrorCode::FeedNotFound
                | ErrorCode::InvalidSdp
                | ErrorCode::InvalidFeed
                | ErrorCode::Negotiation
        );
        if about_feeds && one_feed {
            self.refused.extend(asked.iter().cloned());
        }
        self.careful = true;
        // When nothing was asked for, there is nothing to do without the next time.
        about_feeds && !asked.is_empty()
    }

    /// The handle or its peer connection is gone: nothing is confirmed any longer.
    pub fn reset(&mut self) {
        let wanted = std::mem::take(&mut self.wanted);
        let careful = self.careful;
        *self = Self { wanted, careful, ..Self::default() };
    }

    /// What each m-line carries.
    pub fn confirmed(&self) -> &Map<String, StreamRef> {
        &self.confirmed
    }
}
