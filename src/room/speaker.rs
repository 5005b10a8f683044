//! The speaker others are heard from.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::event::Failure;
use super::present::WeakRoom;
use super::{Room, on_elements};
use crate::web::{self, HtmlMediaElement, spawn_local};
use crate::{Error, ErrorCode};

/// What a room was told last.
#[derive(Default)]
pub(super) struct Speaker {
    /// Counts what is wished: the last one counts.
    wishes: Cell<u32>,
    /// Has elements that are attached later play there, for as long as it is kept.
    hearing: RefCell<Option<Rc<dyn Fn()>>>,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Speaker")
    }
}

impl Room {
    /// Plays what others say through this speaker ([`list_devices`](super::list_devices) lists them, `""` is the default
    /// one), in elements that are attached now and later; tracks of video are silent anyway. Works before joining as well,
    /// and lasts as long as the room. If it fails, everything stays where it is.
    ///
    /// ```no_run
    /// # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::room::{DeviceKind, list_devices};
    /// if let Some(speaker) = list_devices(Some(DeviceKind::Speaker)).await?.last() {
    ///     room.set_speaker(&speaker.id).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `Unsupported` where the browser knows the default speaker only; the browser's `NotFoundError` and
    /// `NotAllowedError`.
    pub async fn set_speaker(&self, device_id: impl Into<String>) -> Result<(), Failure> {
        let id = device_id.into();
        if !web::can_choose_speaker() {
            let text = "this browser knows the default speaker only";
            let unsupported = Error::new(ErrorCode::Unsupported, text);
            return if id.is_empty() { Ok(()) } else { Err(unsupported.into()) };
        }
        let Some(speaker) = self.speaker() else { return Ok(()) };
        let wish = speaker.wishes.get().wrapping_add(1);
        speaker.wishes.set(wish);
        // One element is asked first, so that a speaker that is not there leaves the others where they are.
        web::try_speaker(&id).await?;
        if speaker.wishes.get() != wish {
            return Ok(());
        }
        let (room, chosen) = (self.downgrade(), id.clone());
        let hearing: Rc<dyn Fn()> = Rc::new(move || follow(&room, &chosen));
        on_elements(&hearing);
        speaker.hearing.replace(Some(hearing));
        for element in self.sounding_elsewhere(&id) {
            web::play_through(&element, &id).await?;
        }
        Ok(())
    }

    /// What plays sound of others through another speaker than this.
    fn sounding_elsewhere(&self, id: &str) -> Vec<HtmlMediaElement> {
        let sounds = self.tracks().into_iter().filter(|(_, track)| !track.is_video());
        let elements = sounds.flat_map(|(_, track)| track.attached());
        elements.filter(|element| web::speaker_of(element) != id).collect()
    }
}

fn follow(room: &WeakRoom, id: &str) {
    let Some(room) = room.upgrade() else { return };
    for element in room.sounding_elsewhere(id) {
        let id = id.to_owned();
        // A speaker that goes while an element is attached is the browser's to replace.
        spawn_local(async move { drop(web::play_through(&element, &id).await) });
    }
}
