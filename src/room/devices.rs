//! Switching camera, microphone and screen during a call.

use std::rc::Rc;

use super::call::Call;
use super::event::Failure;
use super::local::{Device, Slot};
use super::publication::LocalPublication;
use super::track::Track;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::json::Encode;
use crate::protocol::wire::wire;
use crate::web::{self, MediaStreamTrack, Thrown};
use crate::{Error, ErrorCode};

/// Of `CameraOptions`: what concerns its publishing.
#[derive(Debug, Default)]
struct Simulcast {
    simulcast: bool,
}

wire!(Simulcast { ; optional simulcast });

impl Device {
    pub(super) fn new(is_camera: bool, settings: &dyn Encode) -> Self {
        Self { is_camera, settings: Json::write(settings) }
    }

    pub(super) fn source(&self) -> Source {
        if self.is_camera { Source::Camera } else { Source::Microphone }
    }

    /// How its track is published.
    pub(super) fn publishing(&self) -> Json {
        Json::write(&self.settings.read::<Simulcast>().unwrap_or_default())
    }
}

impl Call {
    /// A camera that goes off is released, its light goes out, the publication stays; on again, it is
    /// opened in the same place. A microphone ceases to send and stays open, so that speaking again takes
    /// no time. `options`: `device` was given by the caller, not by default.
    pub(super) async fn switch(
        self: &Rc<Self>,
        device: Device,
        enabled: bool,
        options: bool,
    ) -> Result<(), Failure> {
        let release = device.is_camera;
        match (enabled, self.slots.of(device.source())) {
            (true, Some(slot)) => {
                if options && slot.device.borrow().is_some() {
                    slot.device.replace(Some(device));
                }
                if slot.muted.get() || !slot.is_live() {
                    LocalPublication::new(self, slot).unmute().await
                } else {
                    Ok(())
                }
            }
            (true, None) => {
                let media = self.open(&device).await?;
                let track = Track::new(media, device.source(), None);
                let options = device.publishing();
                self.add(Slot::new(track, Some(device), options))?;
                self.negotiate();
                Ok(())
            }
            (false, Some(slot)) if !slot.muted.get() => {
                LocalPublication::new(self, slot).mute(release).await
            }
            (false, _) => Ok(()),
        }
    }

    /// Opens another camera or microphone for the place of the one that is published, which goes on until the new
    /// one is there, unless the platform can have only one open at a time. Nothing while muted: it is opened
    /// when it is needed.
    pub(super) async fn open_other(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        id: &str,
    ) -> Result<Option<MediaStreamTrack>, Failure> {
        let before = slot.device.borrow().clone();
        let text = "this track was given by the application, which has to replace it";
        let before = before.ok_or_else(|| Error::new(ErrorCode::InvalidState, text))?;
        let device =
            Device { settings: before.settings.clone().with("deviceId", id), ..before.clone() };
        if slot.muted.get() {
            slot.device.replace(Some(device));
            return Ok(None);
        }
        let mut opened = self.open(&device).await;
        if opened.as_ref().is_err_and(is_busy) {
            slot.track.stop();
            opened = self.open(&device).await;
        }
        if opened.is_ok() {
            slot.device.replace(Some(device));
        } else if !slot.is_live() {
            let media = self.open(&before).await?;
            self.replace_in(slot, media, true).await?;
        }
        opened.map(Some)
    }

    /// Shares a screen, with its sound if there is any; or shares it no longer.
    pub(super) async fn share_screen(
        self: &Rc<Self>,
        enabled: bool,
        screen: &Json,
        publishing: &Json,
    ) -> Result<(), Failure> {
        let shared: Vec<Rc<Slot>> =
            self.slots.all().into_iter().filter(|slot| slot.source() == Source::Screen).collect();
        if enabled && shared.is_empty() {
            for media in self.unless_over(web::capture_screen(screen).await)? {
                let track = Track::new(media, Source::Screen, None);
                let settings = publishing.clone().with("source", Source::Screen.as_str());
                self.add(Slot::screen(track, settings))?;
            }
            self.negotiate();
        } else if !enabled {
            for slot in &shared {
                self.unpublish(slot);
            }
        }
        Ok(())
    }

    /// Opens a device.
    pub(super) async fn open(&self, device: &Device) -> Result<MediaStreamTrack, Failure> {
        let settings = Some(&device.settings);
        let (camera, microphone) =
            if device.is_camera { (settings, None) } else { (None, settings) };
        let media = web::capture_as(camera, microphone).await;
        let none = || Error::new(ErrorCode::InvalidState, "the browser opened no device").into();
        self.unless_over(media)?.into_iter().next().ok_or_else(none)
    }

    /// A device that opens after the call ended is closed at once.
    fn unless_over(
        &self,
        media: Result<Vec<MediaStreamTrack>, Thrown>,
    ) -> Result<Vec<MediaStreamTrack>, Failure> {
        let media = media?;
        if self.is_over() {
            media.iter().for_each(MediaStreamTrack::stop);
            let text = "the room was left while the device opened";
            return Err(Error::new(ErrorCode::Aborted, text).into());
        }
        Ok(media)
    }
}

/// Whether a device could not be opened because another is open.
fn is_busy(failure: &Failure) -> bool {
    matches!(failure, Failure::Media(thrown) if matches!(thrown.name().as_str(), "NotReadableError" | "AbortError"))
}

/// Opens camera and microphone together, for one prompt; if one of them is missing or busy, each by
/// itself, so that a broken camera does not cost the voice. A refused prompt is not repeated.
pub(super) async fn open_each(
    camera: Option<Json>,
    microphone: Option<Json>,
) -> (Vec<MediaStreamTrack>, Vec<(Source, Thrown)>) {
    let (mut media, mut failures) = (Vec::new(), Vec::new());
    let mut attempts = vec![(camera, microphone)];
    while let Some((camera, microphone)) = attempts.pop() {
        let both = camera.is_some() && microphone.is_some();
        match web::capture_as(camera.as_ref(), microphone.as_ref()).await {
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
