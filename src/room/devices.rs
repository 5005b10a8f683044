//! Switching camera and microphone during a call.

use std::rc::Rc;

use super::call::Call;
use super::event::Failure;
use super::local::Slot;
use crate::protocol::description::Source;
use crate::web::{self, CameraOptions, MediaStreamTrack, MicrophoneOptions, Thrown};
use crate::{Error, ErrorCode};

/// A device to be switched, and how it is opened if it has to be.
#[derive(Debug)]
pub(crate) enum Device {
    Camera(Option<CameraOptions>),
    Microphone(Option<MicrophoneOptions>),
}

impl Device {
    fn source(&self) -> Source {
        match self {
            Self::Camera(_) => Source::Camera,
            Self::Microphone(_) => Source::Microphone,
        }
    }
}

impl Call {
    /// A camera that goes off is released, its light goes out, the publication stays; on again, it is
    /// opened in the same place. A microphone sends silence and stays open, so that speaking again takes
    /// no time.
    pub(super) async fn switch(
        self: &Rc<Self>,
        device: Device,
        enabled: bool,
    ) -> Result<(), Failure> {
        let source = device.source();
        let is_camera = source == Source::Camera;
        match (enabled, self.slots.of(source)) {
            (true, Some(slot)) if slot.is_live() && !(is_camera && slot.muted.get()) => {
                slot.track.media().set_enabled(true);
                self.mute(&slot, false);
                Ok(())
            }
            (true, slot) => {
                let (camera, microphone) = match device {
                    Device::Camera(options) => (Some(options.unwrap_or_default()), None),
                    Device::Microphone(options) => (None, Some(options.unwrap_or_default())),
                };
                let media = web::capture(camera.as_ref(), microphone.as_ref()).await;
                let simulcast = camera.is_some_and(|camera| camera.simulcast);
                self.put(slot, self.captured(media)?, source, simulcast).await
            }
            (false, Some(slot)) if is_camera => {
                if !slot.muted.get() {
                    self.mute(&slot, true);
                    if let Some(sender) = slot.sender() {
                        sender.replace(None).await?;
                    }
                    slot.track.stop();
                }
                Ok(())
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
    let mut attempts = vec![(camera, microphone)];
    while let Some((camera, microphone)) = attempts.pop() {
        let both = camera.is_some() && microphone.is_some();
        match web::capture(camera.as_ref(), microphone.as_ref()).await {
            Ok(tracks) => media.extend(tracks),
            Err(thrown) if both && thrown.name() != "NotAllowedError" => {
                attempts.push((camera, None));
                attempts.push((None, microphone));
            }
            Err(thrown) => {
                let (camera, microphone) =
                    (camera.map(|_| Source::Camera), microphone.map(|_| Source::Microphone));
                for source in camera.into_iter().chain(microphone) {
                    failures.push((source, thrown.clone()));
                }
            }
        }
    }
    (media, failures)
}
