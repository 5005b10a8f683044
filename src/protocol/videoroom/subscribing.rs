//! Requests of subscribers.

use crate::protocol::Id;
use crate::protocol::wire::wire;

/// `join` as a subscriber.
#[derive(Clone, Debug)]
pub struct JoinSubscriber {
    /// The room.
    pub room: Id,
    /// What to receive; never empty. Name streams that are not disabled, by mid: of a feed as a whole
    /// the server offers the disabled ones too, in a list that does not match its offer.
    pub streams: Vec<Subscribe>,
    /// Put feed ids into the offer, as the ids of media streams.
    pub use_msid: Option<bool>,
    /// Offer anew when a publisher goes (true).
    pub autoupdate: Option<bool>,
    /// Ties the subscription to the publisher handle (needed in `require_pvtid` rooms).
    pub private_id: Option<u64>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token, where the room has signed ones.
    pub token: Option<String>,
}

wire!(JoinSubscriber { room, streams; optional use_msid, autoupdate, private_id, pin, token });

impl JoinSubscriber {
    /// With the server's choice for the rest.
    pub fn new(room: impl Into<Id>, streams: Vec<Subscribe>) -> Self {
        Self {
            room: room.into(),
            streams,
            use_msid: None,
            autoupdate: None,
            private_id: None,
            pin: None,
            token: None,
        }
    }
}

/// One stream to receive, or all of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// The publisher.
    pub feed: Id,
    /// Which stream; all of the feed if left out.
    pub mid: Option<String>,
    /// A name of one's own for it, which the server repeats.
    pub crossrefid: Option<String>,
    /// Whether it is relayed at once (true). Not in `join`.
    pub send: Option<bool>,
    /// The simulcast layer to receive, 0 to 2.
    pub substream: Option<u32>,
    /// The temporal layer of a simulcast to receive, 0 to 2.
    pub temporal: Option<u32>,
    /// After how long without a packet the next lower layer is taken, µs (250,000). Needs `mid`.
    pub fallback: Option<u32>,
    /// The spatial layer of an SVC stream to receive, 0 to 2.
    pub spatial_layer: Option<u32>,
    /// The temporal layer of an SVC stream to receive, 0 to 2.
    pub temporal_layer: Option<u32>,
    /// The least playout delay, 10 ms; negative for none.
    pub min_delay: Option<i32>,
    /// The most playout delay, 10 ms; negative for none.
    pub max_delay: Option<i32>,
}

wire!(Subscribe {
    feed
    ; optional mid, crossrefid, send, substream, temporal, fallback, spatial_layer, temporal_layer,
    min_delay, max_delay
});

impl Subscribe {
    /// To everything of a feed.
    pub fn feed(feed: impl Into<Id>) -> Self {
        Self {
            feed: feed.into(),
            mid: None,
            crossrefid: None,
            send: None,
            substream: None,
            temporal: None,
            fallback: None,
            spatial_layer: None,
            temporal_layer: None,
            min_delay: None,
            max_delay: None,
        }
    }

    /// To one stream.
    pub fn stream(feed: impl Into<Id>, mid: impl Into<String>) -> Self {
        Self { mid: Some(mid.into()), ..Self::feed(feed) }
    }
}

/// What to stop receiving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The subscription's m-line; it counts if the others are given too.
    pub sub_mid: Option<String>,
    /// The publisher, for as long as it publishes.
    pub feed: Option<Id>,
    /// Which of the publisher's streams; all if left out.
    pub mid: Option<String>,
}

wire!(Unsubscribe { ; optional sub_mid, feed, mid });

impl Unsubscribe {
    /// From an m-line of the subscription.
    pub fn line(sub_mid: impl Into<String>) -> Self {
        Self { sub_mid: Some(sub_mid.into()), ..Self::default() }
    }
}

/// `subscribe`, whose list is never empty.
#[derive(Clone, Debug)]
pub struct SubscribeTo {
    /// What to add.
    pub streams: Vec<Subscribe>,
}

wire!(SubscribeTo { streams });

/// `unsubscribe`, whose list is never empty.
#[derive(Clone, Debug)]
pub struct UnsubscribeFrom {
    /// What to remove. What is not there is passed over in silence.
    pub streams: Vec<Unsubscribe>,
}

wire!(UnsubscribeFrom { streams });

/// `update`: both in one renegotiation, removals first. Janus refuses empty lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What to add.
    pub subscribe: Vec<Subscribe>,
    /// What to remove.
    pub unsubscribe: Vec<Unsubscribe>,
}

wire!(Update { ; optional subscribe, unsubscribe });

/// `configure` of a subscriber.
#[derive(Clone, Debug, Default)]
pub struct ConfigureSubscriber {
    /// How single m-lines are to be sent.
    pub streams: Vec<SubscriberStream>,
    /// Offer an ICE restart.
    pub restart: Option<bool>,
    /// Offer anew.
    pub update: Option<bool>,
}

wire!(ConfigureSubscriber { ; optional streams, restart, update });

/// How one m-line of a subscription is to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriberStream {
    /// Which; it may be left out if there is one entry, which is for all of them then.
    pub mid: Option<String>,
    /// Whether it is sent.
    pub send: Option<bool>,
    /// The simulcast layer to receive, 0 to 2.
    pub substream: Option<u32>,
    /// The temporal layer of a simulcast to receive, 0 to 2.
    pub temporal: Option<u32>,
    /// After how long without a packet the next lower layer is taken, µs.
    pub fallback: Option<u32>,
    /// The spatial layer of an SVC stream to receive, 0 to 2.
    pub spatial_layer: Option<u32>,
    /// The temporal layer of an SVC stream to receive, 0 to 2.
    pub temporal_layer: Option<u32>,
    /// The least playout delay, 10 ms; negative for none.
    pub min_delay: Option<i32>,
    /// The most playout delay, 10 ms; negative for none.
    pub max_delay: Option<i32>,
}

wire!(SubscriberStream {
    ; optional mid, send, substream, temporal, fallback, spatial_layer, temporal_layer, min_delay, max_delay
});

/// `switch`: other sources on the same m-lines. What does not fit (another kind or codec, the source it
/// has) is passed over in silence: look at `changes` of the answer.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The exchanges; never empty.
    pub streams: Vec<SwitchStream>,
}

wire!(Switch { streams });

/// One exchange. It makes the m-line be sent again, in the best layers unless others are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchStream {
    /// The new publisher.
    pub feed: Id,
    /// Which of its streams.
    pub mid: String,
    /// The m-line of the subscription.
    pub sub_mid: String,
    /// The simulcast layer to receive, 0 to 2 (since 1.1.4).
    pub substream: Option<u32>,
    /// The temporal layer of a simulcast to receive, 0 to 2 (since 1.1.4).
    pub temporal: Option<u32>,
    /// The spatial layer of an SVC stream to receive, 0 to 2 (since 1.1.4).
    pub spatial_layer: Option<u32>,
    /// The temporal layer of an SVC stream to receive, 0 to 2 (since 1.1.4).
    pub temporal_layer: Option<u32>,
}

wire!(SwitchStream {
    feed, mid, sub_mid; optional substream, temporal, spatial_layer, temporal_layer
});
