use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::protocol::Id;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| (f64::from(number) / 8.0).into()),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec(("[a-z\\\\\"é ]{0,6}", inner), 0..6)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Text that is nearly JSON.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        "[\\[\\]{},:\" \n]",
        "-?[0-9]{1,3}",
        "\\.[0-9]|[eE][+-]?[0-9]?|-|0",
        "true|false|null|nul",
        "\"[a-z\\\\\"]{0,3}\"",
        "\\\\(u00[0-9a-g]{2}|[nbx/])",
        any::<char>().prop_map(String::from),
    ];
    vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn takes_what_others_take(text in scraps()) {
        let theirs = serde_json::from_str::<Value>(&text).is_ok();
        prop_assert_eq!(Json::parse(text.clone()).is_ok(), theirs, "{}", text);
    }

    #[test]
    fn reads_what_others_wrote(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let json = Json::parse(text.unwrap()).unwrap();
        if let Value::Array(expected) = &value {
            let items: Vec<Json> = json.read().unwrap();
            prop_assert_eq!(items.len(), expected.len());
            for (item, expected) in items.iter().zip(expected) {
                prop_assert_eq!(&serde_json::from_str::<Value>(item.as_str()).unwrap(), expected);
            }
        }
        if let Value::Object(expected) = &value {
            let fields = Fields::of(json.as_str()).unwrap();
            for (name, expected) in expected {
                let written = serde_json::to_string(name).unwrap();
                let found = fields.find(&written[1..written.len() - 1]);
                let found = found.map(|text| serde_json::from_str::<Value>(text).unwrap());
                prop_assert_eq!(found.unwrap_or(Value::Null), expected.clone());
            }
        }
        if let Value::String(expected) = &value {
            prop_assert_eq!(&json.read::<String>().unwrap(), expected);
        }
    }

    #[test]
    fn text_survives_both_ways(text in any::<String>()) {
        let json = Json::write(&text);
        prop_assert_eq!(&serde_json::from_str::<String>(json.as_str()).unwrap(), &text);
        prop_assert_eq!(Json::parse(json.to_string()).unwrap().read::<String>().unwrap(), text);
    }

    #[test]
    fn integers_survive_both_ways(number in any::<u64>()) {
        let json = Json::write(&number);
        prop_assert_eq!(json.as_str(), number.to_string());
        prop_assert_eq!(json.read::<Id>().unwrap(), Id::Number(number));
    }

    #[test]
    fn no_text_breaks_a_reader(text in any::<String>()) {
        // Readers are only given what is well-formed; they hold out all the same.
        let read = |text: &str| (String::decode(text).is_ok(), Fields::of(text).is_ok(), Id::decode(text).is_ok());
        read(&text);
        Vec::<Id>::decode(&text).ok();
        read(&format!("\"{text}\""));
        read(&format!("{{{text}"));
    }
}

fn words<T: Decode>(text: &str) -> String {
    T::decode(text).map_or_else(|unfit| unfit.to_string(), |_| "it fits".to_owned())
}

#[test]
fn what_does_not_fit_is_said_in_words() {
    assert_eq!(words::<String>("5"), "expected text");
    assert_eq!(words::<bool>("1"), "expected true or false");
    for wrong in ["-1", "1.5", "1e3", "\"1\"", "18446744073709551616", "true"] {
        assert_eq!(words::<u64>(wrong), "expected a whole number of at least 0", "{wrong}");
    }
    assert_eq!(words::<u16>("65536"), "is out of range");
    assert_eq!(words::<Vec<u64>>("{}"), "expected a list");
    for wrong in ["-1", "1.5", "true", "{}", "null"] {
        assert_eq!(words::<Id>(wrong), "expected an id: a whole number of at least 0, or text");
    }
    let error = Json::parse("[1]").unwrap().read::<crate::protocol::Jsep>().unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::Protocol, "expected an object"));
}

#[test]
fn the_last_of_equal_fields_counts_and_null_is_none() {
    let text = r#"{"a":1,"a":2,"b":null}"#;
    let mut fields = Fields::of(text).unwrap();
    assert_eq!(fields.required::<u64>("a").unwrap(), 2);
    assert_eq!(fields.optional::<Option<u64>>("b"), None);
    assert_eq!(fields.required::<u64>("b").unwrap_err().to_string(), "b: is missing");
    assert!(fields.end().is_none());
}

#[test]
fn half_characters_are_replaced_and_whole_ones_put_together() {
    let read = |text: &str| String::decode(text).unwrap();
    assert_eq!(read(r#""\ud83d\ude00 \u00e9\t\/""#), "😀 é\t/");
    assert_eq!(read(r#""\ud83d!""#), "\u{fffd}!");
    assert_eq!(read(r#""\ude00\ud83d""#), "\u{fffd}\u{fffd}");
    assert_eq!(read(r#""\ud83d\ud83d\ude00""#), "\u{fffd}😀");
}

#[test]
fn what_janus_cannot_read_is_refused_before_it_is_sent() {
    let check =
        |text: &str| Json::parse(text).unwrap().check_sendable().map_err(|error| error.code());
    for fine in [
        r#"{"a":9223372036854775807,"b":-9223372036854775808,"c":1.5e3,"d":"\ud83d\ude00\\u0000"}"#,
        r#"["12345678901234567890123",{}]"#,
    ] {
        assert_eq!(check(fine), Ok(()), "{fine}");
    }
    for wrong in [
        r#"{"a":9223372036854775808}"#,
        r"[-9223372036854775809]",
        r#"{"a":"\u0000"}"#,
        r#"{"a":"b\\\u0000"}"#,
        r#"{"\ud83d":1}"#,
        r#"["\ude00\ud83d"]"#,
    ] {
        assert_eq!(check(wrong), Err(ErrorCode::InvalidArgument), "{wrong}");
    }
    assert!(Json::parse("[".repeat(3000) + &"]".repeat(3000)).is_err(), "too deep for Janus");
    assert!(Json::parse("[".repeat(1000) + &"]".repeat(1000)).is_ok());
}

#[test]
fn a_field_is_replaced() {
    for (before, after) in [
        ("{}", r#"{"id":"b"}"#),
        (r#"{"id":"a"}"#, r#"{"id":"b"}"#),
        (r#"{ "w" : 1, "id" : "a" , "o":{"id":"c"}}"#, r#"{"id":"b","w":1,"o":{"id":"c"}}"#),
    ] {
        assert_eq!(Json::parse(before).unwrap().replacing("id", "b").as_str(), after);
    }
}

#[test]
fn a_field_is_added_in_front() {
    for (before, after) in [
        ("{}", r#"{"request":"list"}"#),
        (" { } ", r#"{"request":"list"} "#),
        (r#"{"a":1}"#, r#"{"request":"list","a":1}"#),
        ("5", r#"{"request":"list"}"#),
    ] {
        assert_eq!(Json::parse(before).unwrap().with("request", "list").as_str(), after);
    }
    let object = serde_json::from_str::<Value>(Json::write(&Object::new()).as_str()).unwrap();
    assert_eq!(object, json!({}));
}
