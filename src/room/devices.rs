//! Switching camera, microphone and screen during a call.

use std::pin::pin;
use std::rc::Rc;

use super::call::Call;
use super::event::Failure;
use super::local::{Device, Slot};
use super::publication::LocalPublication;
use super::track::Track;
use crate::engine::Millis;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::json::Encode;
use crate::protocol::wire::wire;
use crate::web::{self, MediaStreamTrack, Thrown};
use crate::{Error, ErrorCode};

/// How often it is looked whether a camera is still waited for.
const LOOK: Millis = Millis(50);

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

    /// The same of another camera or microphone; of any, without an id.
    pub(super) fn with_id(&self, id: &str) -> Self {
        let settings = self.settings.replacing("deviceId", id);
        Self { settings, ..*self }
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
                let publication = LocalPublication::new(self, Rc::clone(&slot));
                let before = slot.device.borrow().clone();
                if options && before.as_ref().is_some_and(|before| *before != device) {
                    publication.reopen(device).await?;
                    if !slot.wanted.get() {
                        return Ok(());
                    }
                }
                if !slot.muted.get() && slot.is_live() {
                    return Ok(());
                }
                let unmuted = publication.unmute().await;
                if unmuted.is_err() {
                    slot.device.replace(before);
                }
                unmuted
            }
            (true, None) => {
                let media = self.open(&device).await?;
                if self.is_turned_off(device.source()) {
                    media.stop();
                    return Ok(());
                }
                let track = Track::new(media, device.source(), None);
                let options = device.publishing();
                self.add(Slot::new(track, Some(device), options))?;
                self.negotiate();
                Ok(())
            }
            (false, _) => self.switch_off(device.source(), release).await,
        }
    }

    /// All of this source: who switches the camera off is not to be seen by a second.
    pub(super) async fn switch_off(
        self: &Rc<Self>,
        source: Source,
        release: bool,
    ) -> Result<(), Failure> {
        let mut result = Ok(());
        for slot in self.slots.all_of(source) {
            // What waits for its device looks then whether it is wanted, and keeps it for whoever wants it on again.
            let is_coming = slot.power.is_running() && !slot.is_off();
            if !slot.muted.get() || release && slot.is_live() || is_coming {
                result = result.and(LocalPublication::new(self, slot).mute(release).await);
            }
        }
        result
    }

    /// Opens another camera or microphone for the place of the one that is published, which goes on until the new
    /// one is there, unless the platform can have only one open at a time. One that is closed is opened so when
    /// it is needed.
    pub(super) async fn open_other(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        device: Device,
    ) -> Result<(), Failure> {
        if slot.is_off() {
            slot.device.replace(Some(device));
            return Ok(());
        }
        let mut opened = self.open(&device).await;
        if opened.as_ref().is_err_and(is_busy) && slot.ours.get() && !slot.is_off() {
            slot.track.close();
            opened = self.open(&device).await;
        }
        let (opened, failure) = match opened {
            Ok(media) => (Some((media, device)), None),
            Err(failure) if slot.is_live() || slot.is_off() => return Err(failure),
            Err(failure) => (self.open_again(slot).await.ok().flatten(), Some(failure)),
        };
        let taken = match opened {
            Some((media, device)) => {
                if device.is_camera {
                    self.await_picture(slot, &media).await;
                }
                self.take_device(slot, media, device).await
            }
            None => Ok(()),
        };
        if !slot.is_live() && !slot.muted.get() && self.slots.has(slot) {
            // Neither the new one is there nor the old one.
            Rc::clone(self).device_gone(Rc::clone(slot), true).await;
        }
        failure.map_or(taken, Err)
    }

    /// The others see the camera there is until the new one brings something; if they see any, and are to see it.
    async fn await_picture(&self, slot: &Rc<Slot>, media: &MediaStreamTrack) {
        // Not `.clone()`: that is the browser's own, which makes a second track.
        slot.coming.replace(Some(Clone::clone(media)));
        let mut shows = pin!(web::first_picture(media));
        let is_watched = || {
            let is_sent = slot.is_live() && !slot.muted.get() && self.slots.has(slot);
            is_sent && !slot.content.is_superseded() && !self.is_over()
        };
        while is_watched() && web::within(LOOK, shows.as_mut()).await.is_none() {}
        slot.coming.take();
    }

    /// Puts a device in the place of the one there was, or remembers it where that is closed.
    async fn take_device(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        media: MediaStreamTrack,
        device: Device,
    ) -> Result<(), Failure> {
        let _turn = self.turn(slot, Some(&media)).await?;
        if slot.content.is_superseded() {
            media.stop();
            return Ok(());
        }
        if slot.is_off() {
            media.stop();
        } else {
            self.replace_in(slot, media, true).await?;
        }
        slot.device.replace(Some(device));
        Ok(())
    }

    /// Opens what was open before.
    async fn open_again(&self, slot: &Slot) -> Result<Option<(MediaStreamTrack, Device)>, Failure> {
        let before = slot.device.borrow().clone();
        let Some(before) = before else { return Ok(None) };
        let media = self.open(&before).await?;
        Ok(Some((media, before)))
    }

    /// Shares a screen, with its sound if there is any; or shares it no longer.
    pub(super) async fn share_screen(
        self: &Rc<Self>,
        enabled: bool,
        screen: &Json,
        publishing: &Json,
    ) -> Result<(), Failure> {
        if !enabled {
            self.unshare();
        } else if self.slots.of(Source::Screen).is_none() {
            let settings = publishing.clone().with("source", Source::Screen.as_str());
            let media = self.unless_over(web::capture_screen(screen).await)?;
            if self.is_turned_off(Source::Screen) {
                media.iter().for_each(MediaStreamTrack::stop);
                return Ok(());
            }
            let media = media.into_iter();
            let slot =
                |media| Slot::screen(Track::new(media, Source::Screen, None), settings.clone());
            // All of them are tried, so that none is left open by the failure of another.
            let added: Vec<_> = media.map(slot).map(|slot| self.add(slot)).collect();
            self.offer_due();
            added.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
        Ok(())
    }

    /// No screen is shared any longer, nor its sound.
    pub(super) fn unshare(self: &Rc<Self>) {
        for slot in &self.slots.all_of(Source::Screen) {
            self.unpublish(slot);
        }
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
