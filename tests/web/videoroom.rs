//! The two roles of `VideoRoom`, with peer connections of the application's.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use janus_wasm::client::{Connection, Options, Session};
use janus_wasm::engine::Millis;
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::{Candidate, Offer};
use janus_wasm::videoroom::requests::{
    AddRemotePublisher, Allowed, AllowedAction, Configure, ConfigureSubscriber, CreateRoom,
    DestroyRoom, EditRoom, EnableRecording, ForwardStream, JoinPublisher, JoinSubscriber, Kick,
    ListForwarders, ListRemotes, Moderate, Publish, PublishRemotely, RemoveRemotePublisher,
    RtpForward, StopRtpForward, Subscribe, SubscribeTo, SubscriberStream, Switch, SwitchStream,
    UnpublishRemotely, Unsubscribe, UnsubscribeFrom, Update, UpdateRemotePublisher,
};
use janus_wasm::videoroom::{
    Publisher, PublisherEvent, RoomEvent, Subscriber, SubscriberEvent, VideoRoom,
};
use janus_wasm::web::{self, MicrophoneOptions, Peer, PeerConfig, PeerEvent, PublishOptions};
use janus_wasm::{Error, ErrorCode, Id};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::shown::until;

const SECRET: &str = "typed";

/// What was told, to be waited for.
struct Told<E>(Rc<RefCell<Vec<E>>>);

impl<E: Clone + 'static> Told<E> {
    fn new() -> (Self, impl Fn(E) + 'static) {
        let told = Rc::new(RefCell::default());
        let heard = Rc::clone(&told);
        (Self(told), move |event| heard.borrow_mut().push(event))
    }

    async fn until(&self, what: &str, wanted: impl Fn(&E) -> bool) -> E {
        for _ in 0..1_200 {
            if let Some(event) = self.0.borrow().iter().find(|event| wanted(event)) {
                return event.clone();
            }
            web::sleep(Millis(50)).await;
        }
        panic!("{what} did not come");
    }
}

/// A peer connection and the candidates it found so far.
fn peer() -> (Peer, Rc<RefCell<Vec<Candidate>>>) {
    let found: Rc<RefCell<Vec<Candidate>>> = Rc::default();
    let finding = Rc::clone(&found);
    let peer = Peer::new(&PeerConfig::default(), move |event| {
        if let PeerEvent::Candidate(candidate) = event {
            finding.borrow_mut().push(candidate);
        }
    });
    (peer.unwrap(), found)
}

async fn gathered(found: &RefCell<Vec<Candidate>>) -> Vec<Candidate> {
    for _ in 0..200 {
        if found.borrow().iter().any(|candidate| candidate.completed == Some(true)) {
            break;
        }
        web::sleep(Millis(50)).await;
    }
    found.borrow_mut().split_off(0)
}

async fn microphone(peer: &Peer) -> Offer {
    let track = web::capture(None, Some(&MicrophoneOptions::default())).await.unwrap().remove(0);
    peer.add_sender(&track, &PublishOptions::default()).unwrap();
    Offer::new(peer.offer().await.unwrap().sdp)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (ErrorCode, Option<u16>) {
    let error = result.unwrap_err();
    (error.code(), error.status())
}

struct Stage {
    session: Session,
    connection: Connection,
    rooms: VideoRoom,
    room: Id,
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where rooms may have none")]
fn secret() -> Option<String> {
    Some(SECRET.to_owned())
}

async fn stage(url: &str) -> Stage {
    let connection = Connection::open(&[url], Options::default()).await.unwrap();
    let session = Session::create(&connection).await.unwrap();
    let rooms = VideoRoom::attach(&session).await.unwrap();
    let publishers = Some(6);
    let room = CreateRoom {
        secret: secret(),
        publishers,
        notify_joining: Some(true),
        ..CreateRoom::default()
    };
    let room = rooms.create(&room).await.unwrap().room;
    Stage { session, connection, rooms, room }
}

impl Stage {
    async fn end(self) {
        let room = DestroyRoom { room: self.room, secret: secret(), permanent: None };
        self.rooms.destroy(&room).await.unwrap();
        self.session.destroy().await.unwrap();
        self.connection.close();
    }

    /// Somebody who speaks.
    async fn speaker(&self, name: &str) -> (Publisher, Told<PublisherEvent>, Peer) {
        let (peer, found) = peer();
        let offer = microphone(&peer).await;
        let (told, hear) = Told::new();
        let join = JoinPublisher {
            display: Some(name.to_owned()),
            ..JoinPublisher::new(self.room.clone())
        };
        let joined = self.rooms.join_and_configure(&join, &offer, hear).await.unwrap();
        let (publisher, made) = joined;
        assert_eq!(made.streams[0].codec.as_deref(), Some("opus"));
        assert!(made.streams[0].details().unwrap().talking.is_none());
        peer.apply(&made.answer.sdp).await.unwrap();
        publisher.trickle(gathered(&found).await).await.unwrap();
        let up = |event: &_| matches!(event, PublisherEvent::Handle(HandleEvent::WebrtcUp));
        told.until("webrtcup", up).await;
        (publisher, told, peer)
    }

    async fn listener(&self, feed: &Id) -> (Subscriber, Told<SubscriberEvent>, Peer) {
        let (peer, found) = peer();
        let (told, hear) = Told::new();
        let join =
            JoinSubscriber::new(self.room.clone(), vec![Subscribe::stream(feed.clone(), "0")]);
        let (subscriber, mapping) = self.rooms.join_subscriber(&join, hear).await.unwrap();
        let streams = mapping.streams.unwrap();
        assert_eq!(streams[0].feed_id.as_ref(), Some(feed));
        assert_eq!(streams[0].details().unwrap().codec.as_deref(), Some("opus"));
        let answer = peer.answer(&mapping.offer.unwrap().sdp).await.unwrap();
        subscriber.start(answer).await.unwrap();
        subscriber.trickle(gathered(&found).await).await.unwrap();
        let up = |event: &_| matches!(event, SubscriberEvent::Handle(HandleEvent::WebrtcUp));
        told.until("webrtcup", up).await;
        (subscriber, told, peer)
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_publisher_from_joining_to_leaving() {
    for url in addresses() {
        let stage = stage(url).await;
        let (bob_told, hear) = Told::new();
        let bob = JoinPublisher {
            display: Some("Bob".to_owned()),
            ..JoinPublisher::new(stage.room.clone())
        };
        let bob = stage.rooms.join_publisher(&bob, hear).await.unwrap();
        let (ada, ada_told, _peer) = stage.speaker("Ada").await;
        let ada_id = ada.joined().id.clone();
        let is_ada = |who: &Id| *who == ada_id;
        let room = |wanted: fn(&RoomEvent) -> Option<&Id>| {
            move |event: &PublisherEvent| match event {
                PublisherEvent::Room(event) => wanted(event).is_some_and(is_ada),
                PublisherEvent::Handle(_) => false,
            }
        };
        bob_told
            .until(
                "joining",
                room(|event| match event {
                    RoomEvent::Joining(who) => Some(&who.id),
                    _ => None,
                }),
            )
            .await;
        bob_told
            .until(
                "publishers",
                room(|event| match event {
                    RoomEvent::Publishers(publishers) => publishers.first().map(|one| &one.id),
                    _ => None,
                }),
            )
            .await;
        ada.configure(&Configure { display: Some("Ada L.".to_owned()), ..Configure::default() })
            .await
            .unwrap();
        bob_told
            .until(
                "changed",
                room(|event| match event {
                    RoomEvent::Changed(who) if who.display.as_deref() == Some("Ada L.") => {
                        Some(&who.id)
                    }
                    _ => None,
                }),
            )
            .await;
        let mute = Moderate {
            room: stage.room.clone(),
            id: ada_id.clone(),
            mid: "0".to_owned(),
            mute: true,
            secret: secret(),
        };
        stage.rooms.moderate(&mute).await.unwrap();
        ada_told
            .until(
                "moderated",
                room(|event| match event {
                    RoomEvent::Moderated { id, muted: true, .. } => Some(id),
                    _ => None,
                }),
            )
            .await;
        let (peer, _) = peer();
        let again = ada.publish(&Publish::default(), &microphone(&peer).await).await;
        assert_eq!(refused(again), (ErrorCode::AlreadyPublished, Some(434)));
        assert_eq!(refused(bob.unpublish().await), (ErrorCode::NotPublished, Some(435)));
        ada.leave().await.unwrap();
        bob_told
            .until(
                "leaving",
                room(|event| match event {
                    RoomEvent::Leaving(who) => Some(&who.id),
                    _ => None,
                }),
            )
            .await;
        let kick = Kick { room: stage.room.clone(), id: bob.joined().id.clone(), secret: secret() };
        stage.rooms.kick(&kick).await.unwrap();
        let out = |event: &_| matches!(event, PublisherEvent::Room(RoomEvent::KickedOurselves));
        bob_told.until("kicked", out).await;
        stage.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_subscriber_from_joining_to_leaving() {
    for url in addresses() {
        let stage = stage(url).await;
        let (ada, _, _ada_peer) = stage.speaker("Ada").await;
        let (bob, _, _bob_peer) = stage.speaker("Bob").await;
        let (ada_id, bob_id) = (ada.joined().id.clone(), bob.joined().id.clone());
        let (subscriber, told, peer) = stage.listener(&ada_id).await;
        subscriber.pause().await.unwrap();
        subscriber.resume().await.unwrap();
        let quiet = SubscriberStream {
            mid: Some("0".to_owned()),
            send: Some(false),
            ..SubscriberStream::default()
        };
        let configure =
            ConfigureSubscriber { streams: vec![quiet], ..ConfigureSubscriber::default() };
        subscriber.configure(&configure).await.unwrap();
        let switch = SwitchStream {
            feed: bob_id.clone(),
            mid: "0".to_owned(),
            sub_mid: "0".to_owned(),
            substream: None,
            temporal: None,
            spatial_layer: None,
            temporal_layer: None,
        };
        let (changes, streams) =
            subscriber.switch(&Switch { streams: vec![switch] }).await.unwrap();
        assert_eq!((changes, streams[0].feed_id.as_ref()), (1, Some(&bob_id)), "{url}");
        let more = SubscribeTo { streams: vec![Subscribe::feed(ada_id.clone())] };
        let offer = subscriber.subscribe(&more).await.unwrap().offer.unwrap();
        let restart = ConfigureSubscriber { restart: Some(true), ..ConfigureSubscriber::default() };
        assert_eq!(refused(subscriber.configure(&restart).await), (ErrorCode::InvalidState, None));
        subscriber.start(peer.answer(&offer.sdp).await.unwrap()).await.unwrap();
        let less = UnsubscribeFrom { streams: vec![Unsubscribe::line("1")] };
        let offer = subscriber.unsubscribe(&less).await.unwrap().offer.unwrap();
        subscriber.start(peer.answer(&offer.sdp).await.unwrap()).await.unwrap();
        let both = Update {
            subscribe: vec![Subscribe::stream(ada_id, "0")],
            unsubscribe: vec![Unsubscribe::line("0")],
        };
        let offer = subscriber.update(&both).await.unwrap().offer.unwrap();
        subscriber.start(peer.answer(&offer.sdp).await.unwrap()).await.unwrap();
        ada.leave().await.unwrap();
        let updated = |event: &_| matches!(event, SubscriberEvent::Updated(mapping) if mapping.offer.is_some());
        told.until("updated", updated).await;
        subscriber.leave().await.unwrap();
        bob.leave().await.unwrap();
        stage.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_is_given_up_midway_leaves_nothing_behind() {
    for url in addresses() {
        let stage = stage(url).await;
        let (ada, _, _ada_peer) = stage.speaker("Ada").await;
        let ada_id = ada.joined().id.clone();
        let (subscriber, told, peer) = stage.listener(&ada_id).await;
        let more = SubscribeTo { streams: vec![Subscribe::feed(ada_id.clone())] };
        let mut asked = Box::pin(subscriber.subscribe(&more));
        let begin = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_pending()));
        assert!(begin.await, "it is on its way");
        drop(asked);
        let offered = |event: &_| matches!(event, SubscriberEvent::Updated(mapping) if mapping.offer.is_some());
        let SubscriberEvent::Updated(mapping) = told.until("the offer", offered).await else {
            unreachable!()
        };
        subscriber.start(peer.answer(&mapping.offer.unwrap().sdp).await.unwrap()).await.unwrap();
        subscriber.leave().await.unwrap();
        // Before there is a handle, while it joins, and when it has.
        for (id, span) in (5_u64..).zip([0, 1, 2, 4, 8, 16, 32, 64]) {
            let join =
                JoinPublisher { id: Some(id.into()), ..JoinPublisher::new(stage.room.clone()) };
            let joining = stage.rooms.join_publisher(&join, |_event| {});
            if let Some(joined) = web::within(Millis(span), joining).await {
                joined.unwrap().leave().await.unwrap();
            }
            let feed = vec![Subscribe::feed(ada_id.clone())];
            let join = JoinSubscriber::new(stage.room.clone(), feed);
            let joining = stage.rooms.join_subscriber(&join, |_event| {});
            if let Some(joined) = web::within(Millis(span), joining).await {
                joined.unwrap().0.leave().await.unwrap();
            }
        }
        // What was asked for last is the last to come: when nobody is left behind it, nobody comes any more.
        let last = JoinPublisher { id: Some(99.into()), ..JoinPublisher::new(stage.room.clone()) };
        stage.rooms.join_publisher(&last, |_event| {}).await.unwrap().leave().await.unwrap();
        until(&format!("Ada alone, {url}"), async || {
            ids(&stage.rooms, &stage.room).await == [ada_id.clone()]
        })
        .await;
        let without = JoinPublisher { bitrate: Some(1), ..JoinPublisher::new(stage.room.clone()) };
        let refusal = refused(stage.rooms.join_publisher(&without, |_event| {}).await);
        assert_eq!(refusal, (ErrorCode::InvalidArgument, None));
        ada.leave().await.unwrap();
        stage.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_an_operator_asks() {
    for url in addresses() {
        let stage = stage(url).await;
        let (rooms, room) = (&stage.rooms, stage.room.clone());
        assert!(rooms.server_version() >= 1000);
        let edit = EditRoom {
            room: room.clone(),
            secret: secret(),
            new_description: Some("Edited".to_owned()),
            new_secret: None,
            new_pin: None,
            new_is_private: None,
            new_require_pvtid: None,
            new_bitrate: Some(128_000),
            new_fir_freq: None,
            new_publishers: None,
            new_lock_record: None,
            new_rec_dir: None,
            permanent: None,
        };
        assert_eq!(rooms.edit(&edit).await.unwrap().room, room);
        let tokens = |action, allowed: Option<&str>| Allowed {
            room: room.clone(),
            secret: secret(),
            action,
            allowed: allowed.map(|token| vec![token.to_owned()]),
        };
        assert_eq!(rooms.allowed(&tokens(AllowedAction::Add, Some("t"))).await.unwrap(), ["t"]);
        assert!(rooms.allowed(&tokens(AllowedAction::Disable, None)).await.unwrap().is_empty());
        let record = EnableRecording { room: room.clone(), record: false, secret: secret() };
        assert!(!rooms.enable_recording(&record).await.unwrap());
        let (ada, _, _peer) = stage.speaker("Ada").await;
        let publisher_id = ada.joined().id.clone();
        forwarding(rooms, &room, &publisher_id).await;
        copying(rooms, &room, &publisher_id).await;
        ada.leave().await.unwrap();
        stage.end().await;
    }
}

/// Who is in a room.
async fn ids(rooms: &VideoRoom, room: &Id) -> Vec<Id> {
    let people = rooms.list_participants(room).await.unwrap();
    people.into_iter().map(|who| who.id).collect()
}

async fn forwarding(rooms: &VideoRoom, room: &Id, publisher_id: &Id) {
    let forward = RtpForward {
        room: room.clone(),
        publisher_id: publisher_id.clone(),
        host: "127.0.0.1".to_owned(),
        host_family: None,
        streams: vec![ForwardStream {
            mid: "0".to_owned(),
            port: 40_000,
            ..ForwardStream::default()
        }],
        secret: secret(),
        admin_key: None,
        srtp_suite: None,
        srtp_crypto: None,
    };
    let forwarders = rooms.rtp_forward(&forward).await.unwrap().forwarders;
    let list = ListForwarders { room: room.clone(), secret: secret() };
    assert_eq!(rooms.list_forwarders(&list).await.unwrap()[0].forwarders, forwarders);
    let stop = StopRtpForward {
        room: room.clone(),
        publisher_id: publisher_id.clone(),
        stream_id: forwarders[0].stream_id,
        secret: secret(),
        admin_key: None,
    };
    rooms.stop_rtp_forward(&stop).await.unwrap();
    assert_eq!(refused(rooms.stop_rtp_forward(&stop).await), (ErrorCode::FeedNotFound, Some(428)));
}

async fn copying(rooms: &VideoRoom, room: &Id, publisher_id: &Id) {
    let stream = r#"{"mid":"0","mindex":0,"type":"audio","codec":"opus"}"#;
    let streams = vec![janus_wasm::protocol::Json::parse(stream).unwrap().read().unwrap()];
    let added = AddRemotePublisher {
        room: room.clone(),
        streams,
        id: None,
        secret: secret(),
        display: Some("Copy".to_owned()),
        metadata: None,
        mcast: None,
        iface: None,
        port: None,
        srtp_suite: None,
        srtp_crypto: None,
    };
    let there = rooms.add_remote_publisher(&added).await.unwrap();
    let copy = PublishRemotely {
        room: room.clone(),
        publisher_id: publisher_id.clone(),
        remote_id: "copy".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: there.port,
        host_family: None,
        rtcp_port: there.rtcp_port,
        secret: secret(),
        admin_key: None,
        srtp_suite: None,
        srtp_crypto: None,
    };
    rooms.publish_remotely(&copy).await.unwrap();
    let list =
        ListRemotes { room: room.clone(), publisher_id: publisher_id.clone(), secret: secret() };
    assert_eq!(rooms.list_remotes(&list).await.unwrap()[0].remote_id, "copy");
    let (id, display) = (there.id, Some("Copy of Ada".to_owned()));
    // The server answers before the copy is there.
    until("the copy in the room", async || ids(rooms, room).await.contains(&id)).await;
    let update = UpdateRemotePublisher {
        room: room.clone(),
        id: id.clone(),
        streams: added.streams.clone(),
        secret: secret(),
        display,
        metadata: None,
    };
    rooms.update_remote_publisher(&update).await.unwrap();
    let (room, publisher_id) = (room.clone(), publisher_id.clone());
    let end = UnpublishRemotely {
        room: room.clone(),
        publisher_id,
        remote_id: "copy".to_owned(),
        secret: secret(),
    };
    rooms.unpublish_remotely(&end).await.unwrap();
    let gone = RemoveRemotePublisher { room, id, secret: secret() };
    rooms.remove_remote_publisher(&gone).await.unwrap();
}
