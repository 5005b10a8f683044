//! The room.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::error::{invalid, janus_error};
use super::event::to_object;
use super::hooks::add_hooks;
use super::options::Connection;
use super::{DONE, options, promise};
use crate::Error;
use crate::room::{Device, JoinOptions, Room};
use crate::web::MediaStreamTrack;

/// What is under the facade's `Room`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RoomCore(Room);

fn with_tracks(mut join: JoinOptions, tracks: &Array) -> Result<JoinOptions, JsValue> {
    for pair in tracks.iter() {
        let track = Reflect::get(&pair, &"track".into())?;
        let source = Reflect::get(&pair, &"source".into())?.as_string().unwrap_or_default();
        let track: MediaStreamTrack =
            track.dyn_into().map_err(|_| invalid("tracks: each must be a track"))?;
        join = join.track(track, super::track::source(&source));
    }
    Ok(join)
}

#[wasm_bindgen]
impl RoomCore {
    /// `on_event(name, fields)` is called with every event.
    #[wasm_bindgen(constructor)]
    pub fn new(
        settings: &str,
        ice_servers: JsValue,
        hooks: &JsValue,
        on_event: Function,
    ) -> Result<RoomCore, JsValue> {
        let read =
            || -> Result<(_, Connection), Error> { Ok((options(settings)?, options(settings)?)) };
        let (room, connection) = read().map_err(|error| janus_error(&error))?;
        let mut connection = connection.into();
        add_hooks(&mut connection, hooks);
        let room = Room::new(super::options::room_options(room, connection, ice_servers));
        room.on_event(move |event| {
            let (name, fields) = to_object(event);
            // The facade shields its listeners; there is nobody above to tell.
            on_event.call2(&JsValue::NULL, &name.into(), &fields).ok();
        });
        Ok(Self(room))
    }

    /// Connects ahead of time.
    pub fn prepare(&self) -> Promise {
        let room = self.0.clone();
        promise(async move {
            room.prepare().await?;
            DONE
        })
    }

    /// Joins; `tracks` are pairs `{ track, source }`.
    pub fn join(&self, settings: &str, tracks: &Array) -> Result<Promise, JsValue> {
        let read = || -> Result<_, Error> { Ok((options(settings)?, options(settings)?)) };
        let (join, devices) = read().map_err(|error| janus_error(&error))?;
        let join = with_tracks(super::options::join_options(join, devices), tracks)?;
        let room = self.0.clone();
        Ok(promise(async move {
            room.join(join).await?;
            DONE
        }))
    }

    /// Leaves.
    pub fn leave(&self) -> Promise {
        let room = self.0.clone();
        promise(async move {
            room.leave().await;
            DONE
        })
    }

    /// Switches the camera or the microphone.
    pub fn switch(&self, is_camera: bool, enabled: bool, settings: Option<String>) -> Promise {
        let room = self.0.clone();
        promise(async move {
            let device = if is_camera {
                Device::Camera(settings.as_deref().map(options).transpose()?)
            } else {
                Device::Microphone(settings.as_deref().map(options).transpose()?)
            };
            room.switch(device, enabled).await?;
            DONE
        })
    }

    /// Plays what was blocked.
    #[wasm_bindgen(js_name = startPlayback)]
    pub fn start_playback(&self) -> Promise {
        let room = self.0.clone();
        promise(async move {
            room.start_playback().await;
            DONE
        })
    }
}
