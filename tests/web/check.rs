//! A check says whether a call would work from here.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::protocol::Json;
use janus_wasm::support::{
    CheckOptions, CheckReport, CheckStep, CheckStepName, CheckVerdict, check_connection,
};
use janus_wasm::{ErrorCode, web};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::stage::run;

fn verdict(report: &CheckReport, name: CheckStepName) -> CheckVerdict {
    let step = report.steps.iter().find(|step| step.name == name);
    step.map(|step| step.verdict).unwrap()
}

fn is_readable(step: &CheckStep) -> bool {
    step.text.len() > 10 && !step.text.contains("undefined")
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_check_of_a_good_server_passes() {
    use CheckStepName::{
        Audio, Browser, Camera, Host, Media, Microphone, Quality, Relay, Server, Srflx, Video,
    };
    for url in addresses() {
        let told: Rc<RefCell<Vec<CheckStep>>> = Rc::default();
        let telling = Rc::clone(&told);
        let mut options = CheckOptions::new([url]);
        options.on_step = Some(Rc::new(move |step| telling.borrow_mut().push(step.clone())));
        let report = check_connection(options).await.unwrap();
        let all =
            [Browser, Server, Host, Srflx, Relay, Media, Video, Audio, Quality, Camera, Microphone];
        assert_eq!(report.steps.iter().map(|step| step.name).collect::<Vec<_>>(), all, "{report}");
        assert_eq!(told.borrow().len(), all.len());
        assert!(report.steps.iter().all(is_readable), "{report}");
        for name in [Browser, Server, Host, Media, Camera, Microphone] {
            assert_eq!(verdict(&report, name), CheckVerdict::Passed, "{url}: {report}");
        }
        // As good as a machine that has much to do lets it be.
        let is_good = |verdict| matches!(verdict, CheckVerdict::Passed | CheckVerdict::Warning);
        for verdict in [verdict(&report, Video), verdict(&report, Quality), report.verdict] {
            assert!(is_good(verdict), "{report}");
        }
        for name in [Srflx, Relay] {
            assert_eq!(verdict(&report, name), CheckVerdict::Skipped, "{report}");
        }
        // Before a click, or without a sound card, there may be no sound to send.
        let audio = verdict(&report, Audio);
        assert!(is_good(audio) || audio == CheckVerdict::Skipped, "{report}");
        let parsed: Value = serde_json::from_str(report.to_json().as_str()).unwrap();
        assert_eq!(parsed["steps"][5]["details"]["protocol"], "udp", "{parsed}");
        assert!(parsed["steps"][6]["details"]["came"].as_u64().unwrap() > 0, "{parsed}");
    }
}

#[wasm_bindgen_test]
async fn a_check_of_an_address_where_nobody_answers_says_so() {
    let dead = "ws://user:hush@127.0.0.1:9/janus?token=hush";
    let report = check_connection(CheckOptions::new([dead])).await.unwrap();
    assert_eq!(report.verdict, CheckVerdict::Failed);
    assert!(report.steps.iter().all(is_readable), "{report}");
    let server = report.steps.iter().find(|step| step.name == CheckStepName::Server).unwrap();
    assert_eq!(server.verdict, CheckVerdict::Failed);
    assert!(
        server.text.contains("ws://127.0.0.1:9/janus") && !server.text.contains("hush"),
        "{report}"
    );
    let details: Value = serde_json::from_str(server.details.as_str()).unwrap();
    assert!(details["code"].is_string(), "{details}");
    for name in [CheckStepName::Media, CheckStepName::Video, CheckStepName::Quality] {
        assert_eq!(verdict(&report, name), CheckVerdict::Skipped);
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn one_address_of_two_is_enough_and_relays_that_are_not_there_are_named() {
    let Some(url) = addresses().first().copied() else { return };
    let mut options = CheckOptions::new(["ws://127.0.0.1:9", url]);
    let turn = r#"[{"urls":"turn:127.0.0.1:39478?transport=udp","username":"u","credential":"c"}]"#;
    options.peer.ice_servers = Some(web::to_value(&Json::parse(turn).unwrap()).unwrap());
    let report = check_connection(options).await.unwrap();
    let video = verdict(&report, CheckStepName::Video);
    assert!(matches!(video, CheckVerdict::Passed | CheckVerdict::Warning), "{report}");
    assert_eq!(verdict(&report, CheckStepName::Relay), CheckVerdict::Failed, "{report}");
    let servers = report.steps.iter().filter(|step| step.name == CheckStepName::Server);
    let verdicts: Vec<_> = servers.map(|step| step.verdict).collect();
    assert!(verdicts.contains(&CheckVerdict::Failed) && verdicts.contains(&CheckVerdict::Passed));
}

/// Such a page has neither cameras nor microphones, whatever the machine has.
#[wasm_bindgen_test]
async fn a_page_that_is_not_secure_is_told_so() {
    run("Object.defineProperty(globalThis, 'isSecureContext', { value: false, configurable: true });
         Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true });");
    let report = check_connection(CheckOptions::new(["ws://127.0.0.1:9"])).await.unwrap();
    run(
        "Object.defineProperty(globalThis, 'isSecureContext', { value: true, configurable: true });
         delete navigator.mediaDevices;",
    );
    assert_eq!(verdict(&report, CheckStepName::Browser), CheckVerdict::Failed, "{report}");
    assert!(report.steps[0].text.contains("https:"), "{report}");
    for name in [CheckStepName::Camera, CheckStepName::Microphone] {
        assert_eq!(verdict(&report, name), CheckVerdict::Skipped, "{report}");
    }
    // The rest is looked at all the same.
    assert_eq!(verdict(&report, CheckStepName::Host), CheckVerdict::Passed, "{report}");
    assert_eq!(verdict(&report, CheckStepName::Server), CheckVerdict::Failed, "{report}");
}

#[wasm_bindgen_test]
async fn options_of_a_check_that_make_no_sense_are_refused() {
    let with = |change: &dyn Fn(&mut CheckOptions)| {
        let mut options = CheckOptions::new(["ws://127.0.0.1:9"]);
        change(&mut options);
        options
    };
    let servers = |text: &str| {
        let servers = web::to_value(&Json::parse(text).unwrap()).unwrap();
        with(&|it| it.peer.ice_servers = Some(servers.clone()))
    };
    for (field, options) in [
        ("servers", CheckOptions::new::<&str>([])),
        ("servers", CheckOptions::new(["ws://127.0.0.1:9", "ftp://127.0.0.1"])),
        ("timeout", with(&|it| it.timeout = Millis(0))),
        ("media_duration", with(&|it| it.media_duration = Millis(0))),
        ("connect_timeout", with(&|it| it.connection.connect_timeout = Millis(0))),
        ("request_timeout", with(&|it| it.connection.request_timeout = Millis(0))),
        ("ice_servers", servers("[{}]")),
        ("ice_servers", servers("{}")),
        ("ice_servers", servers(r#"[{"urls":"http://turn.example"}]"#)),
        ("ice_servers", servers(r#"[{"urls":["stun:stun.example","turn:turn.example"]}]"#)),
    ] {
        let refused = check_connection(options).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidArgument, "{field}");
        assert!(refused.message().starts_with(&format!("{field}: ")), "{field}: {refused}");
    }
}
