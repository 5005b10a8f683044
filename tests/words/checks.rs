//! What is refused before it is sent.

use janus_wasm::protocol::Json;
use janus_wasm::protocol::videoroom::StreamKind;
use janus_wasm::protocol::videoroom::check::{RoomRequest, without_offer};
use janus_wasm::videoroom::requests::{
    AddRemotePublisher, Allowed, AllowedAction, Configure, ConfigureSubscriber, CreateRoom,
    JoinPublisher, JoinSubscriber, PublishRemotely, PublisherStream, RemoteStream, RtpForward,
    StreamDescription, Subscribe, SubscribeTo, SubscriberStream, Switch, SwitchStream, Unsubscribe,
    UnsubscribeFrom, Update,
};
use janus_wasm::{Error, ErrorCode};

const OLD: u32 = 1102;
const NEW: u32 = 1402;

fn refused(request: &impl RoomRequest, version: u32) -> (ErrorCode, String) {
    let error = request.fields(version).unwrap_err();
    (error.code(), error.to_string())
}

/// The message names the field and what is allowed.
fn wrong(request: &impl RoomRequest, field: &str, allowed: &str) {
    let (code, text) = refused(request, NEW);
    assert_eq!(code, ErrorCode::InvalidArgument, "{text}");
    assert!(text.contains(field) && text.contains(allowed), "{text}");
}

fn layered(layer: u32) -> Subscribe {
    Subscribe { substream: Some(layer), ..Subscribe::stream(1, "0") }
}

#[test]
fn layers_above_2_would_bring_the_server_down() {
    let entries: [fn(&mut Subscribe); 4] = [
        |it| it.substream = Some(3),
        |it| it.temporal = Some(3),
        |it| it.spatial_layer = Some(3),
        |it| it.temporal_layer = Some(u32::MAX),
    ];
    for (entry, name) in
        entries.iter().zip(["substream", "temporal", "spatial_layer", "temporal_layer"])
    {
        let mut stream = Subscribe::stream(1, "0");
        entry(&mut stream);
        let streams = vec![Subscribe::stream(1, "1"), stream];
        let name = format!("streams.{name}");
        wrong(&SubscribeTo { streams: streams.clone() }, &name, "0, 1 or 2");
        wrong(&JoinSubscriber::new(1, streams.clone()), &name, "0, 1 or 2");
        wrong(&Update { subscribe: streams, unsubscribe: Vec::new() }, &name, "0, 1 or 2");
    }
    assert!(SubscribeTo { streams: vec![layered(2)] }.fields(OLD).is_ok());
    let stream = SubscriberStream { temporal: Some(9), ..SubscriberStream::default() };
    let configure = ConfigureSubscriber { streams: vec![stream], ..ConfigureSubscriber::default() };
    wrong(&configure, "streams.temporal", "0, 1 or 2");
}

#[test]
fn lists_are_not_empty() {
    wrong(&SubscribeTo { streams: Vec::new() }, "streams", "at least one");
    wrong(&UnsubscribeFrom { streams: Vec::new() }, "streams", "at least one");
    wrong(&JoinSubscriber::new(1, Vec::new()), "streams", "at least one");
    wrong(&Switch { streams: Vec::new() }, "streams", "at least one");
    wrong(&Update::default(), "subscribe or unsubscribe", "at least one");
    wrong(&UnsubscribeFrom { streams: vec![Unsubscribe::default()] }, "streams.sub_mid", "feed");
}

#[test]
fn several_entries_say_whom_they_are_for() {
    let stream = PublisherStream { send: Some(true), ..PublisherStream::default() };
    let one = Configure { streams: vec![stream.clone()], ..Configure::default() };
    assert!(one.fields(OLD).is_ok());
    let two = Configure { streams: vec![stream.clone(), stream], ..Configure::default() };
    wrong(&two, "streams.mid", "each");
    let all = Subscribe { fallback: Some(1), ..Subscribe::feed(1) };
    wrong(&SubscribeTo { streams: vec![all] }, "streams.fallback", "mid");
}

#[test]
fn codecs_ports_and_suites_are_those_of_the_server() {
    let codecs =
        |audio: &str| CreateRoom { audiocodec: Some(audio.to_owned()), ..CreateRoom::default() };
    assert!(codecs("opus,g722").fields(OLD).is_ok());
    wrong(&codecs("opus, g722"), "audiocodec", "without spaces");
    wrong(&codecs("mp3"), "audiocodec", "codecs of the server");
    wrong(&codecs("opus,red,pcmu,pcma,g722,l16"), "audiocodec", "at most five");
    let mut copy = PublishRemotely {
        room: 1.into(),
        publisher_id: 2.into(),
        remote_id: "copy".to_owned(),
        host: "::1".to_owned(),
        port: 0,
        host_family: None,
        rtcp_port: None,
        secret: None,
        admin_key: None,
        srtp_suite: None,
        srtp_crypto: None,
    };
    wrong(&copy, "port", "1 to 65535");
    copy.port = 1;
    copy.srtp_suite = Some(16);
    wrong(&copy, "srtp_suite", "32 or 80");
    copy.srtp_suite = Some(80);
    wrong(&copy, "srtp_suite", "together with srtp_crypto");
    copy.srtp_crypto = Some("key".to_owned());
    assert!(copy.fields(NEW).is_ok());
    copy.srtp_suite = None;
    wrong(&copy, "srtp_suite", "together with srtp_crypto");
    let mut change =
        Allowed { room: 1.into(), secret: None, action: AllowedAction::Add, allowed: None };
    wrong(&change, "allowed", "add and remove");
    change.allowed = Some(Vec::new());
    assert!(change.fields(OLD).is_ok());
    change.action = AllowedAction::Enable;
    wrong(&change, "allowed", "left out otherwise");
}

#[test]
fn nothing_goes_in_the_clear_that_was_to_be_encrypted() {
    let mut forward: RtpForward = Json::parse(
        r#"{"room":1,"publisher_id":2,"host":"::1","streams":[{"mid":"0","port":5000}]}"#
            .to_owned(),
    )
    .and_then(|text| text.read())
    .unwrap();
    assert!(forward.fields(OLD).is_ok());
    forward.srtp_crypto = Some("key".to_owned());
    wrong(&forward, "srtp_suite", "together with srtp_crypto");
    let mut copy = remote(Some("vp8"));
    copy.srtp_suite = Some(32);
    wrong(&copy, "srtp_suite", "together with srtp_crypto");
    copy.srtp_crypto = Some("key".to_owned());
    assert!(copy.fields(NEW).is_ok());
}

#[test]
fn what_goes_with_an_offer_is_not_given_without() {
    assert!(
        without_offer(&JoinPublisher { display: Some("Ada".to_owned()), ..JoinPublisher::new(1) })
            .is_ok()
    );
    let descriptions =
        vec![StreamDescription { mid: "0".to_owned(), description: "camera".to_owned() }];
    for (join, field) in [
        (JoinPublisher { bitrate: Some(1), ..JoinPublisher::new(1) }, "bitrate"),
        (
            JoinPublisher { videocodec: Some("vp8".to_owned()), ..JoinPublisher::new(1) },
            "videocodec",
        ),
        (JoinPublisher { descriptions, ..JoinPublisher::new(1) }, "descriptions"),
    ] {
        let error = without_offer(&join).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
        assert!(error.to_string().contains(field), "{error}");
    }
}

fn remote(codec: Option<&str>) -> AddRemotePublisher {
    let stream = format!(
        r#"{{"mid":"0","mindex":0,"type":"video"{}}}"#,
        codec.map(|codec| format!(r#","codec":"{codec}""#)).unwrap_or_default()
    );
    Json::parse(format!(r#"{{"room":1,"streams":[{stream}]}}"#)).unwrap().read().unwrap()
}

#[test]
fn remote_streams_have_a_codec() {
    assert!(remote(Some("vp8")).fields(OLD).is_ok());
    wrong(&remote(None), "streams.codec", "audio and video");
    let mut data = remote(None);
    let stream: &mut RemoteStream = &mut data.streams[0];
    stream.kind = StreamKind::Data;
    assert!(data.fields(OLD).is_ok());
}

/// Both versions of a request: refused by the old server, taken by the new one.
fn needs(request: &impl RoomRequest, field: &str, since: &str) {
    let (code, text) = refused(request, OLD);
    assert_eq!(code, ErrorCode::Unsupported, "{text}");
    for word in [field, since, "1.1.2"] {
        assert!(text.contains(word), "{word} in: {text}");
    }
    assert!(request.fields(NEW).is_ok());
}

#[test]
fn what_the_server_is_too_old_for_is_said() {
    let metadata = Some(Json::parse(r#"{"hand":"up"}"#).unwrap());
    needs(
        &JoinPublisher { metadata: metadata.clone(), ..JoinPublisher::new(1) },
        "metadata",
        "1.3.0",
    );
    needs(&Configure { metadata, ..Configure::default() }, "metadata", "1.3.0");
    needs(&CreateRoom { threads: Some(2), ..CreateRoom::default() }, "threads", "1.2.3");
    needs(&CreateRoom { dummy_e2ee: Some(true), ..CreateRoom::default() }, "dummy_e2ee", "1.3.2");
    let stream = SwitchStream {
        feed: 1.into(),
        mid: "0".to_owned(),
        sub_mid: "0".to_owned(),
        substream: Some(1),
        temporal: None,
        spatial_layer: None,
        temporal_layer: None,
    };
    needs(&Switch { streams: vec![stream] }, "streams.substream", "1.1.4");
    let text = Some(Json::parse(r#""hand up""#).unwrap());
    wrong(&JoinPublisher { metadata: text, ..JoinPublisher::new(1) }, "metadata", "object");
}

#[test]
fn what_the_server_is_too_new_for_is_said_too() {
    let room = CreateRoom { video_svc: Some(true), ..CreateRoom::default() };
    assert!(room.fields(OLD).is_ok());
    let (code, text) = refused(&room, NEW);
    assert_eq!(code, ErrorCode::Unsupported);
    assert!(text.contains("older than 1.1.4") && text.contains("1.4.2"), "{text}");
}

#[test]
fn every_error_has_a_code_of_its_own_and_keeps_the_words() {
    let statuses: Vec<u16> = (421..=438).chain([499]).collect();
    let mut codes = Vec::new();
    for status in &statuses {
        let error = Error::video_room(*status, "the server's words", "join");
        assert_eq!(error.status(), Some(*status));
        assert_eq!(error.to_string(), format!("join: the server's words ({status})"));
        assert_ne!(error.code(), ErrorCode::Server, "{status}");
        codes.push(error.code().as_str());
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), statuses.len());
    // Numbers of newer servers are errors all the same.
    assert_eq!(Error::video_room(477, "new", "join").code(), ErrorCode::Server);
}
