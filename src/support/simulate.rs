//! Trouble caused on purpose, to see that it mends itself.

use crate::client::{Handle, Trouble};
use crate::engine::Millis;
use crate::protocol::json::Object;
use crate::protocol::{Jsep, Json};
use crate::room::{LocalPublication, Parts, Room, Source};
use crate::web::{self, RtcPeerConnection};
use crate::{Error, ErrorCode};

/// How long the server may take to begin with ICE anew, ms: where it has an offer outstanding, it says nothing.
const PATIENCE: Millis = Millis(2_000);

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulation {
    /// What carries messages, the WebSocket, is closed under the room.
    SignalLost,
    /// It stays open, and nothing passes any more in either direction.
    SignalBlackhole,
    /// The session is ended on the server, as if it had expired.
    SessionLost,
    /// The same, and the connection is closed: what is left of us when a server starts again.
    ServerRestart,
    /// Both peer connections lose their way to the server, which answers other credentials now.
    IceFailed,
    /// The peer connection that sends is closed under the room; the server notices, and hangs up.
    PublisherFailed,
    /// The same with the one that receives.
    SubscriberFailed,
    /// The camera, or the microphone if there is no camera, ends as if it was unplugged.
    DeviceLost,
}

impl Simulation {
    /// The word for it in JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignalLost => "signal-lost",
            Self::SignalBlackhole => "signal-blackhole",
            Self::SessionLost => "session-lost",
            Self::ServerRestart => "server-restart",
            Self::IceFailed => "ice-failed",
            Self::PublisherFailed => "publisher-failed",
            Self::SubscriberFailed => "subscriber-failed",
            Self::DeviceLost => "device-lost",
        }
    }
}

impl Room {
    /// Breaks something, to see what an application makes of it: all of it mends itself, or is told by an event.
    ///
    /// ```no_run
    /// # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::Error> {
    /// use janus_wasm::support::Simulation;
    /// room.simulate(Simulation::SignalLost).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidState` outside of the room, or if there is no such thing to break: no connection that is open, no peer
    /// connection, no device. The server's, where it is asked for something.
    pub async fn simulate(&self, trouble: Simulation) -> Result<(), Error> {
        let parts = self.parts().ok_or_else(|| nothing("join the room first"))?;
        let [sending, receiving] = self.connections();
        match trouble {
            Simulation::SignalLost => broken(parts.connection.cause(Trouble::Cut)),
            Simulation::SignalBlackhole => broken(parts.connection.cause(Trouble::Swallow)),
            Simulation::SessionLost => {
                end_sessions(&parts).await?;
                // Nobody would notice before the next sign of life. It is refused: that is how it is noticed.
                parts.publisher.request(question(), None).await.ok();
                Ok(())
            }
            Simulation::ServerRestart => {
                end_sessions(&parts).await?;
                broken(parts.connection.cause(Trouble::Cut))
            }
            Simulation::IceFailed => lose_the_way(&parts, [sending, receiving]).await,
            Simulation::PublisherFailed => hang_up(sending),
            Simulation::SubscriberFailed => hang_up(receiving),
            Simulation::DeviceLost => unplug(&self.local_publications()),
        }
    }
}

fn nothing(text: &str) -> Error {
    Error::new(ErrorCode::InvalidState, text)
}

fn broken(was_there: bool) -> Result<(), Error> {
    let text = "there is no open connection to break: wait until the room is connected";
    if was_there { Ok(()) } else { Err(nothing(text)) }
}

async fn end_sessions(parts: &Parts) -> Result<(), Error> {
    broken(parts.connection.cause(Trouble::EndSessions))?;
    parts.connection.ping().await
}

fn named(request: &str) -> Json {
    Json::write(&Object::new()).with("request", request)
}

/// Harmless.
fn question() -> Json {
    let mut fields = Object::new();
    fields.always("room", &0_u32);
    Json::write(&fields).with("request", "exists")
}

/// A description with the credentials of somebody who does not exist, and no candidates.
fn misled(sdp: &str) -> String {
    let line = |line: &str| {
        let line = line.trim_end_matches('\r');
        if line.starts_with("a=candidate:") || line.starts_with("a=end-of-candidates") {
            return String::new();
        }
        let line = if line.starts_with("a=ice-ufrag:") {
            "a=ice-ufrag:lost"
        } else if line.starts_with("a=ice-pwd:") {
            "a=ice-pwd:lostlostlostlostlostlost"
        } else {
            line
        };
        [line, "\r\n"].concat()
    };
    sdp.lines().map(line).collect()
}

/// What we said last, misled.
fn said(connection: Option<&RtcPeerConnection>) -> Option<String> {
    web::local_description(connection?).map(|sdp| misled(&sdp))
}

/// Both negotiate ICE anew, as far as the server knows, and the browser was never told: packets with the old
/// credentials are answered no more. Browsers notice within a dozen seconds.
async fn lose_the_way(
    parts: &Parts,
    [sending, receiving]: [Option<RtcPeerConnection>; 2],
) -> Result<(), Error> {
    let (sent, received) = (said(sending.as_ref()), said(receiving.as_ref()));
    if let Some(sent) = sent {
        send(&parts.publisher, named("configure"), Some(Jsep::offer(sent))).await?;
    }
    if let Some(received) = received {
        let mut restart = Object::new();
        restart.always("restart", &true);
        let restart = Json::write(&restart).with("request", "configure");
        web::within(PATIENCE, send(&parts.subscriber, restart, None)).await.unwrap_or(Ok(()))?;
        send(&parts.subscriber, named("start"), Some(Jsep::answer(received))).await?;
    }
    Ok(())
}

async fn send(handle: &Handle, body: Json, jsep: Option<Jsep>) -> Result<(), Error> {
    let jsep = jsep.map(|jsep| Json::write(&jsep));
    handle.request_in(false, body, jsep).await.map(drop)
}

/// The other end is told by DTLS, and tells the library.
fn hang_up(connection: Option<RtcPeerConnection>) -> Result<(), Error> {
    let connection = connection
        .filter(|connection| !web::is_closed(connection))
        .ok_or_else(|| nothing("there is no such peer connection to close"));
    connection.map(|connection| connection.close())
}

fn unplug(publications: &[LocalPublication]) -> Result<(), Error> {
    let of = |source: Source| publications.iter().find(|one| one.track().source() == source);
    let device = of(Source::Camera).or_else(|| of(Source::Microphone));
    let device = device.ok_or_else(|| nothing("there is no camera or microphone to lose"))?;
    web::unplug(&device.track().media());
    Ok(())
}

#[cfg(all(test, not(target_family = "wasm")))]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_misled_description_has_nobodys_credentials_and_no_candidates() {
        let sdp = "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\na=mid:0\r\n\
                   a=candidate:1 1 udp 2122 192.0.2.7 50000 typ host\r\na=end-of-candidates\r\na=sendrecv\r\n";
        let expected = "v=0\r\na=ice-ufrag:lost\r\na=ice-pwd:lostlostlostlostlostlost\r\na=mid:0\r\na=sendrecv\r\n";
        assert_eq!(misled(sdp), expected);
        // ICE asks for 22 characters at least.
        assert!("lostlostlostlostlostlost".len() >= 22);
    }

    #[test]
    fn the_words_are_those_of_javascript() {
        let all = [
            Simulation::SignalLost,
            Simulation::SignalBlackhole,
            Simulation::SessionLost,
            Simulation::ServerRestart,
            Simulation::IceFailed,
            Simulation::PublisherFailed,
            Simulation::SubscriberFailed,
            Simulation::DeviceLost,
        ];
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/js/live/simulate.ts");
        let source = std::fs::read_to_string(path).unwrap();
        for trouble in all {
            assert!(source.contains(&format!("'{}':", trouble.as_str())), "{}", trouble.as_str());
        }
    }
}
