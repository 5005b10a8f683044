//! A report about a room holds no secrets, whatever happened before.

use janus_wasm::engine::Millis;
use janus_wasm::protocol::Json;
use janus_wasm::room::{JoinOptions, Room, RoomEvent, RoomOptions};
use janus_wasm::support::{DebugBundleOptions, Simulation, debug_bundle, debug_bundle_with};
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::{ErrorCode, Id, web};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::room::{code, until};
use super::server::addresses;

const PIN: &str = "pin-Open-3";
const SECRET: &str = "secret-Room-8";
const SECRETS: [&str; 16] = [
    "api-Kerberos-1",
    "token-Sesame-2",
    PIN,
    "pin-Shut-4",
    "list-Ali-5",
    "Ada Lovelace-6",
    "turn-user-7",
    SECRET,
    "turn-credential-9",
    "query-Key-10",
    "userinfo-Pass-11",
    "guess-Wrong-12",
    "about-me-13",
    "turn-user-14",
    "turn-credential-15",
    "turn-credential-16",
];

fn options(url: &str) -> RoomOptions {
    // To an address of REST paths are added.
    let query = if url.starts_with("ws") { "?token=query-Key-10" } else { "" };
    let servers =
        [format!("{url}{query}"), "http://user:userinfo-Pass-11@127.0.0.1:9/janus".to_owned()];
    let mut options = RoomOptions::new(servers);
    options.connection.api_secret = Some("api-Kerberos-1".to_owned());
    options.connection.token = Some("token-Sesame-2".to_owned());
    let turn = r#"[{"urls":"turn:127.0.0.1:39478?transport=udp","username":"turn-user-7","credential":"turn-credential-9"}]"#;
    options.peer.ice_servers = Some(web::to_value(&Json::parse(turn).unwrap()).unwrap());
    options
}

/// Other credentials for the TURN server.
fn turn_server(user: &str, credential: &str) -> web::JsValue {
    let server = r#"[{"urls":["turn:127.0.0.1:39478?transport=udp"],"username":"USER","credential":"WORD"}]"#;
    let server = server.replace("USER", user).replace("WORD", credential);
    web::to_value(&Json::parse(server).unwrap()).unwrap()
}

async fn report(room: &Room) -> (String, Value) {
    let bundle = debug_bundle(room).await;
    let text = bundle.to_string();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in the report");
        assert!(!bundle.summary().contains(secret), "{secret} is in the summary");
    }
    let parsed = serde_json::from_str(&text).unwrap();
    (text, parsed)
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_report_holds_no_secret_after_errors_in_a_call_after_a_loss_and_after_the_end() {
    for url in addresses() {
        let ada = Room::new(options(url));
        let mut events = ada.events();
        let id = Id::from(u64::from(web::random_u32()) + 10_000);
        let create = CreateRoom {
            room: Some(id.clone()),
            secret: Some(SECRET.to_owned()),
            pin: Some(PIN.to_owned()),
            allowed: Some(vec!["list-Ali-5".to_owned()]),
            ..CreateRoom::default()
        };
        let join = |pin: &str| {
            let metadata = Json::parse(r#"{"me":"about-me-13"}"#).unwrap();
            let join = JoinOptions::new(id.clone()).display("Ada Lovelace-6").metadata(metadata);
            join.token("list-Ali-5").pin(pin).create(&create)
        };
        assert_eq!(
            code(ada.join(join("pin-Shut-4")).await),
            Some(ErrorCode::Unauthorized),
            "{url}"
        );
        let (_, refused) = report(&ada).await;
        assert_eq!(refused["room"]["state"], "disconnected");
        let states: Vec<_> =
            refused["states"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
        assert_eq!(states, ["connecting", "disconnected"]);
        assert_eq!(refused["states"][1]["error"]["code"], "unauthorized");

        ada.join(join(PIN).camera()).await.unwrap();
        until(&mut events, |it| matches!(it, RoomEvent::LocalTrackPublished { .. })).await;
        for _ in 0..200 {
            let [Some(sending), _] = ada.connections() else { continue };
            if web::standing(&sending)[0] == "connected" {
                break;
            }
            web::sleep(Millis(50)).await;
        }
        let (text, bundle) = report(&ada).await;
        assert_eq!(bundle["version"], 1);
        assert_eq!(bundle["room"]["state"], "connected");
        assert_eq!(bundle["connections"][0]["role"], "publisher");
        assert_eq!(bundle["connections"][0]["connectionState"], "connected");
        let candidates = bundle["connections"][0]["localCandidates"].as_object().unwrap();
        assert!(!candidates.is_empty());
        assert!(bundle["connections"][0]["stats"].as_array().unwrap().len() > 3);
        assert_eq!(bundle["publications"][0]["source"], "camera");
        assert!(bundle["server"]["plugins"]["janus.plugin.videoroom"].is_string());
        assert_eq!(bundle["options"]["given"], serde_json::json!(["token", "apiSecret"]));
        let turn = serde_json::json!([{ "urls": ["turn:127.0.0.1:39478"], "authenticated": true }]);
        assert_eq!(bundle["options"]["iceServers"], turn);
        assert!(bundle["summary"].as_str().unwrap().contains("room connected"));
        let devices = bundle["devices"].as_array().unwrap();
        assert!(!devices.is_empty() && devices.iter().all(|device| device.get("label").is_none()));
        assert!(
            bundle["browser"]["capabilities"]["videoCodecs"]
                .as_array()
                .unwrap()
                .contains(&"vp8".into())
        );
        // Candidates are there, and their addresses are not.
        assert!(text.contains("] ") && text.contains(" typ host") && !text.contains("IN IP4 127"));
        let open =
            debug_bundle_with(&ada, DebugBundleOptions { addresses: true }).await.to_string();
        assert!(open.contains("IN IP4 127") || open.contains("IN IP4 0.0.0.0"));

        // Credentials that were replaced since, where somebody says them.
        for credential in ["turn-credential-15", "turn-credential-16"] {
            ada.set_ice_servers(turn_server("turn-user-14", credential)).unwrap();
        }
        for credential in ["turn-user-14", "turn-credential-15", "turn-credential-16"] {
            ada.moderation(Some(SECRET)).kick(credential).await.unwrap_err();
        }
        let (text, _) = report(&ada).await;
        assert!(text.contains(r#""request":"kick""#));

        let guess = ada.moderation(Some("guess-Wrong-12")).end().await.unwrap_err();
        assert_eq!(guess.code(), ErrorCode::Unauthorized);
        ada.simulate(Simulation::SignalLost).await.unwrap();
        let reconnected = |event: &RoomEvent| matches!(event, RoomEvent::StateChanged { state, .. } if state.as_str() == "reconnecting");
        until(&mut events, reconnected).await;
        report(&ada).await;
        let connected = |event: &RoomEvent| matches!(event, RoomEvent::StateChanged { state, .. } if state.as_str() == "connected");
        until(&mut events, connected).await;
        ada.moderation(Some(SECRET)).end().await.unwrap();
        let over = |event: &RoomEvent| matches!(event, RoomEvent::StateChanged { state, .. } if state.as_str() == "disconnected");
        until(&mut events, over).await;
        let (_, ended) = report(&ada).await;
        let states = ended["states"].as_array().unwrap();
        assert_eq!(states.last().unwrap()["reason"], "room-destroyed");
        assert_eq!(ended["connections"], serde_json::json!([]));
        assert!(ended.get("server").is_none());
        let sent = |entry: &&Value| entry["message"]["body"]["request"] == "destroy";
        assert!(ended["log"].as_array().unwrap().iter().find(sent).is_some());
    }
}

#[wasm_bindgen_test]
async fn a_report_can_be_had_of_a_room_that_never_did_anything() {
    let room = Room::new(RoomOptions::new(["ws://127.0.0.1:9"]));
    let bundle: Value = serde_json::from_str(&debug_bundle(&room).await.to_string()).unwrap();
    assert_eq!(bundle["room"], serde_json::json!({ "state": "disconnected", "participants": 0 }));
    assert_eq!(
        (&bundle["log"], &bundle["states"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
}
