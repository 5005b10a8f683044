//! Reads how a room does, with the same fields in every browser.

use std::rc::Rc;

use super::digest::{ConnectionStats, Digest, TrackStats, digest};
use super::report::{Encoding, Entries, Fields, Line};
use crate::engine::Millis;
use crate::protocol::videoroom::StreamKind;
use crate::room::{Failure, Room, StreamRef, WeakRoom};
use crate::web::{self, JsValue, MediaLine, Record, Report, RtcPeerConnection, Thrown};
use crate::{Error, ErrorCode, Map};

/// How a peer connection does. What cannot be known in a browser is `None`.
#[derive(Clone, Debug)]
pub struct PeerStats {
    /// When it was read, on the clock of [`web::now`].
    pub at: Millis,
    /// What the browser said (`RTCStatsReport`).
    pub raw: JsValue,
    /// How the network does.
    pub connection: ConnectionStats,
    /// By mid, what is sent or received; m-lines without media are not there.
    pub tracks: Map<String, TrackStats>,
    /// By mid, what is received on m-lines that send as well (`sendrecv`); `tracks` has what they send.
    pub returned: Map<String, TrackStats>,
}

/// Whose a track is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Ours: the key of its [`LocalPublication`](crate::room::LocalPublication).
    Ours(u32),
    /// Somebody else's.
    Theirs(StreamRef),
}

/// How a publication does.
#[derive(Clone, Debug)]
pub struct PublicationStats {
    /// Which.
    pub publication: Whose,
    /// How it does.
    pub stats: TrackStats,
}

/// How a room does: its peer connections as a whole, and each track.
#[derive(Clone, Debug, Default)]
pub struct RoomStats {
    /// When it was read, on the clock of [`web::now`].
    pub at: Millis,
    /// What we send, if there is anything.
    pub publisher: Option<PeerStats>,
    /// What we receive, if there is anything.
    pub subscriber: Option<PeerStats>,
    /// Each track that is sent or received, ours and theirs.
    pub tracks: Vec<PublicationStats>,
}

impl RoomStats {
    fn of(&self, publication: &Whose) -> Option<&TrackStats> {
        let found = self.tracks.iter().find(|track| track.publication == *publication);
        found.map(|track| &track.stats)
    }

    /// How a stream of somebody's does.
    pub fn of_stream(&self, stream: &StreamRef) -> Option<&TrackStats> {
        self.of(&Whose::Theirs(stream.clone()))
    }

    /// How a publication of ours does, by its key.
    pub fn of_ours(&self, key: u32) -> Option<&TrackStats> {
        self.of(&Whose::Ours(key))
    }
}

/// Reads how a peer connection does. Rates are since the read before, so that who wants rates of its own has a reader of
/// its own.
///
/// ```no_run
/// # async fn example(connection: janus_wasm::web::RtcPeerConnection) -> Result<(), janus_wasm::room::Failure> {
/// let mut reader = janus_wasm::live::StatsReader::new(connection);
/// let stats = reader.read().await?;
/// let round_trip_ms = stats.connection.round_trip_time;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct StatsReader {
    pc: RtcPeerConnection,
    last: Option<Digest>,
}

impl StatsReader {
    /// A reader of this connection; nothing is asked yet.
    pub fn new(pc: RtcPeerConnection) -> Self {
        Self { pc, last: None }
    }

    /// Asks the browser.
    ///
    /// # Errors
    /// `Closed` when the peer connection is closed, even where the browser would still answer; the browser's.
    pub async fn read(&mut self) -> Result<PeerStats, Failure> {
        self.check_open()?;
        let asked = web::connection_stats(&self.pc).await;
        self.take(asked)
    }

    fn take(&mut self, asked: Result<Report, Thrown>) -> Result<PeerStats, Failure> {
        self.check_open()?;
        let report = asked?;
        let entries = Entries::read(report.entries());
        let next = digest(&entries, &lines_of(&self.pc), self.last.as_ref());
        let Digest { connection, tracks, returned, .. } = match next {
            Some(next) => self.last.insert(next),
            None => self.last.get_or_insert_default(),
        };
        Ok(PeerStats {
            at: web::now(),
            raw: report.raw().clone(),
            connection: connection.clone(),
            tracks: tracks.clone(),
            returned: returned.clone(),
        })
    }

    fn check_open(&self) -> Result<(), Error> {
        if !web::is_closed(&self.pc) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::Closed, "the peer connection is closed"))
    }
}

impl Fields for Record {
    fn number(&self, name: &str) -> Option<f64> {
        self.number(name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.text(name)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.flag(name)
    }
}

/// The m-lines that were negotiated.
fn lines_of(pc: &RtcPeerConnection) -> Vec<Line> {
    MediaLine::all(pc).into_iter().map(line_of).collect()
}

fn line_of(line: MediaLine) -> Line {
    let ((sends, receives), (sent_track, received_track)) = (line.directions(), line.tracks());
    let (line, heard) = (Rc::new(line.clone()), line);
    Line {
        mid: line.mid(),
        kind: if line.is_video() { StreamKind::Video } else { StreamKind::Audio },
        sends,
        receives,
        sent_track,
        received_track,
        sources: Box::new(move || heard.sources()),
        encodings: Box::new(move || {
            let all = line.encodings().into_iter();
            all.map(|(rid, active)| Encoding { rid, active }).collect()
        }),
    }
}

/// Reads how a room does: each of its two connections is asked once. One reader for each who wants rates of its own;
/// [`watch_stats`](super::watch_stats) reads for all who want to hear it every second or two.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::room::Failure> {
/// use janus_wasm::live::RoomStatistics;
///
/// let mut statistics = RoomStatistics::new(&room);
/// for track in statistics.read().await?.tracks {
///     let (codec, bits_per_second) = (track.stats.codec, track.stats.bitrate);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct RoomStatistics {
    room: WeakRoom,
    publisher: Option<StatsReader>,
    subscriber: Option<StatsReader>,
}

impl RoomStatistics {
    /// A reader of this room, which it does not keep.
    pub fn new(room: &Room) -> Self {
        Self { room: room.downgrade(), publisher: None, subscriber: None }
    }

    /// Asks the browser. Of a connection that is not there, or closed meanwhile, there is nothing to tell.
    ///
    /// # Errors
    /// The browser's.
    pub async fn read(&mut self) -> Result<RoomStats, Failure> {
        let Some(room) = self.room.upgrade() else { return Ok(RoomStats::default()) };
        let [publisher, subscriber] = room.connections();
        let (sent, received) = (sent_lines(&room), received_lines(&room));
        drop(room);
        // Both are asked before either is waited for.
        let publisher = ask(&mut self.publisher, publisher);
        let subscriber = ask(&mut self.subscriber, subscriber);
        let publisher = publisher.await?;
        let subscriber = subscriber.await?;
        let mut tracks = named(publisher.as_ref(), &sent);
        tracks.extend(named(subscriber.as_ref(), &received));
        Ok(RoomStats { at: web::now(), publisher, subscriber, tracks })
    }
}

/// Asks a connection at once; what it says comes when it is waited for.
fn ask(
    reader: &mut Option<StatsReader>,
    pc: Option<RtcPeerConnection>,
) -> impl Future<Output = Result<Option<PeerStats>, Failure>> {
    let pc = pc.filter(|pc| !web::is_closed(pc));
    // Rates of another connection begin anew.
    if reader.as_ref().map(|reader| &reader.pc) != pc.as_ref() {
        *reader = pc.clone().map(StatsReader::new);
    }
    let asked = pc.as_ref().map(web::connection_stats);
    async move {
        let Some((reader, asked)) = reader.as_mut().zip(asked) else { return Ok(None) };
        let asked = asked.await;
        if web::is_closed(&reader.pc) { Ok(None) } else { reader.take(asked).map(Some) }
    }
}

/// By mid, what we publish.
fn sent_lines(room: &Room) -> Map<String, Whose> {
    let ours = room.local_publications().into_iter();
    ours.filter_map(|it| Some((it.mid()?, Whose::Ours(it.key())))).collect()
}

/// By mid, what we receive.
fn received_lines(room: &Room) -> Map<String, Whose> {
    let theirs = room.tracks().into_iter();
    theirs
        .filter_map(|(stream, track)| Some((track.transceiver()?.mid()?, Whose::Theirs(stream))))
        .collect()
}

fn named(stats: Option<&PeerStats>, lines: &Map<String, Whose>) -> Vec<PublicationStats> {
    let tracks = stats.into_iter().flat_map(|stats| stats.tracks.iter());
    let named = |(mid, track): (&String, &TrackStats)| {
        let publication = lines.get(mid)?.clone();
        Some(PublicationStats { publication, stats: track.clone() })
    };
    tracks.filter_map(named).collect()
}
