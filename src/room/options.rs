//! What a room and a stay in it are told.

use crate::Id;
use crate::client;
use crate::engine::requests::JoinRoom;
use crate::protocol::description::Source;
use crate::web::{CameraOptions, MediaStreamTrack, MicrophoneOptions, PeerConfig};

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

/// A track the application brings.
#[derive(Clone, Debug)]
pub struct GivenTrack {
    /// The browser's track.
    pub track: MediaStreamTrack,
    /// What it is.
    pub source: Source,
}

/// A stay in a room.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    pub(crate) join: JoinRoom,
    pub(crate) camera: Option<CameraOptions>,
    pub(crate) microphone: Option<MicrophoneOptions>,
    pub(crate) tracks: Vec<GivenTrack>,
}

impl JoinOptions {
    /// Joins this room, to listen and watch unless told to publish.
    pub fn new(room: impl Into<Id>) -> Self {
        let join = JoinRoom::new(room);
        Self { join, camera: None, microphone: None, tracks: Vec::new() }
    }

    /// The name shown to people.
    #[must_use]
    pub fn display(mut self, display: impl Into<String>) -> Self {
        self.join.display = Some(display.into());
        self
    }

    /// The participant id to have; the server picks one otherwise.
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
        self.camera_with(CameraOptions::default())
    }

    /// Opens the camera in a certain way and publishes it.
    #[must_use]
    pub fn camera_with(mut self, options: CameraOptions) -> Self {
        self.camera = Some(options);
        self
    }

    /// Opens the microphone and publishes it.
    #[must_use]
    pub fn microphone(self) -> Self {
        self.microphone_with(MicrophoneOptions::default())
    }

    /// Opens the microphone in a certain way and publishes it.
    #[must_use]
    pub fn microphone_with(mut self, options: MicrophoneOptions) -> Self {
        self.microphone = Some(options);
        self
    }

    /// Publishes a track the application has. It stays the application's: leaving does not stop it.
    #[must_use]
    pub fn track(mut self, track: MediaStreamTrack, source: Source) -> Self {
        self.tracks.push(GivenTrack { track, source });
        self
    }
}
