//! Media there and back, through `EchoTest`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::measured::Measured;
use super::types::{CheckStep, CheckStepName, CheckVerdict};
use super::verdicts::{Echo, Way, echo_step, media_failure, quality_step};
use crate::client::{AttachOptions, Connection, Handle, Session};
use crate::engine::Millis;
use crate::engine::conference::PeerState;
use crate::protocol::Json;
use crate::protocol::json::Object;
use crate::protocol::message::HandleEvent;
use crate::web::{
    self, FRAME_RATE, Peer, PeerConfig, PeerEvent, Played, PublishOptions, Sources, spawn_local,
};
use crate::{Error, ErrorCode};

pub(super) const ECHO: &str = "janus.plugin.echotest";
/// Opus is sent in packets of 20 ms.
const PACKETS_A_SECOND: u64 = 50;
/// How long packets may take to find a way, ms: a browser gives up a little later.
const CONNECT: Millis = Millis(10_000);
/// How long the server may take to end the session, ms.
const GOODBYE: Millis = Millis(2_000);

/// How it is sent.
pub(super) struct Sent<'a> {
    pub(super) peer: &'a PeerConfig,
    pub(super) duration: Millis,
    /// When nothing is waited for any longer.
    pub(super) until: Millis,
}

impl Sent<'_> {
    fn left(&self, most: Millis) -> Millis {
        web::now().until(self.until).min(most)
    }
}

/// A peer connection to `EchoTest`; what was made for it is gone when this is dropped.
struct Call {
    peer: Rc<Peer>,
    sources: Sources,
    /// Not every browser decodes what nobody plays.
    _players: Rc<RefCell<Vec<Played>>>,
}

/// Sends to `EchoTest` and looks at what comes back. `relay` tells whether a TURN server gave an address.
pub(super) async fn check_echo(
    connection: &Connection,
    sent: &Sent<'_>,
    relay: impl Future<Output = bool>,
    tell: &dyn Fn(CheckStep),
) -> Result<(), Error> {
    let session = Session::create(connection).await?;
    let done = try_echo(&session, sent, relay, tell).await;
    // The connection is closed next, and a session ends with it at the latest.
    web::within(GOODBYE, session.destroy()).await;
    done
}

async fn try_echo(
    session: &Session,
    sent: &Sent<'_>,
    relay: impl Future<Output = bool>,
    tell: &dyn Fn(CheckStep),
) -> Result<(), Error> {
    let begun = web::now();
    let (call, way) = connect(session, sent).await?;
    if way != Way::Open {
        let mut details = Object::new();
        let [state, ..] = web::standing(&call.peer.connection());
        details.always("state", &state);
        let text = media_failure(way, relay.await, sent.peer.relay_only);
        tell(CheckStep::new(CheckStepName::Media, CheckVerdict::Failed, text, &details));
        skip_rest(tell, "Media finds no way, so this was not tried.");
        return Ok(());
    }
    let took = begun.until(web::now());
    let (first, from) = (measure(&call).await?, web::now());
    web::sleep(sent.left(sent.duration)).await;
    let (last, span) = (measure(&call).await?, from.until(web::now()));
    tell(media_step(&last, took));
    judge(&call, [&first, &last], span, tell);
    Ok(())
}

/// Offers, and waits until packets pass or it is clear that they will not.
async fn connect(session: &Session, sent: &Sent<'_>) -> Result<(Call, Way), Error> {
    let place: Rc<RefCell<(Weak<Peer>, Option<Handle>)>> = Rc::default();
    let hearing = Rc::clone(&place);
    let sink = Rc::new(move |event| {
        if let HandleEvent::Trickle(candidate) = event
            && let Some(peer) = hearing.borrow().0.upgrade()
        {
            spawn_local(async move { peer.add_candidate(candidate).await });
        }
    });
    let handle = session.attach(ECHO, AttachOptions::default(), sink).await?;
    place.borrow_mut().1 = Some(handle.clone());
    let (settle, settled) = oneshot::channel();
    let settle = Rc::new(RefCell::new(Some(settle)));
    let players: Rc<RefCell<Vec<Played>>> = Rc::default();
    let (telling, playing) = (Rc::clone(&place), Rc::clone(&players));
    let peer = Peer::new(sent.peer, move |event| match event {
        PeerEvent::Candidate(candidate) => {
            let handle = telling.borrow().1.clone();
            if let Some(handle) = handle {
                let trickled = handle.trickle(vec![candidate]);
                // What is lost of these shows by itself.
                spawn_local(async move { drop(trickled.await) });
            }
        }
        PeerEvent::State(PeerState::Connected | PeerState::Failed) => {
            let settle = settle.borrow_mut().take();
            if let Some(settle) = settle {
                // Nobody waits any longer where time was up.
                settle.send(()).ok();
            }
        }
        PeerEvent::Receiver(transceiver) => {
            let played = Played::new(transceiver.receiver().track(), None);
            // Sound is counted without being played.
            if played.track().kind() == "video" && played.attach(None).is_ok() {
                playing.borrow_mut().push(played);
            }
        }
        PeerEvent::State(_) | PeerEvent::Channel(_) => {}
    })?;
    let peer = Rc::new(peer);
    place.borrow_mut().0 = Rc::downgrade(&peer);
    let sources = Sources::make().await;
    for track in [&sources.video, &sources.audio].into_iter().flatten() {
        let added = peer.add_sender(track, &PublishOptions::default());
        let added = added.map_err(|thrown| Error::new(ErrorCode::Negotiation, thrown.message()))?;
        web::both_ways(&added.transceiver());
    }
    let mut body = Object::new();
    body.always("audio", &sources.audio.is_some());
    body.always("video", &sources.video.is_some());
    let offer = peer.offer().await?;
    let answered = handle.request(Json::write(&body), Some(offer)).await?;
    let silent = || Error::new(ErrorCode::Negotiation, "EchoTest did not answer the offer.");
    peer.apply(&answered.jsep.ok_or_else(silent)?.sdp).await?;
    web::within(sent.left(CONNECT), settled).await;
    let [state, ice, _] = web::standing(&peer.connection());
    let way = match (state.as_str(), ice.as_str()) {
        ("connected", _) => Way::Open,
        (_, "connected" | "completed") => Way::Unencrypted,
        _ => Way::Closed,
    };
    Ok((Call { peer, sources, _players: players }, way))
}

async fn measure(call: &Call) -> Result<Measured, Error> {
    let stats = web::connection_stats(&call.peer.connection()).await;
    let stats = stats.map_err(|thrown| Error::new(ErrorCode::InvalidState, thrown.message()))?;
    Ok(Measured::of(&stats.entries()))
}

fn media_step(last: &Measured, took: Millis) -> CheckStep {
    let mut details = Object::new();
    details.always("took", &took.0);
    details.field("localCandidateType", &last.local_type);
    details.field("remoteCandidateType", &last.remote_type);
    details.field("protocol", &last.protocol);
    let relayed = last.is_relayed();
    details.always("relayed", &relayed);
    let protocol = last.protocol.as_deref().map(str::to_ascii_uppercase);
    let over = match protocol {
        _ if relayed => "over a TURN server".to_owned(),
        Some(protocol) => ["directly over ", &protocol].concat(),
        None => "directly over the network".to_owned(),
    };
    let text = format!("Media finds its way {over}, in {} ms.", took.0);
    CheckStep::new(CheckStepName::Media, CheckVerdict::Passed, text, &details)
}

fn judge(call: &Call, [first, last]: [&Measured; 2], span: Millis, tell: &dyn Fn(CheckStep)) {
    let came = last.frames.saturating_sub(first.frames);
    let echo = Echo { came, rate: u64::from(FRAME_RATE), span };
    tell(echo_step(CheckStepName::Video, echo));
    if call.sources.audio.is_some() {
        let came = last.sound_packets.saturating_sub(first.sound_packets);
        let echo = Echo { came, rate: PACKETS_A_SECOND, span };
        tell(echo_step(CheckStepName::Audio, echo));
    } else {
        let text = "This page can make no sound now, before a click or without a sound card, so that none was sent.";
        tell(CheckStep::bare(CheckStepName::Audio, CheckVerdict::Skipped, text));
    }
    tell(quality_step(last.quality_since(first)));
}

pub(super) fn skip_rest(tell: &dyn Fn(CheckStep), text: &str) {
    for name in [CheckStepName::Video, CheckStepName::Audio, CheckStepName::Quality] {
        tell(CheckStep::bare(name, CheckVerdict::Skipped, text));
    }
}
