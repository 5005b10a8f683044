//! Each request writes what the list has, no more and no less.

use std::fmt::Debug;

use janus_wasm::protocol::Json;
use janus_wasm::protocol::json::{Decode, Encode};
use janus_wasm::protocol::videoroom::check::RoomRequest;
use janus_wasm::videoroom::requests::{
    AddRemotePublisher, Allowed, Configure, ConfigureSubscriber, CreateRoom, DestroyRoom, EditRoom,
    EnableRecording, Exists, JoinPublisher, JoinSubscriber, Kick, List, ListForwarders,
    ListParticipants, ListRemotes, Moderate, Publish, PublishRemotely, RemoveRemotePublisher,
    RtpForward, StopRtpForward, SubscribeTo, Switch, UnpublishRemotely, UnsubscribeFrom, Update,
    UpdateRemotePublisher,
};
use janus_wasm::{Error, ErrorCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::schema::{object_of, required, schema, versioned};

/// One request of the list, as a type.
struct Typed {
    method: &'static str,
    name: &'static str,
    /// Reads and writes.
    round: fn(&str) -> Result<String, String>,
    /// Checks it for a server of this version.
    checked: fn(&str, u32) -> Result<(), Error>,
    /// How many fields it has, as its `Debug` shows.
    fields: fn(&str) -> usize,
}

fn round<T: RoomRequest + Decode>(text: &str) -> Result<String, String> {
    let request = T::decode(text).map_err(|unfit| unfit.to_string())?;
    Ok(Json::write(&request as &dyn Encode).as_str().to_owned())
}

fn checked<T: RoomRequest + Decode>(text: &str, version: u32) -> Result<(), Error> {
    T::decode(text).unwrap().fields(version).map(drop)
}

fn fields<T: Decode + Debug>(text: &str) -> usize {
    let shown = format!("{:#?}", T::decode(text).unwrap());
    shown
        .lines()
        .filter(|line| {
            line.starts_with("    ") && !line.starts_with("     ") && line.contains(": ")
        })
        .count()
}

macro_rules! typed {
    ($($method:literal: $type:ty),* $(,)?) => {
        [$(Typed { method: $method, name: <$type as RoomRequest>::NAME, round: round::<$type>, checked: checked::<$type>, fields: fields::<$type> }),*]
    };
}

fn all() -> [Typed; 29] {
    typed! {
        "create": CreateRoom, "edit": EditRoom, "destroy": DestroyRoom, "exists": Exists, "list": List,
        "listParticipants": ListParticipants, "allowed": Allowed, "kick": Kick, "moderate": Moderate,
        "enableRecording": EnableRecording, "rtpForward": RtpForward, "stopRtpForward": StopRtpForward,
        "listForwarders": ListForwarders, "publishRemotely": PublishRemotely,
        "unpublishRemotely": UnpublishRemotely, "listRemotes": ListRemotes,
        "addRemotePublisher": AddRemotePublisher, "updateRemotePublisher": UpdateRemotePublisher,
        "removeRemotePublisher": RemoveRemotePublisher, "joinPublisher": JoinPublisher,
        "joinAndConfigure": JoinPublisher, "publish": Publish, "configurePublisher": Configure,
        "joinSubscriber": JoinSubscriber, "subscribe": SubscribeTo, "unsubscribe": UnsubscribeFrom,
        "update": Update, "configureSubscriber": ConfigureSubscriber, "switch": Switch,
    }
}

/// Requests without fields of their own: nothing to type.
const BARE: [&str; 5] = ["unpublish", "leavePublisher", "start", "pause", "leaveSubscriber"];

#[test]
fn every_request_of_the_list_has_a_type() {
    let schema = schema();
    let listed: Vec<_> = schema["requests"].as_object().unwrap().keys().cloned().collect();
    for method in &listed {
        let typed = all().iter().any(|typed| typed.method == method);
        let bare = BARE.contains(&method.as_str());
        assert!(typed != bare, "{method}");
        let none = schema["requests"][method]["fields"].as_object().unwrap().is_empty();
        assert_eq!(bare, none, "{method}");
    }
    for Typed { method, name, .. } in all() {
        let listed = &schema["requests"][method]["request"];
        let joins = *listed == "joinandconfigure" && name == "join";
        assert!(joins || *listed == name, "{method} is {listed}, not {name}");
    }
}

#[test]
fn what_is_written_is_what_the_list_has() {
    let schema = schema();
    for Typed { method, round, .. } in all() {
        let shape = schema["requests"][method]["fields"].as_object().unwrap();
        let mut runner = TestRunner::new(Config::with_cases(120));
        let ran = runner.run(&object_of(&schema, shape), |given| {
            let written = round(&given.to_string()).map_err(TestCaseError::fail)?;
            let read: Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&read, &given, "{}", method);
            prop_assert!(!written.contains("null"), "{}: {}", method, written);
            prop_assert!(!has_floats(&read), "{}: {}", method, written);
            Ok(())
        });
        ran.unwrap_or_else(|error| panic!("{method}: {error}"));
    }
}

fn has_floats(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_floats),
        Value::Object(fields) => fields.values().any(has_floats),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// A request with what is required, the lists with one entry of theirs.
fn least(schema: &Value, method: &str) -> Value {
    let shape = schema["requests"][method]["fields"].as_object().unwrap();
    let mut runner = TestRunner::deterministic();
    let full = object_of(schema, shape).new_tree(&mut runner).unwrap().current();
    let needed = required(shape);
    let kept = full.as_object().unwrap().iter().filter(|(name, _)| needed.contains(name));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

#[test]
fn what_is_required_cannot_be_left_out() {
    let schema = schema();
    for Typed { method, round, .. } in all() {
        let least = least(&schema, method);
        assert!(round(&least.to_string()).is_ok(), "{method}: {least}");
        for name in required(schema["requests"][method]["fields"].as_object().unwrap()) {
            let mut without = least.clone();
            without.as_object_mut().unwrap().remove(&name);
            let error = round(&without.to_string()).expect_err(&name);
            assert!(error.contains(&name), "{method} without {name}: {error}");
        }
    }
}

#[test]
fn every_version_of_the_list_is_kept() {
    let schema = schema();
    let mut tried = 0;
    for Typed { method, checked, .. } in all().into_iter().filter(|it| it.method != "joinPublisher")
    {
        for field in versioned(&schema, method) {
            let text = field.request.to_string();
            let error = checked(&text, field.refused).expect_err(&format!("{method}: {field:?}"));
            assert_eq!(error.code(), ErrorCode::Unsupported, "{method}: {error}");
            // Of two that go together only, the first is named.
            let path = field.path.replace("srtp_crypto", "srtp_suite");
            assert!(error.to_string().contains(&path), "{method}: {error}");
            let taken = checked(&text, field.taken);
            assert!(taken.is_ok(), "{method}: {taken:?} of {text}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried} fields with versions");
}

#[test]
fn no_type_has_a_field_that_the_list_has_not() {
    let schema = schema();
    // What only an offer may come with is there for `joinandconfigure`.
    for Typed { method, fields, .. } in all().into_iter().filter(|it| it.method != "joinPublisher")
    {
        let listed = schema["requests"][method]["fields"].as_object().unwrap().len();
        assert_eq!(fields(&least(&schema, method).to_string()), listed, "{method}");
    }
}
