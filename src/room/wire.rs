//! Requests of the conference machine as message bodies, and answers as it understands them.

use crate::Error;
use crate::client::Answer;
use crate::engine::conference::{Asked, PublisherRequest, Said, SubscriberRequest};
use crate::engine::negotiation::Role;
use crate::protocol::json::{Encode, Object};
use crate::protocol::videoroom::event::{Layer, OwnStreams, SubStreams};
use crate::protocol::videoroom::{RoomData, RoomEvent};
use crate::protocol::{Jsep, Json};

pub(super) fn publisher_body(request: PublisherRequest) -> (Json, Option<Jsep>) {
    match request {
        PublisherRequest::Join(join, jsep) => {
            let name = if jsep.is_some() { "joinandconfigure" } else { "join" };
            (named(&join, name).with("ptype", "publisher"), jsep)
        }
        PublisherRequest::Publish(configure, jsep) => (named(&configure, "publish"), Some(jsep)),
        PublisherRequest::Offer(configure, jsep) => (named(&configure, "configure"), Some(jsep)),
        PublisherRequest::Describe(configure) => (named(&configure, "configure"), None),
        PublisherRequest::Words(words) => (named(&words, "configure"), None),
    }
}

pub(super) fn subscriber_body(request: SubscriberRequest) -> (Json, Option<Jsep>) {
    match request {
        SubscriberRequest::Join(join) => (named(&join, "join").with("ptype", "subscriber"), None),
        SubscriberRequest::Update(update) => (named(&update, "update"), None),
        SubscriberRequest::Switch(swaps) => (named(&swaps, "switch"), None),
        SubscriberRequest::Configure(terms) => (named(&terms, "configure"), None),
        SubscriberRequest::Pause => (named(&Object::new(), "pause"), None),
        SubscriberRequest::Start(answer) => (named(&Object::new(), "start"), answer),
    }
}

fn named(fields: &dyn Encode, request: &str) -> Json {
    Json::write(fields).with("request", request)
}

/// What the plugin said, in answer to a request or of itself.
pub(super) fn said(role: Role, answer: &Answer, asked: Option<Asked>) -> Result<Said, Error> {
    let data = answer.data.read::<RoomData>()?;
    let request = asked.map_or("event", Asked::name);
    let mut event = data.classify(asked.is_some()).into_result(request)?;
    if role == Role::Answerer && event == RoomEvent::Unknown {
        event = answer.data.read::<Layer>().map_or(event, RoomEvent::Layer);
    }
    let (own, mapping) = match role {
        Role::Offerer => (answer.data.read::<OwnStreams>().ok().and_then(|own| own.streams), None),
        Role::Answerer => (None, answer.data.read::<SubStreams>()?.streams),
    };
    Ok(Said { event, jsep: answer.jsep.clone(), own, mapping })
}
