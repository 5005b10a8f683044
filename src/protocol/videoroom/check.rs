//! What is refused before it is sent: what the server would refuse (429, 430), what would bring it down,
//! and what it is too old for.

use super::publishing::{Configure, JoinPublisher, Publish};
use super::relaying::{
    AddRemotePublisher, ForwardStream, ListForwarders, ListRemotes, PublishRemotely, RemoteStream,
    RemoveRemotePublisher, RtpForward, StopRtpForward, UnpublishRemotely, UpdateRemotePublisher,
};
use super::rooms::{
    Allowed, AllowedAction, CreateRoom, DestroyRoom, EditRoom, EnableRecording, Exists, Kick, List,
    ListParticipants, Moderate,
};
use super::subscribing::{
    ConfigureSubscriber, JoinSubscriber, Subscribe, SubscribeTo, Switch, Unsubscribe,
    UnsubscribeFrom, Update,
};
use super::types::StreamKind;
use crate::protocol::Json;
use crate::protocol::json::{Encode, Fields, items};
use crate::{Error, ErrorCode};

/// What is wrong, if anything: the field, and what is allowed.
type Wrong = Option<(&'static str, &'static str)>;

/// A request of the plugin with all its fields.
pub trait RoomRequest: Encode {
    /// Its name, as Janus has it.
    const NAME: &'static str;

    /// What is wrong with it, if anything: the field, and what is allowed.
    fn wrong(&self) -> Wrong {
        None
    }

    /// The fields as they travel to a server of this version (1102 for 1.1.2).
    ///
    /// # Errors
    /// `InvalidArgument` with the field and what is allowed, `Unsupported` with the field and the version
    /// it needs.
    fn fields(&self, version: u32) -> Result<Json, Error> {
        if let Some((field, allowed)) = self.wrong() {
            let text = [field, " must be ", allowed].concat();
            return Err(Error::new(ErrorCode::InvalidArgument, text).during(Self::NAME));
        }
        let mut body = String::new();
        self.encode(&mut body);
        let body = Json::parse(body)?;
        check_version(Self::NAME, &body, version).map_err(|error| error.during(Self::NAME))?;
        Ok(body)
    }
}

/// Fields that not all servers know: the requests, the field, the first version that does, and the first
/// that does so no more.
const VERSIONS: &[(&[&str], &str, u32, u32)] = &[
    (&["create"], "video_svc", 0, 1104),
    (&["switch"], "streams.substream", 1104, u32::MAX),
    (&["switch"], "streams.temporal", 1104, u32::MAX),
    (&["switch"], "streams.spatial_layer", 1104, u32::MAX),
    (&["switch"], "streams.temporal_layer", 1104, u32::MAX),
    (REMOTE, "streams.h264_profile", 1201, u32::MAX),
    (REMOTE, "streams.vp9_profile", 1201, u32::MAX),
    (&["create"], "threads", 1203, u32::MAX),
    (&["join", "publish", "configure"], "metadata", 1300, u32::MAX),
    (REMOTE, "metadata", 1300, u32::MAX),
    (COPIED, "srtp_suite", 1300, u32::MAX),
    (COPIED, "srtp_crypto", 1300, u32::MAX),
    (&["create"], "dummy_e2ee", 1302, u32::MAX),
];

const REMOTE: &[&str] = &["add_remote_publisher", "update_remote_publisher"];
const COPIED: &[&str] = &["publish_remotely", "add_remote_publisher"];

fn check_version(request: &str, body: &Json, version: u32) -> Result<(), Error> {
    for (requests, path, since, until) in VERSIONS {
        let fits = version >= *since && version < *until;
        if fits || !requests.contains(&request) || !has(body.as_str(), path) {
            continue;
        }
        let which = if version < *since {
            format!("{} or newer", version_text(*since))
        } else {
            format!("older than {}", version_text(*until))
        };
        let text =
            format!("{path} needs a Janus {which}, this server is {}", version_text(version));
        return Err(Error::new(ErrorCode::Unsupported, text));
    }
    Ok(())
}

/// 1.1.2 for 1102.
fn version_text(version: u32) -> String {
    format!("{}.{}.{}", version / 1000, version / 100 % 10, version % 100)
}

/// Whether a field, or one of the objects of a list, is there.
fn has(body: &str, path: &str) -> bool {
    let (list, name) = path.split_once('.').map_or((None, path), |(list, name)| (Some(list), name));
    let there = |object: &str, name: &str| {
        let found = Fields::of(object).map(|mut fields| fields.optional::<Option<Json>>(name));
        found.ok().flatten()
    };
    match list {
        None => there(body, name).is_some(),
        Some(list) => there(body, list).is_some_and(|list| {
            let items = items(list.as_str()).unwrap_or_default();
            items.into_iter().any(|item| there(item, name).is_some())
        }),
    }
}

/// The server passes over what goes with an offer when there is none.
///
/// # Errors
/// `InvalidArgument` with the field.
pub fn without_offer(join: &JoinPublisher) -> Result<(), Error> {
    let given = [
        ("audiocodec", join.audiocodec.is_some()),
        ("videocodec", join.videocodec.is_some()),
        ("bitrate", join.bitrate.is_some()),
        ("record", join.record.is_some()),
        ("filename", join.filename.is_some()),
        ("descriptions", !join.descriptions.is_empty()),
    ];
    let Some((field, _)) = given.into_iter().find(|(_, given)| *given) else { return Ok(()) };
    let text = [field, " must be left out: it goes with an offer"].concat();
    Err(Error::new(ErrorCode::InvalidArgument, text).during(JoinPublisher::NAME))
}

const NOT_EMPTY: &str = "a list with at least one entry";

fn empty<T>(list: &[T]) -> Wrong {
    list.is_empty().then_some(("streams", NOT_EMPTY))
}

/// Above 2 the server refuses them in `configure`, and goes down in `subscribe` and `update`.
fn layers(layers: [(&'static str, Option<u32>); 4]) -> Wrong {
    let mut high = layers.into_iter().filter(|(_, layer)| layer.is_some_and(|layer| layer > 2));
    high.next().map(|(name, _)| (name, "0, 1 or 2"))
}

macro_rules! layers_of {
    ($stream:expr) => {
        layers([
            ("streams.substream", $stream.substream),
            ("streams.temporal", $stream.temporal),
            ("streams.spatial_layer", $stream.spatial_layer),
            ("streams.temporal_layer", $stream.temporal_layer),
        ])
    };
}

fn subscription(stream: &Subscribe) -> Wrong {
    let unaimed = stream.fallback.is_some() && stream.mid.is_none();
    let unaimed = unaimed.then_some(("streams.fallback", "given with a mid"));
    layers_of!(stream).or(unaimed)
}

fn removal(stream: &Unsubscribe) -> Wrong {
    let aimed = stream.sub_mid.is_some() || stream.feed.is_some();
    (!aimed).then_some(("streams.sub_mid", "given, or the feed"))
}

/// With several entries each has to say whom it is for.
fn unaimed<'a>(mids: impl ExactSizeIterator<Item = &'a Option<String>>) -> Wrong {
    (mids.len() > 1 && mids.into_iter().any(Option::is_none))
        .then_some(("streams.mid", "given in each of several entries"))
}

/// One without the other would send in the clear.
fn sealed(suite: Option<u32>, key: Option<&String>) -> Wrong {
    if suite.is_some_and(|suite| suite != 32 && suite != 80) {
        return Some(("srtp_suite", "32 or 80"));
    }
    (suite.is_some() != key.is_some()).then_some(("srtp_suite", "given together with srtp_crypto"))
}

fn codecs(name: &'static str, list: Option<&String>, known: &[&str]) -> Wrong {
    let list: Vec<_> = list?.split(',').collect();
    let wrong = list.len() > 5 || list.iter().any(|codec| !known.contains(codec));
    wrong.then_some((name, "at most five codecs of the server, with commas and without spaces"))
}

const AUDIO: [&str; 10] =
    ["opus", "multiopus", "red", "pcmu", "pcma", "g722", "isac32", "isac16", "l16-48", "l16"];
const VIDEO: [&str; 5] = ["vp8", "vp9", "h264", "av1", "h265"];

/// Anything but an object is refused.
fn metadata(metadata: Option<&Json>) -> Wrong {
    metadata.filter(|json| !json.as_str().trim_ascii_start().starts_with('{'))?;
    Some(("metadata", "an object"))
}

fn remote(stream: &RemoteStream) -> Wrong {
    (stream.kind != StreamKind::Data && stream.codec.is_none())
        .then_some(("streams.codec", "given for audio and video"))
}

fn no_port(stream: &ForwardStream) -> Wrong {
    (stream.port == 0).then_some(("streams.port", "a port from 1 to 65535"))
}

macro_rules! plain {
    ($($type:ident = $name:literal)*) => {$(
        impl RoomRequest for $type {
            const NAME: &'static str = $name;
        }
    )*};
}

plain! {
    List = "list"
    Exists = "exists"
    EditRoom = "edit"
    DestroyRoom = "destroy"
    ListParticipants = "listparticipants"
    Kick = "kick"
    Moderate = "moderate"
    EnableRecording = "enable_recording"
    StopRtpForward = "stop_rtp_forward"
    ListForwarders = "listforwarders"
    UnpublishRemotely = "unpublish_remotely"
    ListRemotes = "listremotes"
    RemoveRemotePublisher = "remove_remote_publisher"
}

macro_rules! checked {
    ($($type:ident = $name:literal, $this:ident => $wrong:expr;)*) => {$(
        impl RoomRequest for $type {
            const NAME: &'static str = $name;

            fn wrong(&self) -> Wrong {
                let $this = self;
                $wrong
            }
        }
    )*};
}

checked! {
    CreateRoom = "create", it => codecs("audiocodec", it.audiocodec.as_ref(), &AUDIO)
        .or_else(|| codecs("videocodec", it.videocodec.as_ref(), &VIDEO));
    Allowed = "allowed", it => {
        let listed = matches!(it.action, AllowedAction::Add | AllowedAction::Remove);
        (listed != it.allowed.is_some())
            .then_some(("allowed", "given with add and remove, and left out otherwise"))
    };
    RtpForward = "rtp_forward", it => empty(&it.streams)
        .or_else(|| sealed(it.srtp_suite, it.srtp_crypto.as_ref()))
        .or_else(|| it.streams.iter().find_map(no_port));
    PublishRemotely = "publish_remotely", it => sealed(it.srtp_suite, it.srtp_crypto.as_ref())
        .or_else(|| (it.port == 0).then_some(("port", "a port from 1 to 65535")));
    AddRemotePublisher = "add_remote_publisher", it => empty(&it.streams)
        .or_else(|| sealed(it.srtp_suite, it.srtp_crypto.as_ref()))
        .or_else(|| metadata(it.metadata.as_ref()))
        .or_else(|| it.streams.iter().find_map(remote));
    UpdateRemotePublisher = "update_remote_publisher", it => metadata(it.metadata.as_ref())
        .or_else(|| it.streams.iter().find_map(remote));
    JoinPublisher = "join", it => metadata(it.metadata.as_ref());
    Publish = "publish", it => metadata(it.metadata.as_ref());
    Configure = "configure", it => metadata(it.metadata.as_ref())
        .or_else(|| unaimed(it.streams.iter().map(|stream| &stream.mid)));
    JoinSubscriber = "join", it => empty(&it.streams)
        .or_else(|| it.streams.iter().find_map(subscription))
        .or_else(|| {
            let sends = it.streams.iter().any(|stream| stream.send.is_some());
            sends.then_some(("streams.send", "left out: it is for later subscriptions"))
        });
    SubscribeTo = "subscribe", it => empty(&it.streams)
        .or_else(|| it.streams.iter().find_map(subscription));
    UnsubscribeFrom = "unsubscribe", it => empty(&it.streams)
        .or_else(|| it.streams.iter().find_map(removal));
    Update = "update", it => (it.subscribe.is_empty() && it.unsubscribe.is_empty())
        .then_some(("subscribe or unsubscribe", NOT_EMPTY))
        .or_else(|| it.subscribe.iter().find_map(subscription))
        .or_else(|| it.unsubscribe.iter().find_map(removal));
    ConfigureSubscriber = "configure", it => unaimed(it.streams.iter().map(|stream| &stream.mid))
        .or_else(|| it.streams.iter().find_map(|stream| layers_of!(stream)));
    Switch = "switch", it => empty(&it.streams)
        .or_else(|| it.streams.iter().find_map(|stream| layers_of!(stream)));
}
