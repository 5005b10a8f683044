//! What we want to receive against what the server confirmed.
//!
//! The application (or the room) names the streams it wants and how they are to come; this machine names
//! the one request that brings the server closer, and only while nothing is under way, so that any number
//! of wishes made meanwhile become one renegotiation.

mod carried;
mod wish;

use self::carried::Carried;
pub use self::wish::{StreamRef, Terms, Wish};
use super::Millis;
use super::requests::{Entries, Entry, Exchange, Line};
use crate::ErrorCode;
use crate::Map;
use crate::protocol::Id;
use crate::protocol::videoroom::event::Layer;
use crate::protocol::videoroom::{StreamKind, SubStream};
use crate::protocol::wire::wire;

/// The next request.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// The first one: `join` as subscriber.
    Join(Vec<Entry>),
    /// `update`, which makes for a renegotiation.
    Update(Exchange),
    /// `switch`: other sources for m-lines that are there, without a renegotiation.
    Switch(Entries),
    /// `configure`: other terms, without a renegotiation.
    Configure(Entries),
}

/// The machine of one subscriber handle.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub struct Subscriptions {
    wanted: Vec<Wish>,
    /// By subscription mid: what each m-line carries.
    lines: Map<String, Carried>,
    /// The terms m-lines had for what they carried before, of which the server keeps the delay.
    former: Map<String, Terms>,
    /// The one m-line of data is shared: whose data comes there.
    data: Vec<StreamRef>,
    joined: bool,
    busy: bool,
    asked: Vec<Wish>,
    /// M-lines whose stream is over though the server still lists them (it says nothing when somebody
    /// is kicked or leaves without unpublishing). A new stream of the same name needs a new m-line.
    stale: Stale,
    /// Those that the request under way removes.
    removing: Stale,
    /// Streams the server would not give; wanted again when their feed announces itself anew.
    refused: Vec<StreamRef>,
    /// Feeds that announced themselves anew since the last request: its answer may be of before.
    renewed: Vec<Id>,
    /// After a refusal feeds are asked for one at a time, and after that streams: one bad entry fails a
    /// whole request.
    care: Care,
    /// The server passed over a switch we thought possible.
    never_switch: bool,
    switching: bool,
}

/// What has to be removed before it can be had again.
#[derive(Debug, Default)]
struct Stale {
    /// By what they carried: the server may have given them to another stream meanwhile.
    lines: Vec<(String, StreamRef)>,
    data: Vec<StreamRef>,
}

impl Stale {
    fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.data.extend(other.data);
    }
}

/// How much is asked for at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Care {
    #[default]
    None,
    OneFeed,
    OneStream,
}

/// Of an m-line of data: whose it carries.
#[derive(Debug, Default)]
struct Sources {
    source_ids: Vec<Id>,
}

wire!(Sources { ; optional source_ids });

impl Subscriptions {
    /// Replaces what is wanted.
    pub fn want(&mut self, wanted: Vec<Wish>) {
        self.refused.retain(|stream| wanted.iter().any(|wish| wish.stream == *stream));
        self.wanted = wanted;
    }

    /// A feed announced itself anew: what it was refused for may be over.
    pub fn announced(&mut self, feed: &Id) {
        self.refused.retain(|stream| stream.feed != *feed);
        if !self.renewed.contains(feed) {
            self.renewed.push(feed.clone());
        }
    }

    /// A stream is over, whatever the server's mapping still says.
    pub fn ended(&mut self, stream: &StreamRef) {
        for (mid, carried) in self.lines.iter() {
            if carried.wish.stream == *stream {
                self.former.insert(mid.clone(), carried.wish.terms.clone());
                self.stale.lines.push((mid.clone(), stream.clone()));
            }
        }
        self.lines.retain(|_, carried| carried.wish.stream != *stream);
        if self.data.contains(stream) {
            self.data.retain(|source| source != stream);
            self.stale.data.push(stream.clone());
        }
    }

    /// The next request. The machine is busy with it until [`Subscriptions::answered`],
    /// [`Subscriptions::configured`] or [`Subscriptions::failed`]. `idle`: no offer is being answered, so
    /// that streams may be added and removed.
    pub fn plan(&mut self, now: Millis, idle: bool) -> Option<Plan> {
        if self.busy {
            return None;
        }
        let plan = if idle { self.exchange() } else { None };
        let plan = plan.or_else(|| self.configure(now))?;
        self.busy = true;
        self.renewed.clear();
        Some(plan)
    }

    /// When [`Subscriptions::plan`] wants to be asked again.
    pub fn deadline(&self) -> Option<Millis> {
        if self.busy { None } else { self.lines.values().filter_map(Carried::deadline).min() }
    }

    fn exchange(&mut self) -> Option<Plan> {
        let mut missing = self.wanted.clone();
        missing.retain(|wish| !self.carries(&wish.stream) && !self.refused.contains(&wish.stream));
        if let Some(swaps) = self.swaps(&missing) {
            self.switching = true;
            return Some(Plan::Switch(Entries { streams: swaps, restart: None }));
        }
        match self.care {
            Care::None => {}
            Care::OneFeed => {
                let first = missing.first().map(|wish| wish.stream.feed.clone());
                missing.retain(|wish| Some(&wish.stream.feed) == first.as_ref());
            }
            Care::OneStream => missing.truncate(1),
        }
        let unsubscribe = self.surplus();
        if missing.is_empty() && unsubscribe.is_empty() {
            return None;
        }
        let unwanted = self.data.iter().filter(|stream| !self.is_wanted(stream)).cloned();
        let unwanted: Vec<StreamRef> = unwanted.collect();
        self.removing = std::mem::take(&mut self.stale);
        self.removing.data.extend(unwanted);
        let joined = self.joined;
        self.asked = missing.into_iter().map(|wish| wish.sayable(joined)).collect();
        let subscribe = self.asked.iter().map(Wish::entry).collect();
        Some(if joined {
            Plan::Update(Exchange { subscribe, unsubscribe })
        } else {
            Plan::Join(subscribe)
        })
    }

    /// One of the streams that come, as far as we know.
    pub fn any(&self) -> Option<StreamRef> {
        let mut lines = self.lines.values().map(|carried| &carried.wish.stream);
        lines.next().or(self.data.first()).cloned()
    }

    /// Forgets whose data the server does not list, so that it is asked for again.
    pub fn compare_data(&mut self, streams: &[SubStream]) {
        let lines = streams.iter().filter(|line| line.active && line.kind == StreamKind::Data);
        let sources = lines.filter_map(|line| line.raw.read::<Sources>().ok());
        let listed: Vec<Id> = sources.flat_map(|sources| sources.source_ids).collect();
        self.data.retain(|stream| listed.contains(&stream.feed));
    }

    /// Whether this is what the server was last known to send. It may list more: what is over has to be removed by us.
    pub fn agrees(&self, streams: &[SubStream]) -> bool {
        self.lines.iter().all(|(mid, carried)| {
            let StreamRef { feed, mid: theirs } = &carried.wish.stream;
            let mut listed = streams.iter().filter(|line| line.active && line.mid == *mid);
            listed.any(|line| {
                line.feed_id.as_ref() == Some(feed) && line.feed_mid.as_ref() == Some(theirs)
            })
        })
    }

    /// Whether this stream comes, as far as we know.
    pub fn carries(&self, stream: &StreamRef) -> bool {
        self.data.contains(stream)
            || self.lines.values().any(|carried| carried.wish.stream == *stream)
    }

    fn is_wanted(&self, stream: &StreamRef) -> bool {
        self.wanted.iter().any(|wish| wish.stream == *stream)
    }

    /// What is missing in the place of what is too much, of the same kind and codec.
    fn swaps(&mut self, missing: &[Wish]) -> Option<Vec<Entry>> {
        if self.never_switch || self.care != Care::None {
            return None;
        }
        let mut swaps: Vec<Entry> = Vec::new();
        for wish in missing.iter().filter(|wish| wish.codec.is_some()) {
            let free = self.lines.iter().find(|(mid, carried)| {
                !self.is_wanted(&carried.wish.stream)
                    && carried.wish.kind == wish.kind
                    && carried.wish.codec == wish.codec
                    && !swaps.iter().any(|swap| swap.sub_mid.as_ref() == Some(mid))
            });
            if let Some((mid, _)) = free {
                let (stream, sub_mid) = (&wish.stream, Some(mid.clone()));
                let (mid, feed) = (stream.mid.clone(), Some(stream.feed.clone()));
                swaps.push(Entry { mid, feed, sub_mid, ..Entry::default() });
                // The server forgets the terms of an m-line when it switches it.
                self.asked.push(Wish { terms: Terms::default(), ..wish.clone() });
            }
        }
        if swaps.is_empty() { None } else { Some(swaps) }
    }

    fn surplus(&self) -> Vec<Line> {
        let surplus =
            self.lines.iter().filter(|(_, carried)| !self.is_wanted(&carried.wish.stream));
        let stale = self.stale.lines.iter().map(|(mid, _)| mid);
        let mids = surplus.map(|(mid, _)| mid).chain(stale);
        let lines = mids.map(|mid| Line { sub_mid: Some(mid.clone()), ..Line::default() });
        let data = self.data.iter().filter(|stream| !self.is_wanted(stream));
        let data = data.chain(&self.stale.data).map(|StreamRef { feed, mid }| Line {
            sub_mid: None,
            feed: Some(feed.clone()),
            mid: Some(mid.clone()),
        });
        lines.chain(data).collect()
    }

    fn configure(&mut self, now: Millis) -> Option<Plan> {
        let wanted = &self.wanted;
        let mut streams = Vec::new();
        for (mid, carried) in self.lines.iter_mut() {
            let wish = wanted.iter().find(|wish| wish.stream == carried.wish.stream);
            if let Some(entry) = wish.and_then(|wish| carried.tell(now, mid, &wish.terms)) {
                streams.push(entry);
            }
        }
        if streams.is_empty() {
            return None;
        }
        Some(Plan::Configure(Entries { streams, restart: None }))
    }

    /// The server's mapping, which replaces the whole of the last one. `None`: nothing changed.
    pub fn mapping(&mut self, streams: Option<&[SubStream]>) {
        self.joined = true;
        let Some(streams) = streams else { return };
        let (mut stale, mut lines) = (Vec::new(), Map::new());
        let known = std::mem::take(&mut self.data);
        for stream in streams.iter().filter(|stream| stream.active) {
            if stream.kind == StreamKind::Data {
                self.map_data(stream, &known);
            }
            let (Some(feed), Some(mid)) = (&stream.feed_id, &stream.feed_mid) else { continue };
            let carried = StreamRef { feed: feed.clone(), mid: mid.clone() };
            let line = (stream.mid.clone(), carried);
            if self.stale.lines.contains(&line) {
                stale.push(line);
            } else if !self.removing.lines.contains(&line) {
                let (mid, carried) = line;
                let line = self.line(&mid, carried, stream.kind);
                lines.insert(mid, line);
            }
        }
        self.stale.lines = stale;
        for (mid, carried) in std::mem::replace(&mut self.lines, lines).iter() {
            self.former.insert(mid.clone(), carried.wish.terms.clone());
        }
    }

    /// What is known of an m-line that carries this stream now.
    fn line(&self, mid: &str, stream: StreamRef, kind: StreamKind) -> Carried {
        let same = |wish: &&Wish| wish.stream == stream;
        if let Some(known) = self.lines.get(mid).filter(|carried| same(&&carried.wish)) {
            return known.clone();
        }
        let asked = self.asked.iter().find(same).cloned();
        // What this handle did not ask for just now comes on the server's own terms.
        let codec = self.wanted.iter().find(same).and_then(|wish| wish.codec.clone());
        let unasked = Wish { stream, kind, codec, terms: Terms::default() };
        let mut wish = asked.unwrap_or(unasked);
        let before = self.lines.get(mid).map(|carried| &carried.wish.terms);
        if let Some(former) = before.or_else(|| self.former.get(mid)) {
            wish.terms.keep_delay(former);
        }
        Carried::new(wish)
    }

    /// The server names the feeds and not their mids: those are what was known, asked for, or is wanted.
    fn map_data(&mut self, line: &SubStream, known: &[StreamRef]) {
        let Ok(Sources { source_ids }) = line.raw.read() else { return };
        let wishes = self.asked.iter().chain(&self.wanted);
        let named = wishes.filter(|wish| wish.kind == StreamKind::Data).map(|wish| &wish.stream);
        let mut data: Vec<StreamRef> = Vec::new();
        for stream in known.iter().chain(named) {
            let listed = source_ids.contains(&stream.feed) && !self.stale.data.contains(stream);
            if listed && !data.contains(stream) {
                data.push(stream.clone());
            }
        }
        self.data = data;
    }

    /// The request of the last plan was answered, with this mapping.
    pub fn answered(&mut self, streams: Option<&[SubStream]>) {
        let removed = std::mem::take(&mut self.removing);
        self.mapping(streams);
        let asked = std::mem::take(&mut self.asked);
        if streams.is_none() {
            // Data is added and removed without a word.
            self.data.retain(|stream| !removed.data.contains(stream));
            let data = asked.iter().filter(|wish| wish.kind == StreamKind::Data);
            self.data.extend(data.map(|wish| wish.stream.clone()));
        }
        let mut refused: Vec<StreamRef> = asked.into_iter().map(|wish| wish.stream).collect();
        refused.retain(|stream| !self.carries(stream) && !self.renewed.contains(&stream.feed));
        if std::mem::take(&mut self.switching) {
            // Whatever it is that keeps these two apart, adding and removing works.
            self.never_switch = self.never_switch || !refused.is_empty();
        } else {
            self.refused.extend(refused);
        }
        self.busy = false;
        let all_there = self
            .wanted
            .iter()
            .all(|wish| self.carries(&wish.stream) || self.refused.contains(&wish.stream));
        if all_there {
            self.care = Care::None;
        }
    }

    /// `configure` was answered, or failed in a way that leaves nothing more to try.
    pub fn configured(&mut self) {
        self.busy = false;
    }

    /// Nobody knows whether the server heard of the terms.
    pub fn unsure(&mut self) {
        self.busy = false;
        self.lines.values_mut().for_each(Carried::forget);
    }

    /// Whether the server would not give this stream.
    pub fn is_refused(&self, stream: &StreamRef) -> bool {
        self.refused.contains(stream)
    }

    /// How many streams the server would not give.
    pub fn refusals(&self) -> usize {
        self.refused.len()
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Whether the handle has its role.
    pub fn is_joined(&self) -> bool {
        self.joined
    }

    /// The request of the last plan failed. Whether there is any use in going on with this handle.
    pub fn failed(&mut self, code: ErrorCode) -> bool {
        self.busy = false;
        let removing = std::mem::take(&mut self.removing);
        self.stale.append(removing);
        let asked = std::mem::take(&mut self.asked);
        let about_feeds = matches!(
            code,
            ErrorCode::FeedNotFound
                | ErrorCode::InvalidSdp
                | ErrorCode::InvalidFeed
                | ErrorCode::Negotiation
        );
        let switching = std::mem::take(&mut self.switching);
        self.care = match asked.as_slice() {
            // That was about no stream at all.
            _ if matches!(code, ErrorCode::ConnectionLost | ErrorCode::Timeout) => self.care,
            [wish] if about_feeds && !switching => {
                if !self.renewed.contains(&wish.stream.feed) {
                    self.refused.push(wish.stream.clone());
                }
                self.care
            }
            [first, rest @ ..] if rest.iter().all(|wish| wish.stream.feed == first.stream.feed) => {
                Care::OneStream
            }
            _ => Care::OneFeed,
        };
        // When nothing was asked for, there is nothing to do without the next time.
        about_feeds && !asked.is_empty()
    }

    /// The handle or its peer connection is gone: nothing is confirmed any longer.
    pub fn reset(&mut self) {
        let wanted = std::mem::take(&mut self.wanted);
        let care = self.care;
        *self = Self { wanted, care, ..Self::default() };
    }

    /// Another layer of an m-line comes; which stream that is.
    pub fn layer(&mut self, layer: &Layer) -> Option<StreamRef> {
        let carried = self.lines.get_mut(&layer.mid)?;
        carried.came(layer);
        Some(carried.wish.stream.clone())
    }

    /// A picture that stands by itself is to come: the server asks the publisher for one when a stream is
    /// sent, be it sent already.
    pub fn key_frame(&mut self, stream: &StreamRef) {
        for carried in self.lines.values_mut().filter(|carried| carried.wish.stream == *stream) {
            carried.ask_key_frame();
        }
    }

    /// What each m-line carries.
    pub fn confirmed(&self) -> Map<String, StreamRef> {
        self.lines.iter().map(|(mid, carried)| (mid.clone(), carried.wish.stream.clone())).collect()
    }
}
