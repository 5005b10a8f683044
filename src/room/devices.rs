//! Switching camera and microphone during a call.

use std::rc::Rc;

use super::call::Call;
use super::event::Failure;
use super::local::Slot;
use crate::protocol::description::Source;
use crate::web::{self, CameraOptions, MediaStreamTrack, MicrophoneOptions, Thrown};
use crate::{Error, ErrorCode};

impl Call {
    /// Off: the device is released, its light goes out, the publication stays. On: it is opened again
    /// in the same place.
    pub(super) async fn apply_camera(
        self: &Rc<Self>,
        enabled: bool,
        options: Option<CameraOptions>,
    ) -> Result<(), Failure> {
        match (enabled, self.slots.of(Source::Camera)) {
            (true, Some(slot)) if !slot.muted.get() && slot.is_live() => Ok(()),
            (true, slot) => {
                let options = options.unwrap_or_default();
                let media = self.captured(web::capture(Some(&options), None).await)?;
                self.put(slot, media, Source::Camera, options.simulcast).await
            }
            (false, Some(slot)) if !slot.muted.get() => {
                self.mute(&slot, true);
                if let Some(sender) = slot.sender() {
                    sender.replace(None).await?;
                }
                slot.track.stop();
                Ok(())
            }
            (false, _) => Ok(()),
        }
    }

    /// Off: silence is sent and the device stays open, so that speaking again takes no time.
    pub(super) async fn apply_microphone(
        self: &Rc<Self>,
        enabled: bool,
        options: Option<MicrophoneOptions>,
    ) -> Result<(), Failure> {
        match (enabled, self.slots.of(Source::Microphone)) {
            (true, Some(slot)) if slot.is_live() => {
                slot.track.media().set_enabled(true);
                self.mute(&slot, false);
                Ok(())
            }
            (true, slot) => {
                let options = options.unwrap_or_default();
                let media = self.captured(web::capture(None, Some(&options)).await)?;
                self.put(slot, media, Source::Microphone, false).await
            }
            (false, Some(slot)) => {
                slot.track.media().set_enabled(false);
                self.mute(&slot, true);
                Ok(())
            }
            (false, None) => Ok(()),
        }
    }

    /// A device that opens after the call ended is closed at once.
    fn captured(
        &self,
        media: Result<Vec<MediaStreamTrack>, Thrown>,
    ) -> Result<MediaStreamTrack, Failure> {
        let media = media?;
        if self.is_over() {
            media.iter().for_each(MediaStreamTrack::stop);
            let text = "the room was left while the device opened";
            return Err(Error::new(ErrorCode::Aborted, text).into());
        }
        let none = || Error::new(ErrorCode::InvalidState, "the browser opened no device").into();
        media.into_iter().next().ok_or_else(none)
    }

    /// Puts a track where there was one, or in a new place.
    async fn put(
        self: &Rc<Self>,
        slot: Option<Rc<Slot>>,
        media: MediaStreamTrack,
        source: Source,
        simulcast: bool,
    ) -> Result<(), Failure> {
        let Some(slot) = slot else {
            self.add_media(media, source, simulcast)?;
            self.negotiate();
            return Ok(());
        };
        // Not `.clone()`: that is the browser's own, which makes a second track.
        slot.reopened(Clone::clone(&media))?;
        if let Some(sender) = slot.sender() {
            sender.replace(Some(&media)).await?;
        } else {
            let peer = self.publisher()?;
            slot.add_to(&peer);
            self.negotiate();
        }
        self.mute(&slot, false);
        Ok(())
    }
}

/// Opens camera and microphone together, for one prompt; if one of them is missing or busy, each by
/// itself, so that a broken camera does not cost the voice. A refused prompt is not repeated.
pub(super) async fn open_each(
    camera: Option<CameraOptions>,
    microphone: Option<MicrophoneOptions>,
) -> (Vec<MediaStreamTrack>, Vec<(Source, Thrown)>) {
    let (mut media, mut failures) = (Vec::new(), Vec::new());
    let both = camera.is_some() && microphone.is_some();
    match web::capture(camera.as_ref(), microphone.as_ref()).await {
        Ok(tracks) => media = tracks,
        Err(thrown) if both && thrown.name() != "NotAllowedError" => {
            match web::capture(None, microphone.as_ref()).await {
                Ok(tracks) => media.extend(tracks),
                Err(thrown) => failures.push((Source::Microphone, thrown)),
            }
            match web::capture(camera.as_ref(), None).await {
                Ok(tracks) => media.extend(tracks),
                Err(thrown) => failures.push((Source::Camera, thrown)),
            }
        }
        Err(thrown) => {
            let sources = [camera.map(|_| Source::Camera), microphone.map(|_| Source::Microphone)];
            failures.extend(sources.into_iter().flatten().map(|source| (source, thrown.clone())));
        }
    }
    (media, failures)
}
