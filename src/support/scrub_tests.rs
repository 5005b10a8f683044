#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use proptest::prelude::*;

use super::*;
use crate::protocol::Json;

fn none() -> Scrubbing {
    Scrubbing::default()
}

/// Names under which nothing is shown.
const SECRET_FIELDS: [&str; 22] = [
    "pin",
    "new_pin",
    "newPin",
    "secret",
    "new_secret",
    "newSecret",
    "token",
    "apisecret",
    "admin_key",
    "password",
    "credential",
    "username",
    "display",
    "metadata",
    "feed_display",
    "feed_metadata",
    "allowed",
    "srtp_crypto",
    "opaque_id",
    "Authorization",
    "label",
    "sdp_pwd",
];
const PLAIN_FIELDS: [&str; 6] = ["janus", "room", "body", "plugindata", "streams", "jsep"];
const KNOWN: [&str; 3] = ["known-one", "known-two", "a.b*c(d)$&"];

/// Something with secrets of names that tell in it, and in other places secrets that are known.
fn grown() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::json!(1)),
        Just(serde_json::json!(true)),
        Just(serde_json::json!(null)),
        Just(serde_json::json!(1_u64 << 60)),
        Just(serde_json::json!("plain")),
        Just(serde_json::json!("")),
        proptest::sample::select(&KNOWN[..])
            .prop_map(|known| serde_json::json!(format!("before {known}\r\nafter"))),
    ];
    leaf.prop_recursive(6, 60, 4, |inner| {
        let secret = (0..1_000_000_000_u32, any::<bool>()).prop_map(|(number, deep)| {
            let secret = format!("hushed-{number}-");
            if deep { serde_json::json!([{ "deep": secret }]) } else { serde_json::json!(secret) }
        });
        let hidden = (proptest::sample::select(&SECRET_FIELDS[..]), secret);
        let plain = (proptest::sample::select(&PLAIN_FIELDS[..]), inner.clone());
        let field = prop_oneof![hidden, plain];
        let object = proptest::collection::vec(field, 0..4).prop_map(|fields| {
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
            serde_json::Value::Object(fields.collect())
        });
        prop_oneof![proptest::collection::vec(inner, 0..4).prop_map(Into::into), object]
    })
}

proptest! {
    #[test]
    fn every_secret_is_left_out_wherever_it_is_and_what_is_left_is_json(value in grown()) {
        let scrubbing = Scrubbing { secrets: KNOWN.map(str::to_owned).to_vec(), addresses: false };
        let shown = scrub(&value.to_string(), &scrubbing);
        for secret in KNOWN.into_iter().chain(["hushed-"]) {
            prop_assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok(), "{shown}");
        prop_assert_eq!(scrub(&shown, &scrubbing), shown);
    }

    #[test]
    fn any_text_at_all_comes_through(text in any::<String>(), sdp in "(candidate:|IN IP4 |ice-pwd:|[a1 .:\r\n]){0,12}") {
        for text in [text, sdp] {
            let mut json = String::new();
            push_text(&mut json, &text);
            prop_assert!(Json::parse(scrub(&json, &none())).is_ok());
        }
    }
}

#[test]
fn what_a_stream_is_stays_and_whose_it_is_does_not() {
    let shown = |words: &str| described(words);
    let words = [
        "camera",
        "camera: Lab",
        "microphone: A: b (muted)",
        "screen (muted)",
        "My webcam",
        "cameras",
    ];
    let expected =
        ["camera", "camera", "microphone (muted)", "screen (muted)", "[redacted]", "[redacted]"];
    assert_eq!(words.map(shown), expected);
    let shown =
        scrub(r#"{"feed_description":"screen: Board","description":"camera: (muted)"}"#, &none());
    assert_eq!(shown, r#"{"feed_description":"screen","description":"camera"}"#);
}

#[test]
fn addresses_are_left_out_and_not_of_which_kind_they_are() {
    let sdp = "o=- 1 2 IN IP6 2001:db8::7\r\nc=IN IP4 192.0.2.7\r\n\
               a=candidate:1 1 udp 2122 192.0.2.7 50000 typ host\r\n\
               a=candidate:2 1 UDP 2122 2001:db8::7 50001 typ srflx raddr 192.0.2.7 rport 50000 generation 0\r\n\
               a=candidate:3 1 tcp 2122 1f4712db-ea17.local 9 typ host tcptype active\r\n\
               a=ice-pwd:hush\r\na=fingerprint:sha-256 AA:BB\r\n";
    let shown = scrub_text(sdp, &none());
    for hidden in ["192.0", "2001", "1f4712", "hush"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    for kept in [
        "IN IP6 [address]\r\nc=IN IP4 [address]\r\n",
        "[ipv4] 50000 typ host\r\n",
        "[ipv6] 50001 typ srflx generation 0",
        "[mdns] 9 typ host tcptype active",
        "sha-256 AA:BB",
    ] {
        assert!(shown.contains(kept), "{kept} not in {shown}");
    }
    let open = Scrubbing { addresses: true, ..none() };
    assert!(scrub_text(sdp, &open).contains("192.0.2.7 50000 typ host"));
}

#[test]
fn what_browsers_count_says_no_addresses_either() {
    let entry = r#"{"type":"local-candidate","address":"192.0.2.7","ip":"fe80::1","relatedAddress":"","port":9,"label":"x"}"#;
    let shown = r#"{"type":"local-candidate","address":"[ipv4]","ip":"[ipv6]","relatedAddress":"","port":9,"label":"[redacted]"}"#;
    assert_eq!(scrub(entry, &none()), shown);
    let open = Scrubbing { addresses: true, ..none() };
    assert!(scrub(r#"{"address":"192.0.2.7","local-ip":"192.0.2.8"}"#, &open).contains("2.7"));
    assert!(scrub(r#"{"local-ip":"192.0.2.8"}"#, &open).contains("2.8"));
    assert!(!scrub(r#"{"local-ip":"192.0.2.8"}"#, &none()).contains("2.8"));
}

#[test]
fn whether_there_is_a_secret_is_none() {
    let text = r#"{"pin_required":true,"pin":null,"token":false,"secret":7}"#;
    assert_eq!(
        scrub(text, &none()),
        r#"{"pin_required":true,"pin":null,"token":false,"secret":"[redacted]"}"#
    );
}

#[test]
fn short_secrets_are_in_other_words_by_chance() {
    let scrubbing =
        Scrubbing { secrets: vec!["a".to_owned(), "äöü€".to_owned()], addresses: false };
    assert_eq!(scrub_text("a cat, äöü€", &scrubbing), "a cat, [redacted]");
}

#[test]
fn addresses_of_servers_carry_no_secrets() {
    assert_eq!(
        shown_address("wss://user:pass@sfu.example/janus?token=1#x"),
        "wss://sfu.example/janus"
    );
    assert_eq!(shown_address("turn:turn.example:3478?transport=udp"), "turn:turn.example:3478");
    assert_eq!(shown_address("ws://sfu.example"), "ws://sfu.example");
}

#[test]
fn secrets_among_the_servers_for_ice_are_known() {
    let json = r#"[{"urls":["turn:a","turns:b"],"username":"u","credential":"c"},{"urls":"stun:c"},null,{}]"#;
    let [turn, stun, rest @ ..] = &ice_servers(json)[..] else { panic!("servers") };
    assert_eq!((turn.urls.len(), &turn.secrets[..]), (2, &["u".to_owned(), "c".to_owned()][..]));
    assert_eq!((&stun.urls[..], stun.secrets.len()), (&["stun:c".to_owned()][..], 0));
    assert_eq!(rest.len(), 2);
}

#[test]
fn depth_does_not_go_on_for_ever() {
    let deep = ["{\"body\":".repeat(500), "1".to_owned(), "}".repeat(500)].concat();
    let shown = scrub(&deep, &none());
    assert!(shown.len() < 1_000 && Json::parse(shown).is_ok());
}
