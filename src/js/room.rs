//! The room.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::error::{invalid, janus_error, to_js_error};
use super::event::to_object;
use super::hooks::add_hooks;
use super::janus::{HandleCore, JanusCore};
use super::options::Connection;
use super::{DONE, json, options, promise};
use crate::engine::recorder::Recorder;
use crate::protocol::json::Decode;
use crate::room::{Credentials, Device, Failure, GivenTrack, Parts, PrepareOptions, Room};
use crate::web::MediaStreamTrack;
use crate::{Error, client};

/// What is under the facade's `Room`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RoomCore(Room, Rc<RefCell<Recorder>>);

/// Reads options.
fn read<T: Decode>(text: &str) -> Result<T, JsValue> {
    options(text).map_err(|error| janus_error(&error))
}

/// Tracks, each `{ track, options, device }`.
fn all_given(tracks: &Array) -> Result<Vec<GivenTrack>, JsValue> {
    let read = |pair: JsValue| {
        let track = Reflect::get(&pair, &"track".into())?;
        let settings = Reflect::get(&pair, &"options".into())?.as_string().unwrap_or_default();
        let device = Reflect::get(&pair, &"device".into())?.as_string();
        let track: MediaStreamTrack =
            track.dyn_into().map_err(|_| invalid("tracks: each must be a track"))?;
        given(track, settings, device).map_err(|error| janus_error(&error))
    };
    tracks.iter().map(read).collect()
}

fn given(
    track: MediaStreamTrack,
    settings: String,
    device: Option<String>,
) -> Result<GivenTrack, Error> {
    Ok(GivenTrack { track, settings: json(settings)?, device: device.map(json).transpose()? })
}

/// A failure as JavaScript's error.
fn thrown(result: Result<(), Failure>) -> Result<(), JsValue> {
    result.map_err(|failure| to_js_error(&failure))
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
        let mut connection: client::Options = connection.into();
        add_hooks(&mut connection, hooks);
        let recorder = Rc::clone(&connection.recorder);
        let room = Room::without_past(super::options::room_options(room, connection, ice_servers));
        room.on_event(move |event| {
            let (name, fields) = to_object(event);
            // The facade shields its listeners; there is nobody above to tell.
            on_event.call2(&JsValue::NULL, &name.into(), &fields).ok();
        });
        Ok(Self(room, recorder))
    }

    /// Connects ahead of time, and makes the offer of these tracks, with a place for a screen.
    pub fn prepare(&self, tracks: &Array, reserve_screen: bool) -> Result<Promise, JsValue> {
        let (room, tracks) = (self.0.clone(), all_given(tracks)?);
        Ok(promise(async move {
            room.prepare_as(PrepareOptions { tracks, reserve_screen }).await?;
            DONE
        }))
    }

    /// Joins; without `tracks` with those that were prepared.
    pub fn join(&self, settings: &str, tracks: Option<Array>) -> Result<Promise, JsValue> {
        let read = || -> Result<_, Error> { Ok((options(settings)?, options(settings)?)) };
        let (join, devices) = read().map_err(|error| janus_error(&error))?;
        let mut join = super::options::join_options(join, devices);
        join.tracks = tracks.map(|tracks| all_given(&tracks)).transpose()?;
        let room = self.0.clone();
        Ok(promise(async move {
            room.enter(join).await?;
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

    /// Switches the camera, the microphone or the sharing of a screen.
    pub fn switch(
        &self,
        source: String,
        enabled: bool,
        settings: Option<String>,
        publishing: Option<String>,
    ) -> Promise {
        let room = self.0.clone();
        promise(async move {
            let given = settings.is_some();
            let settings = json(settings.unwrap_or_else(|| "{}".to_owned()))?;
            if source == "screen" {
                let publishing = json(publishing.unwrap_or_else(|| "{}".to_owned()))?;
                room.share_screen(enabled, settings, publishing).await?;
            } else {
                let device = Device { is_camera: source == "camera", settings };
                room.switch(device, enabled, given).await?;
            }
            DONE
        })
    }

    /// Publishes a track; the key of its publication. `device`: how the library opened it.
    pub fn publish(
        &self,
        track: MediaStreamTrack,
        settings: String,
        device: Option<String>,
    ) -> Promise {
        let room = self.0.clone();
        promise(async move {
            let publication = room.publish(given(track, settings, device)?).await?;
            Ok(publication.key().into())
        })
    }

    /// Tells the others something else about us.
    #[wasm_bindgen(js_name = setMetadata)]
    pub fn set_metadata(&self, metadata: String) -> Promise {
        let room = self.0.clone();
        promise(async move {
            room.say_metadata(json(metadata)?).await?;
            DONE
        })
    }

    /// Publishes a track no longer.
    #[wasm_bindgen(js_name = unpublishTrack)]
    pub fn unpublish_track(&self, track: MediaStreamTrack) -> Promise {
        let room = self.0.clone();
        promise(async move {
            room.unpublish_track(&track);
            DONE
        })
    }

    /// Whether a stream, `{ feed, mid }`, is received.
    #[wasm_bindgen(js_name = setSubscribed)]
    pub fn set_subscribed(&self, stream: &str, subscribed: bool) -> Result<(), JsValue> {
        thrown(self.0.set_subscribed(read(stream)?, subscribed))
    }

    /// How it is received; nothing is sent while `more` follow.
    #[wasm_bindgen(js_name = setTerms)]
    pub fn set_terms(&self, stream: &str, terms: &str, more: bool) -> Result<(), JsValue> {
        thrown(self.0.pass_terms(read(stream)?, read(terms)?, more))
    }

    /// Asks for a key frame.
    #[wasm_bindgen(js_name = requestKeyFrame)]
    pub fn request_key_frame(&self, stream: &str) -> Result<(), JsValue> {
        thrown(self.0.request_key_frame(&read(stream)?))
    }

    /// Stops or continues everything that is received.
    #[wasm_bindgen(js_name = pauseReceiving)]
    pub fn pause_receiving(&self, paused: bool) -> Result<(), JsValue> {
        thrown(self.0.set_receiving_paused(paused))
    }

    /// Restarts ICE.
    #[wasm_bindgen(js_name = restartIce)]
    pub fn restart_ice(&self) -> Result<(), JsValue> {
        thrown(self.0.restart_ice())
    }

    /// Nothing comes of all that should.
    #[wasm_bindgen(js_name = receivesNothing)]
    pub fn receives_nothing(&self) -> bool {
        self.0.receives_nothing()
    }

    /// Other STUN and TURN servers.
    #[wasm_bindgen(js_name = setIceServers)]
    pub fn set_ice_servers(&self, servers: JsValue) -> Result<(), JsValue> {
        thrown(self.0.use_ice_servers(servers))
    }

    /// Another pin or token.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(
        &self,
        pin: Option<String>,
        token: Option<String>,
    ) -> Result<(), JsValue> {
        thrown(self.0.set_credentials(Credentials { pin, token }))
    }

    /// Opens a data channel.
    #[wasm_bindgen(js_name = openChannel)]
    pub fn open_channel(&self, label: String, settings: String) -> Result<(), JsValue> {
        thrown(self.0.open_channel(label, settings))
    }

    /// Connection, and the handles that publish and receive; nothing outside of a room.
    pub fn parts(&self) -> Array {
        let Some(Parts { connection, publisher, subscriber }) = self.0.parts() else {
            return Array::new();
        };
        let (publisher, subscriber) = (HandleCore(publisher), HandleCore(subscriber));
        Array::of3(&JanusCore(connection).into(), &publisher.into(), &subscriber.into())
    }

    /// The flight recorder's content, of all connections of this room.
    #[wasm_bindgen(js_name = exportLog)]
    pub fn export_log(&self) -> String {
        self.1.borrow().export()
    }

    /// The peer connection that sends and the one that receives.
    pub fn connections(&self) -> Array {
        self.0.connections().into_iter().map(JsValue::from).collect()
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
