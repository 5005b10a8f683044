//! What an application changes of what it publishes, looked at before it is done.

use super::checks;
use super::event::Failure;
use super::local::Device;
use super::publication::Change;
use super::{
    CameraOptions, GivenTrack, LocalPublication, MicrophoneOptions, PublishOptions, Room,
    ScreenOptions,
};
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::web::MediaStreamTrack;

impl Room {
    /// Opens the camera, or releases it while its publication stays. Called again before it is done,
    /// the last wish wins.
    ///
    /// # Errors
    /// `InvalidArgument` for a size or rate of nothing; the browser's; those of [`Room::publish_track`].
    pub async fn set_camera_enabled(
        &self,
        enabled: bool,
        options: Option<CameraOptions>,
    ) -> Result<(), Failure> {
        let given = options.is_some();
        let options = options.unwrap_or_default();
        checks::camera(&options)?;
        self.switch(Device::new(true, &options), enabled, given).await
    }

    /// Unmutes or mutes the microphone; it is opened when needed and kept while muted.
    ///
    /// # Errors
    /// As of [`Room::set_camera_enabled`].
    pub async fn set_microphone_enabled(
        &self,
        enabled: bool,
        options: Option<MicrophoneOptions>,
    ) -> Result<(), Failure> {
        let given = options.is_some();
        let options = options.unwrap_or_default();
        checks::microphone(&options)?;
        self.switch(Device::new(false, &options), enabled, given).await
    }

    /// Shares a screen, a window or a tab, with its sound where the browser gives it; or no longer. When the
    /// person ends it in the browser's own way, the publication ends too. Each start and each stop takes a negotiation,
    /// unless [`JoinOptions::reserve_screen`](super::JoinOptions::reserve_screen) holds a place ready.
    ///
    /// # Errors
    /// As of [`Room::set_camera_enabled`]; the browser's `NotAllowedError` if the person does not want to.
    pub async fn set_screen_share_enabled(
        &self,
        enabled: bool,
        screen: &ScreenOptions,
        options: &PublishOptions,
    ) -> Result<(), Failure> {
        checks::screen(screen)?;
        checks::publishing(options)?;
        self.share_screen(enabled, Json::write(screen), Json::write(options)).await
    }

    /// Publishes a track: of a further camera, a canvas, an element. It stays the application's: leaving does
    /// not stop it. Waits until the server has it; a track that is published already is given back as it is.
    ///
    /// # Errors
    /// `InvalidState` outside of a room; `InvalidArgument` if the track has ended, or an option makes no sense;
    /// `Negotiation` if the room takes none of the browser's codecs; the server's if it refuses the offer: `RoomFull` for
    /// example.
    pub async fn publish_track(
        &self,
        track: MediaStreamTrack,
        options: &PublishOptions,
    ) -> Result<LocalPublication, Failure> {
        self.publish_given(GivenTrack::new(track, options)).await
    }

    /// The same of a track whose device may be known.
    ///
    /// # Errors
    /// Those of [`Room::publish_track`].
    pub async fn publish_given(&self, track: GivenTrack) -> Result<LocalPublication, Failure> {
        track.check()?;
        self.publish(track).await
    }

    /// Tells the others something else about us, an object (`configure`); a way back into the room says it too.
    /// Servers before 1.3.0 ignore it, and later ones pass it on only if there was metadata when we joined.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no object; `InvalidState` outside of a room; the server's.
    pub async fn set_metadata(&self, metadata: Json) -> Result<(), Failure> {
        checks::object("metadata", metadata.as_str())?;
        self.say_metadata(metadata).await
    }

    /// Opens a data channel to the room. Its messages reach everybody who receives our data, whatever its label:
    /// Janus merges the channels of a publisher. `options` is an `RTCDataChannelInit` as JSON. The channel itself
    /// comes by [`RoomEvent::DataChannel`](super::RoomEvent::DataChannel), again whenever the peer connection is
    /// made anew.
    ///
    /// # Errors
    /// `InvalidArgument` for options that are no object; `InvalidState` outside of a room; the browser's.
    pub fn open_data_channel(
        &self,
        label: impl Into<String>,
        options: impl Into<String>,
    ) -> Result<(), Failure> {
        let options = options.into();
        checks::object("options", &options)?;
        self.open_channel(label.into(), options)
    }
}

impl LocalPublication {
    /// Sends another track of the same kind in its place, without negotiating anew; muted, when it is unmuted. The
    /// new one is the application's to stop.
    ///
    /// # Errors
    /// `InvalidArgument` if the track is of the other kind, or has ended.
    pub async fn replace_track(&self, media: MediaStreamTrack) -> Result<(), Failure> {
        let kind = self.track().media().kind();
        if media.kind() != kind {
            let expected = if kind == "video" { "a video track" } else { "an audio track" };
            return Err(checks::invalid("track", expected).into());
        }
        self.change(Change::Replace(media)).await
    }

    /// Opens another camera or microphone in its place, without negotiating anew. If that fails, what was there
    /// goes on. While it is closed, the device is only remembered.
    ///
    /// # Errors
    /// The browser's; `InvalidArgument` without an id; `InvalidState` for tracks whose device was opened by somebody
    /// else.
    pub async fn switch_device(&self, device_id: &str) -> Result<(), Failure> {
        if device_id.is_empty() {
            return Err(checks::invalid("device_id", "the id of a device").into());
        }
        self.switch_to(device_id).await
    }

    /// Sends it in another way. What needs another m-line (the codec, simulcast, SVC) negotiates anew, and others see
    /// it under another mid then. If it fails, everything is as before.
    ///
    /// # Errors
    /// `InvalidArgument` for an option that makes no sense, and for another source: that stays what it is. The server's
    /// and the browser's.
    pub async fn set_options(&self, options: &PublishOptions) -> Result<(), Failure> {
        checks::publishing(options)?;
        let source = options.source.as_deref().and_then(Source::parse);
        if source.is_some_and(|source| source != self.track().source()) {
            return Err(checks::invalid("source", "what it was").into());
        }
        self.change(Change::Settings(Json::write(options))).await
    }
}
