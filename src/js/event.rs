//! Events as plain objects; the facade makes its objects of them.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::error::{janus_error, to_js_error};
use super::id_value;
use super::publication::PublicationCore;
use super::track::TrackCore;
use crate::Id;
use crate::protocol::Json;
use crate::protocol::videoroom::StreamKind;
use crate::room::{Publication, RoomEvent};

/// Builds one object.
struct Fields(Object);

impl Fields {
    fn new() -> Self {
        Self(Object::new())
    }

    fn set(self, key: &str, value: impl Into<JsValue>) -> Self {
        // Setting a field of a fresh plain object cannot fail.
        Reflect::set(&self.0, &key.into(), &value.into()).ok();
        self
    }

    fn id(self, id: &Id) -> Self {
        self.set("id", id_value(id))
    }

    fn person(self, display: &str, metadata: Option<&Json>) -> Self {
        self.set("display", display).set("metadata", metadata.map(Json::as_str))
    }

    fn publication(self, publication: &Publication) -> Self {
        let kind = if publication.kind == StreamKind::Video { "video" } else { "audio" };
        self.set("mid", publication.mid.as_str())
            .set("kind", kind)
            .set("source", publication.source.as_str())
            .set("name", publication.name.as_deref())
            .set("muted", publication.muted)
            .set("moderated", publication.moderated)
    }
}

/// The event's name and its fields.
pub(super) fn to_object(event: &RoomEvent) -> (&'static str, JsValue) {
    let none = Fields::new();
    let (name, fields) = match event {
        RoomEvent::StateChanged { state, reason, error } => {
            let mut fields = none.set("state", state.as_str());
            if let Some(reason) = reason {
                fields = fields.set("reason", reason.as_str());
            }
            if let Some(error) = error {
                fields = fields.set("error", janus_error(error));
            }
            ("state", fields)
        }
        RoomEvent::LocalJoined { room, description, id, display } => {
            let fields =
                none.id(id).set("room", id_value(room)).set("description", description.as_str());
            ("localJoined", fields.set("display", display.as_str()))
        }
        RoomEvent::ParticipantJoined { id, display, metadata } => {
            ("joined", none.id(id).person(display, metadata.as_ref()))
        }
        RoomEvent::ParticipantLeft { id, kicked } => ("left", none.id(id).set("kicked", *kicked)),
        RoomEvent::ParticipantChanged { id, display, metadata } => {
            ("changed", none.id(id).person(display, metadata.as_ref()))
        }
        RoomEvent::TrackPublished { id, publication } => {
            ("published", none.id(id).publication(publication))
        }
        RoomEvent::TrackUnpublished { id, mid } => {
            ("unpublished", none.id(id).set("mid", mid.as_str()))
        }
        RoomEvent::TrackSubscribed { id, mid, track } => {
            let track = TrackCore::new(track);
            ("subscribed", none.id(id).set("mid", mid.as_str()).set("track", track))
        }
        RoomEvent::TrackReplaced { id, mid } => ("replaced", none.id(id).set("mid", mid.as_str())),
        RoomEvent::TrackUnsubscribed { id, mid } => {
            ("unsubscribed", none.id(id).set("mid", mid.as_str()))
        }
        RoomEvent::TrackRenamed { id, mid, name } => {
            ("renamed", none.id(id).set("mid", mid.as_str()).set("name", name.as_deref()))
        }
        RoomEvent::TrackMuted { id, mid, moderator, muted } => {
            let name = if *moderator { "moderated" } else { "muted" };
            (name, none.id(id).set("mid", mid.as_str()).set("muted", *muted))
        }
        RoomEvent::SpeakingChanged { id, speaking } => {
            ("speaking", none.id(id).set("speaking", *speaking))
        }
        RoomEvent::LocalTrackPublished { publication, local } => {
            let fields = none.publication(publication).set("track", TrackCore::new(&local.track()));
            let fields = fields.set("key", local.key());
            ("localPublished", fields.set("local", PublicationCore::new(local)))
        }
        RoomEvent::LocalTrackUnpublished { key, .. } => ("localUnpublished", none.set("key", *key)),
        RoomEvent::DeviceLost { source } => ("deviceLost", none.set("source", source.as_str())),
        RoomEvent::SenderAdded { transceiver, source } => {
            let fields = none.set("transceiver", transceiver.clone());
            ("senderAdded", fields.set("source", source.as_str()))
        }
        RoomEvent::ReceiverAdded { id, mid, transceiver } => {
            let fields = none.id(id).set("mid", mid.as_str());
            ("receiverAdded", fields.set("transceiver", transceiver.clone()))
        }
        RoomEvent::LayerChanged { id, mid, spatial, temporal } => {
            let fields = none.id(id).set("mid", mid.as_str()).set("spatial", *spatial);
            ("layer", fields.set("temporal", *temporal))
        }
        RoomEvent::DataChannel { channel, label, ours } => {
            let fields = none.set("channel", channel.clone()).set("label", label.as_str());
            ("dataChannel", fields.set("ours", *ours))
        }
        RoomEvent::LocalTrackMuted { key, muted, .. } => {
            ("localMuted", none.set("key", *key).set("muted", *muted))
        }
        RoomEvent::LocalSpeakingChanged(speaking) => {
            ("localSpeaking", none.set("speaking", *speaking))
        }
        RoomEvent::SlowLink { mid, receiving, lost } => {
            let fields = none.set("mid", mid.as_str()).set("receiving", *receiving);
            ("slowLink", fields.set("lost", *lost))
        }
        RoomEvent::PlaybackChanged(allowed) => ("playback", none.set("allowed", *allowed)),
        RoomEvent::MediaError { source, failure } => {
            let fields = none.set("source", source.as_str());
            ("mediaError", fields.set("error", to_js_error(failure)))
        }
    };
    (name, fields.0.into())
}
