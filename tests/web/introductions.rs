//! What people say of themselves where the server passes it on: it goes by the server, and over data only where nobody
//! would know of them otherwise.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::exchange::{Exchange, ExchangeEvent};
use janus_wasm::room::{JoinOptions, Room, Source};
use janus_wasm::support::Simulation;
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::{Id, web};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::newer::Newer;
use super::people::{Person, json, until, url};
use super::stage::{canvas, from, made, ours};

/// A room as `create` makes it: it does not tell who joins.
fn quiet() -> CreateRoom {
    CreateRoom { notify_joining: None, ..made() }
}

async fn enter(server: &Rc<Newer>, room: &CreateRoom, name: &str, metadata: &str) -> Person {
    let entering = server.room(url());
    let exchange = Exchange::new(&entering);
    let stay = JoinOptions::new(room.room.clone().unwrap()).display(name).create(room);
    let stay = if metadata.is_empty() { stay } else { stay.metadata(json(metadata)) };
    entering.join(exchange.introduce(stay)).await.unwrap();
    let id = entering.local_id().unwrap();
    Person { events: RefCell::new(exchange.events()), room: entering, exchange, id }
}

async fn show(person: &Person) {
    person.room.publish_track(canvas(160, 90), &from("camera")).await.unwrap();
}

fn knows(person: &Person, of: &Id) -> bool {
    person.room.participants().iter().any(|(id, _)| id == of)
}

/// What somebody sees of another's metadata; `null` where there is none.
fn seen(person: &Person, of: &Id) -> Value {
    let people = person.room.participants();
    let other = people.iter().find(|(id, _)| id == of);
    let metadata = other.and_then(|(_, other)| other.metadata.clone());
    metadata.map_or(Value::Null, |it| serde_json::from_str(it.as_str()).unwrap())
}

/// Waits until somebody sees another's seat, and language.
async fn sees(person: &Person, of: &Id, seat: u64, language: Option<&str>) {
    until("metadata", || {
        let metadata = seen(person, of);
        let is_it =
            metadata["seat"] == seat && metadata["attributes"]["language"].as_str() == language;
        is_it.then_some(())
    })
    .await;
    let heard = person.exchange.attributes_of(of).get("language").cloned();
    assert_eq!(heard.as_deref(), language);
}

fn has_way_for_data(room: &Room) -> bool {
    let [sending, _] = room.connections();
    let said = sending.and_then(|connection| web::local_description(&connection));
    said.is_some_and(|sdp| sdp.contains("m=application"))
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn metadata_and_attributes_in_it_go_by_a_server_that_passes_them_on() {
    let (server, room) = (Rc::new(Newer::default()), quiet());
    let cem = enter(&server, &room, "Cem", r#"{"seat":1}"#).await;
    let dee = enter(&server, &room, "Dee", r#"{"seat":2}"#).await;
    show(&cem).await;
    show(&dee).await;
    until("each to know the other", || {
        (knows(&cem, &dee.id) && knows(&dee, &cem.id)).then_some(())
    })
    .await;
    sees(&cem, &dee.id, 2, None).await;
    sees(&dee, &cem.id, 1, None).await;

    cem.exchange.set_attributes([("language", Some("pt"))]).unwrap();
    sees(&dee, &cem.id, 1, Some("pt")).await;
    cem.exchange.set_metadata(json(r#"{"seat":40}"#)).await.unwrap();
    sees(&dee, &cem.id, 40, Some("pt")).await;
    // In one breath: of two that the server is told neither undoes the other.
    let metadata = cem.exchange.set_metadata(json(r#"{"seat":41}"#));
    cem.exchange.set_attributes([("language", Some("de"))]).unwrap();
    metadata.await.unwrap();
    sees(&dee, &cem.id, 41, Some("de")).await;
    assert!(server.asked("configure") >= 3);
    assert!(!has_way_for_data(&cem.room), "no way for data was opened for it");

    // On the way back it is said with joining.
    let joins = server.asked("join");
    cem.room.simulate(Simulation::ServerRestart).await.unwrap();
    until("joining again", || (server.asked("join") > joins).then_some(())).await;
    cem.exchange.set_attributes([("language", Some("fr"))]).unwrap();
    sees(&dee, &cem.id, 41, Some("fr")).await;

    // And in the next call what holds beyond this one.
    let (was, exchange) = (cem.id.clone(), cem.exchange.clone());
    cem.room.leave().await;
    until("Cem to be gone", || (!knows(&dee, &was)).then_some(())).await;
    let stay = JoinOptions::new(room.room.clone().unwrap()).display("Cem");
    cem.room.join(exchange.introduce(stay.track(canvas(160, 90), &from("camera")))).await.unwrap();
    let id = cem.room.local_id().unwrap();
    let is_known = || dee.exchange.attributes_of(&id).get("language").cloned();
    assert_eq!(until("Cem's words", is_known).await, "fr");
    assert!(seen(&dee, &id).get("seat").is_none());
    cem.room.leave().await;
    dee.room.leave().await;
}

/// The server introduces nobody who publishes nothing, unless the room tells who joins.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn who_only_listens_is_known_by_what_they_say_on_newer_servers_too() {
    let (server, room) = (Rc::new(Newer::default()), quiet());
    let gil = enter(&server, &room, "Gil", "").await;
    let hal = enter(&server, &room, "Hal", "").await;
    assert!(!knows(&gil, &hal.id), "the room tells nobody");
    gil.exchange.set_hand_raised(true).unwrap();
    let raised = |event| match event {
        ExchangeEvent::HandRaised { id: Some(id), raised } => Some((id, raised)),
        _ => None,
    };
    assert_eq!(hal.heard(raised).await, (gil.id.clone(), true));
    assert_eq!(hal.exchange.attributes_of(&gil.id), gil.exchange.attributes());
    gil.exchange.set_hand_raised(false).unwrap();
    assert_eq!(hal.heard(raised).await, (gil.id.clone(), false));

    // Who publishes needs no way for data, until that is over.
    show(&hal).await;
    hal.exchange.set_attributes([("language", Some("pt"))]).unwrap();
    let known = |person: &Person| person.exchange.attributes_of(&hal.id).get("language").cloned();
    assert_eq!(until("Hal's language", || known(&gil)).await, "pt");
    assert!(!has_way_for_data(&hal.room));
    ours(&hal.room, Source::Camera).unpublish();
    let ivo = enter(&server, &room, "Ivo", "").await;
    assert_eq!(until("Hal's language", || known(&ivo)).await, "pt");
    for person in [gil, hal, ivo] {
        person.room.leave().await;
    }
}
