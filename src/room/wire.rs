//! Requests of the conference machine as message bodies, and answers as it understands them.

use crate::Error;
use crate::client::Answer;
use crate::engine::conference::{Asked, PublisherRequest, Said, SubscriberRequest};
use crate::engine::negotiation::Role;
use crate::protocol::videoroom::RoomData;
use crate::protocol::videoroom::event::{OwnStreams, SubStreams};
use crate::protocol::videoroom::request::Plain;
use crate::protocol::{Body, Jsep};
use crate::web::JsBody;

pub(super) fn publisher_body(request: PublisherRequest) -> (Result<JsBody, Error>, Option<Jsep>) {
    let named = |body: Result<JsBody, Error>, name: &str| body.map(|b| b.with("request", name));
    match request {
        PublisherRequest::Join(join, jsep) => {
            let name = if jsep.is_some() { "joinandconfigure" } else { "join" };
            let body = named(JsBody::write(&join), name);
            (body.map(|body| body.with("ptype", "publisher")), jsep)
        }
        PublisherRequest::Publish(configure, jsep) => {
            (named(JsBody::write(&configure), "publish"), Some(jsep))
        }
        PublisherRequest::Offer(configure, jsep) => {
            (named(JsBody::write(&configure), "configure"), Some(jsep))
        }
        PublisherRequest::Describe(configure) => {
            (named(JsBody::write(&configure), "configure"), None)
        }
    }
}

pub(super) fn subscriber_body(request: SubscriberRequest) -> (Result<JsBody, Error>, Option<Jsep>) {
    let named = |body: Result<JsBody, Error>, name: &str| body.map(|b| b.with("request", name));
    match request {
        SubscriberRequest::Join(join) => {
            let body = named(JsBody::write(&join), "join");
            (body.map(|body| body.with("ptype", "subscriber")), None)
        }
        SubscriberRequest::Update(update) => (named(JsBody::write(&update), "update"), None),
        SubscriberRequest::Start(answer) => {
            (named(JsBody::write(&Plain {}), "start"), Some(answer))
        }
    }
}

/// What the plugin said, in answer to a request or of itself.
pub(super) fn said(role: Role, answer: &Answer, asked: Option<Asked>) -> Result<Said, Error> {
    let data = answer.data.read::<RoomData>()?;
    let request = asked.map_or("event", Asked::name);
    let event = data.classify(asked.is_some()).into_result(request)?;
    let (own, mapping) = match role {
        Role::Offerer => (answer.data.read::<OwnStreams>().ok().and_then(|own| own.streams), None),
        Role::Answerer => (None, answer.data.read::<SubStreams>()?.streams),
    };
    Ok(Said { event, jsep: answer.jsep.clone(), own, mapping })
}
