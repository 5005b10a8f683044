//! Connection, session, handle and typed VideoRoom, over both transports.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::client::{AttachOptions, Connection, Options, Session, SessionEvent};
use janus_wasm::protocol::Json;
use janus_wasm::videoroom::VideoRoom;
use janus_wasm::videoroom::requests::{CreateRoom, DestroyRoom, JoinPublisher, List};
use janus_wasm::{Error, ErrorCode, Id};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;

async fn open(url: &str) -> (Connection, Session) {
    let connection = Connection::open(&[url], Options::default()).await.unwrap();
    let session = Session::create(&connection).await.unwrap();
    (connection, session)
}

fn join(room: &Id, pin: &str) -> JoinPublisher {
    JoinPublisher {
        display: Some("Ada".to_owned()),
        pin: Some(pin.to_owned()),
        ..JoinPublisher::new(room.clone())
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (ErrorCode, Option<u16>) {
    let error = result.unwrap_err();
    (error.code(), error.status())
}

async fn clear(rooms: &VideoRoom, room: &Id) {
    if rooms.exists(room).await.unwrap() {
        let secret = Some("1234".to_owned());
        let left = DestroyRoom { room: room.clone(), secret, permanent: None };
        rooms.destroy(&left).await.unwrap();
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_private_room_from_create_to_destroy() {
    for url in addresses() {
        let (connection, session) = open(url).await;
        let rooms = VideoRoom::attach(&session).await.unwrap();
        let room = Id::from(12_345_678);
        clear(&rooms, &room).await;
        let settings = CreateRoom {
            room: Some(room.clone()),
            description: Some("myroomFirst".to_owned()),
            secret: Some("1234".to_owned()),
            pin: Some("1234".to_owned()),
            is_private: Some(true),
            permanent: Some(false),
            ..CreateRoom::default()
        };
        let created = rooms.create(&settings).await.unwrap();
        assert_eq!((created.room, created.permanent), (room.clone(), false), "{url}");
        let listed = rooms.list(&List::default()).await.unwrap();
        assert!(listed.iter().any(|info| info.room == Id::from(1234)), "public rooms are listed");
        assert!(!listed.iter().any(|info| info.room == room), "private ones are not");
        assert!(rooms.exists(&room).await.unwrap());
        let wrong_pin = refused(rooms.join_publisher(&join(&room, "9999"), |_event| {}).await);
        assert_eq!(wrong_pin, (ErrorCode::Unauthorized, Some(433)), "{url}");
        let twice = refused(rooms.create(&settings).await);
        assert_eq!(twice, (ErrorCode::RoomExists, Some(427)), "{url}");
        let wrong_secret =
            DestroyRoom { room: room.clone(), secret: Some("no".to_owned()), permanent: None };
        assert_eq!(refused(rooms.destroy(&wrong_secret).await).0, ErrorCode::Unauthorized);
        clear(&rooms, &room).await;
        assert!(!rooms.exists(&room).await.unwrap());
        session.destroy().await.unwrap();
        connection.close();
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_room_id_beyond_2_to_the_53_survives_both_ways() {
    for url in addresses() {
        let (connection, session) = open(url).await;
        let rooms = VideoRoom::attach(&session).await.unwrap();
        let room = Id::from(9_007_199_254_740_993);
        clear(&rooms, &room).await;
        let secret = Some("1234".to_owned());
        let settings = CreateRoom { room: Some(room.clone()), secret, ..CreateRoom::default() };
        assert_eq!(rooms.create(&settings).await.unwrap().room, room);
        let listed = rooms.list(&List::default()).await.unwrap();
        assert!(listed.iter().any(|info| info.room == room));
        let ada = rooms.join_publisher(&join(&room, ""), |_event| {}).await.unwrap();
        assert_eq!(ada.joined().room, room);
        let people = rooms.list_participants(&room).await.unwrap();
        assert_eq!(people.len(), 1);
        ada.leave().await.unwrap();
        assert!(rooms.list_participants(&room).await.unwrap().is_empty());
        clear(&VideoRoom::attach(&session).await.unwrap(), &room).await;
        session.destroy().await.unwrap();
        connection.close();
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn any_plugin_answers_with_its_own_words() {
    for url in addresses() {
        let (connection, session) = open(url).await;
        let heard = Rc::new(RefCell::new(0));
        let counter = Rc::clone(&heard);
        let sink = Rc::new(move |_event| *counter.borrow_mut() += 1);
        let echo =
            session.attach("janus.plugin.echotest", AttachOptions::default(), sink).await.unwrap();
        let body = Json::parse(r#"{"audio":true,"video":true}"#).unwrap();
        let said = echo.request(body, None).await.unwrap().data.to_string();
        assert!(said.contains(r#""result":"ok""#), "{url}: {said}");
        echo.detach().await.unwrap();
        assert_eq!(*heard.borrow(), 0, "an answer is no event");
        connection.close();
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_is_asked_of_a_closed_connection_is_refused() {
    for url in addresses() {
        let (connection, session) = open(url).await;
        let lost = Rc::new(RefCell::new(None));
        let seen = Rc::clone(&lost);
        session.on_event(move |event| {
            if let SessionEvent::Lost { error, renewing: false } = event {
                *seen.borrow_mut() = Some(error.code());
            }
        });
        let options = AttachOptions::default();
        let waiting = session.attach("janus.plugin.videoroom", options, Rc::new(|_event| {}));
        connection.close();
        assert_eq!(refused(waiting.await.map(|handle| handle.id())).0, ErrorCode::Closed);
        assert_eq!(refused(connection.ping().await).0, ErrorCode::Closed);
        assert_eq!(*lost.borrow(), Some(ErrorCode::Closed));
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_plugin_that_is_not_there_is_a_typed_error() {
    for url in addresses() {
        let (connection, session) = open(url).await;
        let sink = Rc::new(|_event| {});
        let result = session.attach("janus.plugin.nonsense", AttachOptions::default(), sink).await;
        assert_eq!(refused(result), (ErrorCode::PluginNotFound, Some(460)));
        connection.close();
    }
}

#[wasm_bindgen_test]
async fn nobody_listens_there() {
    for url in ["ws://127.0.0.1:9", "http://127.0.0.1:9/janus"] {
        let result = Connection::open(&[url], Options::default()).await;
        assert_eq!(refused(result).0, ErrorCode::Unreachable, "{url}");
    }
    let nowhere: [&str; 0] = [];
    let result = Connection::open(&nowhere, Options::default()).await;
    assert_eq!(refused(result).0, ErrorCode::InvalidArgument);
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn the_next_server_is_tried() {
    for url in addresses() {
        let servers = ["ws://127.0.0.1:9", url];
        let connection = Connection::open(&servers, Options::default()).await.unwrap();
        assert_eq!(connection.url(), url);
        connection.close();
    }
}
