//! What a room and a stay in it are told.

use std::fmt;

use crate::Id;
use crate::client;
use crate::engine::Millis;
use crate::engine::requests::JoinRoom;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::videoroom::requests::CreateRoom;
use crate::web::{CameraOptions, MediaStreamTrack, MicrophoneOptions, PeerConfig, PublishOptions};

/// Where a room is.
#[derive(Clone, Debug)]
pub struct RoomOptions {
    /// Server addresses, tried in order: `ws:`/`wss:` or `http:`/`https:`.
    pub servers: Vec<String>,
    /// Credentials and timeouts.
    pub connection: client::Options,
    /// How media finds its way.
    pub peer: PeerConfig,
}

impl RoomOptions {
    /// A room on the first of these servers that answers.
    pub fn new<S: Into<String>>(servers: impl IntoIterator<Item = S>) -> Self {
        Self {
            servers: servers.into_iter().map(Into::into).collect(),
            connection: client::Options::default(),
            peer: PeerConfig::default(),
        }
    }
}

/// A track the application brings. It stays the application's: leaving does not stop it.
///
/// With the way its device was opened it is switched like those the room opens: a camera that is switched off is closed,
/// and opened again in the same way.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::room::Failure> {
/// use janus_wasm::room::{CameraOptions, GivenTrack, JoinOptions, PublishOptions, create_local_tracks};
///
/// let camera = CameraOptions { width: Some(1280), height: Some(720), ..CameraOptions::default() };
/// let preview = create_local_tracks(Some(&camera), None).await?;
/// let mut join = JoinOptions::new(1234);
/// for track in &preview {
///     let given = GivenTrack::new(track.media(), &PublishOptions::default()).opened_as_camera(&camera);
///     join = join.given(given);
/// }
/// room.join(join).await?;
/// room.set_camera_enabled(false, None).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct GivenTrack {
    /// The browser's track.
    pub track: MediaStreamTrack,
    /// How it is published: [`PublishOptions`] as JSON.
    pub settings: Json,
    /// How its device was opened: [`CameraOptions`] or [`MicrophoneOptions`] as JSON. With that it is the room's to
    /// close and to open again while it is published.
    pub device: Option<Json>,
}

impl GivenTrack {
    /// A track of any kind.
    pub fn new(track: MediaStreamTrack, options: &PublishOptions) -> Self {
        Self { track, settings: Json::write(options), device: None }
    }

    /// It is a camera's, which was opened in this way.
    #[must_use]
    pub fn opened_as_camera(self, options: &CameraOptions) -> Self {
        self.opened(Source::Camera, Json::write(options))
    }

    /// It is a microphone's, which was opened in this way.
    #[must_use]
    pub fn opened_as_microphone(self, options: &MicrophoneOptions) -> Self {
        self.opened(Source::Microphone, Json::write(options))
    }

    fn opened(self, source: Source, device: Json) -> Self {
        let settings = self.settings.replacing("source", source.as_str());
        Self { settings, device: Some(device), ..self }
    }
}

/// What is made ahead of joining, besides the connection.
#[derive(Clone, Debug, Default)]
pub struct PrepareOptions {
    pub(crate) tracks: Vec<GivenTrack>,
    pub(crate) reserve_screen: bool,
}

impl PrepareOptions {
    /// Nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the offer of this track, so that it travels with joining at once. It stays the application's.
    #[must_use]
    pub fn track(self, track: MediaStreamTrack, options: &PublishOptions) -> Self {
        self.given(GivenTrack::new(track, options))
    }

    /// The same of a track whose device may be known.
    #[must_use]
    pub fn given(mut self, track: GivenTrack) -> Self {
        self.tracks.push(track);
        self
    }

    /// The offer holds a place for a screen ready, as [`JoinOptions::reserve_screen`] has it.
    #[must_use]
    pub fn reserve_screen(mut self) -> Self {
        self.reserve_screen = true;
        self
    }
}

/// A stay in a room.
#[derive(Clone)]
pub struct JoinOptions {
    pub(crate) join: JoinRoom,
    pub(crate) camera: Option<Json>,
    pub(crate) microphone: Option<Json>,
    /// None to publish those that were prepared.
    pub(crate) tracks: Option<Vec<GivenTrack>>,
    pub(crate) channels: Vec<(String, String)>,
    pub(crate) e2ee: bool,
    pub(crate) watch_none: bool,
    pub(crate) create: Option<Json>,
    pub(crate) room_bitrate: Option<u32>,
    pub(crate) await_room: Millis,
    pub(crate) reserve_screen: bool,
}

impl fmt::Debug for JoinOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds a pin, a token, and what a room is made with.
        f.debug_struct("JoinOptions").field("join", &self.join).finish_non_exhaustive()
    }
}

impl JoinOptions {
    /// Joins this room, to listen and watch unless told to publish.
    pub fn new(room: impl Into<Id>) -> Self {
        let join = JoinRoom::new(room);
        Self {
            join,
            camera: None,
            microphone: None,
            tracks: None,
            channels: Vec::new(),
            e2ee: false,
            watch_none: false,
            create: None,
            room_bitrate: None,
            await_room: Millis(0),
            reserve_screen: false,
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn display(mut self, display: impl Into<String>) -> Self {
        self.join.display = Some(display.into());
        self
    }

    /// What the others are told about us, an object. Servers before 1.3.0 ignore it.
    #[must_use]
    pub fn metadata(mut self, metadata: Json) -> Self {
        self.join.metadata = Some(metadata);
        self
    }

    /// The participant id to have, another than 0; the server picks one otherwise.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.join.id = Some(id.into());
        self
    }

    /// The room's pin.
    #[must_use]
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.join.pin = Some(pin.into());
        self
    }

    /// A token of the room's list, or a signed one.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.join.token = Some(token.into());
        self
    }

    /// Opens the camera and publishes it.
    #[must_use]
    pub fn camera(self) -> Self {
        self.camera_with(&CameraOptions::default())
    }

    /// Opens the camera in a certain way and publishes it.
    #[must_use]
    pub fn camera_with(mut self, options: &CameraOptions) -> Self {
        self.camera = Some(Json::write(options));
        self
    }

    /// Opens the microphone and publishes it.
    #[must_use]
    pub fn microphone(self) -> Self {
        self.microphone_with(&MicrophoneOptions::default())
    }

    /// Opens the microphone in a certain way and publishes it.
    #[must_use]
    pub fn microphone_with(mut self, options: &MicrophoneOptions) -> Self {
        self.microphone = Some(Json::write(options));
        self
    }

    /// Publishes a track the application has, in place of those [`Room::prepare_with`](super::Room::prepare_with) was
    /// given. It stays the application's: leaving does not stop it.
    #[must_use]
    pub fn track(self, track: MediaStreamTrack, options: &PublishOptions) -> Self {
        self.given(GivenTrack::new(track, options))
    }

    /// The same of a track whose device may be known.
    #[must_use]
    pub fn given(mut self, track: GivenTrack) -> Self {
        self.tracks.get_or_insert_default().push(track);
        self
    }

    /// Holds a place ready for a screen beside the camera, and for its sound where the browser shares it: the first offer
    /// has m-lines for them, and from then on a screen starts and stops without a negotiation of ours. Clients other than
    /// this library see a video stream of which nothing comes, called `screen (off)`, while none is shared.
    ///
    /// ```
    /// use janus_wasm::room::JoinOptions;
    /// let options = JoinOptions::new(1234).camera().microphone().reserve_screen();
    /// ```
    #[must_use]
    pub fn reserve_screen(mut self) -> Self {
        self.reserve_screen = true;
        self
    }

    /// Opens a data channel; `options` is an `RTCDataChannelInit` as JSON.
    #[must_use]
    pub fn data_channel(mut self, label: impl Into<String>, options: impl Into<String>) -> Self {
        self.channels.push((label.into(), options.into()));
        self
    }

    /// Makes the room if it is not there (`create`). The room's id and description, secret, number of publishers and
    /// all else are as `VideoRoom` has them; its pin is ours, unless [`JoinOptions::pin`] says another.
    #[must_use]
    pub fn create(mut self, room: &CreateRoom) -> Self {
        self.create = Some(Json::write(room));
        self.join.pin = self.join.pin.take().or_else(|| room.pin.clone());
        self.room_bitrate = self.room_bitrate.or(room.bitrate);
        self
    }

    /// What the room lets one publisher send (its `bitrate`), bit/s: the layers of a picture stay within it. Janus does
    /// not tell.
    #[must_use]
    pub fn room_bitrate(mut self, bitrate: u32) -> Self {
        self.room_bitrate = Some(bitrate);
        self
    }

    /// Waits so long for a room that is ended while we are in it, in case it is made again: `Reconnecting`
    /// meanwhile, with the people and tracks there are. By default the call is over at once. One that is gone with a server
    /// that started again is waited for as well. Who was kicked while the connection was away is taken for one who missed
    /// such an end.
    #[must_use]
    pub fn await_room(mut self, patience: Millis) -> Self {
        self.await_room = patience;
        self
    }

    /// Tells the server that what we send is end-to-end encrypted. The encryption is the application's.
    #[must_use]
    pub fn e2ee(mut self) -> Self {
        self.e2ee = true;
        self
    }

    /// Receives nothing that [`Room::set_subscribed`](super::Room::set_subscribed) does not ask for.
    #[must_use]
    pub fn without_subscribing(mut self) -> Self {
        self.watch_none = true;
        self
    }
}
