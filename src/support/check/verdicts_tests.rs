use super::*;

fn step(name: CheckStepName, verdict: CheckVerdict) -> CheckStep {
    CheckStep::bare(name, verdict, name.as_str())
}

#[test]
fn the_worst_of_all_steps_counts_and_one_address_of_several_is_enough() {
    use CheckStepName::{Audio, Browser, Media, Microphone, Relay, Server};
    use CheckVerdict::{Failed, Passed, Skipped, Warning};
    let of = |steps: &[(CheckStepName, CheckVerdict)]| {
        report_of(steps.iter().map(|(name, verdict)| step(*name, *verdict)).collect()).verdict
    };
    assert_eq!(of(&[(Browser, Passed), (Relay, Skipped)]), Passed);
    assert_eq!(of(&[(Browser, Passed), (Audio, Warning)]), Warning);
    assert_eq!(of(&[(Media, Failed), (Audio, Warning)]), Failed);
    assert_eq!(of(&[(Server, Failed), (Server, Passed)]), Warning);
    assert_eq!(of(&[(Server, Failed), (Server, Failed)]), Failed);
    let steps = vec![step(Microphone, Passed), step(Media, Passed), step(Server, Passed)];
    let names: Vec<_> = report_of(steps).steps.into_iter().map(|step| step.name).collect();
    assert_eq!(names, [Server, Media, Microphone]);
}

#[test]
fn a_browser_has_what_a_call_needs_and_the_page_is_one_that_gets_devices() {
    use CheckVerdict::{Failed, Passed, Skipped};
    for (missing, is_secure, verdict, said) in [
        (&[][..], true, Passed, "has what a call needs"),
        (&["WebSocket", "MediaStream"], true, Failed, "WebSocket, MediaStream missing"),
        (&["WebSocket"], false, Failed, "WebSocket missing"),
        (&[], false, Failed, "https:, or from localhost"),
    ] {
        let step = browser_step(missing, is_secure);
        assert_eq!(step.verdict, verdict, "{said}");
        assert!(step.text.contains(said), "{}", step.text);
    }
    let step = browser_step(&["WebSocket"], false);
    assert_eq!(step.details.as_str(), r#"{"missing":["WebSocket"],"secure":false}"#);
    let hidden = hidden_step(CheckStepName::Camera);
    assert!(
        hidden.verdict == Skipped && hidden.text.starts_with("Whether there is a camera is kept")
    );
}

#[test]
fn a_server_that_refuses_is_told_from_one_that_is_not_there() {
    let urls = ["turn:turn.example:3478?transport=udp", "stun:stun.example"].map(str::to_owned);
    let of = |name, types: &[&str], errors: &[(u32, &str)]| {
        let errors = errors.iter().map(|(code, url)| (*code, (*url).to_owned())).collect();
        let types = types.iter().map(|one| (*one).to_owned()).collect();
        candidate_step(name, &Gathered { types, errors, urls: urls.to_vec() })
    };
    let (relay, srflx) = (CheckStepName::Relay, CheckStepName::Srflx);
    assert_eq!(of(relay, &["relay"], &[]).verdict, CheckVerdict::Passed);
    let refused = of(relay, &[], &[(401, "turn:turn.example:3478?transport=udp")]);
    assert!(refused.text.contains("refused the user name"));
    let dead = of(relay, &[], &[(701, "turn:turn.example:3478")]);
    assert!(dead.text.contains("could not be reached") && dead.verdict == CheckVerdict::Failed);
    let dead = of(srflx, &[], &[(701, "stun:stun.example")]);
    assert!(dead.text.contains("STUN server could not be reached"));
    assert_eq!(of(srflx, &["host"], &[]).verdict, CheckVerdict::Warning);
    let without_turn =
        Gathered { urls: vec!["stun:stun.example".to_owned()], ..Gathered::default() };
    assert_eq!(candidate_step(relay, &without_turn).verdict, CheckVerdict::Skipped);
    assert_eq!(candidate_step(srflx, &Gathered::default()).verdict, CheckVerdict::Skipped);
    assert_eq!(of(CheckStepName::Host, &[], &[]).verdict, CheckVerdict::Warning);
    assert_eq!(of(CheckStepName::Host, &["host", "host"], &[]).details.as_str(), r#"{"count":2}"#);
}

#[test]
fn what_would_help_is_named_where_media_finds_no_way() {
    assert!(media_failure(Way::Closed, false, false).contains("A TURN server would help"));
    assert!(media_failure(Way::Closed, true, false).contains("does not reach the media ports"));
    assert!(media_failure(Way::Closed, false, true).contains("check the TURN server"));
    assert!(media_failure(Way::Unencrypted, false, false).contains("DTLS"));
}

#[test]
fn what_people_would_notice_is_a_warning() {
    let echo = |came| echo_step(CheckStepName::Video, Echo { came, rate: 15, span: Millis(3_000) });
    let verdicts = [0, 10, 30].map(|came| echo(came).verdict);
    assert_eq!(verdicts, [CheckVerdict::Failed, CheckVerdict::Warning, CheckVerdict::Passed]);
    assert_eq!(echo(30).text, "The picture came back: 30 pictures in 3.0 s.");
    let good = Quality {
        round_trip: Some(20),
        jitter: Some(3),
        lost_sent: Some(0),
        lost_received: Some(10),
    };
    let of = |quality: Quality| quality_step(quality).verdict;
    assert_eq!(of(good), CheckVerdict::Passed);
    assert_eq!(
        quality_step(good).text,
        "Media passes with round trip 20 ms, jitter 3 ms, losses 1.0 %."
    );
    assert!(quality_step(good).details.as_str().contains(r#""lossReceived":0.010"#));
    for noticed in [
        Quality { round_trip: Some(400), ..good },
        Quality { jitter: Some(80), ..good },
        Quality { lost_sent: Some(100), ..good },
        Quality { lost_received: Some(100), ..good },
    ] {
        assert_eq!(of(noticed), CheckVerdict::Warning);
    }
    assert_eq!(of(Quality::default()), CheckVerdict::Skipped);
    let devices = [
        device_step(CheckStepName::Camera, 0, DevicePermission::Granted),
        device_step(CheckStepName::Camera, 1, DevicePermission::Denied),
        device_step(CheckStepName::Camera, 1, DevicePermission::Prompt),
    ];
    let verdicts = devices.map(|step| step.verdict);
    assert_eq!(verdicts, [CheckVerdict::Warning, CheckVerdict::Failed, CheckVerdict::Passed]);
}

#[test]
fn a_list_of_servers_is_whole_or_refused() {
    let of = |text: &str| urls_of(&Json::parse(text).unwrap_or_else(|_| Json::write(&"")));
    assert_eq!(of(r#"[{"urls":"stun:a"},{"urls":["turn:b"]}]"#).map(|urls| urls.len()), Some(2));
    assert_eq!(of("[]"), Some(Vec::new()));
    assert_eq!(of(r#"[{"url":"stun:a"}]"#), None);
    assert_eq!(of(r#"{"urls":"stun:a"}"#), None);
}

#[test]
fn the_type_of_a_candidate_is_in_its_line() {
    assert_eq!(
        type_of("candidate:1 1 udp 1 192.0.2.7 9 typ srflx raddr 0.0.0.0 rport 0"),
        Some("srflx")
    );
    assert_eq!(type_of("candidate:1 1 udp 1 192.0.2.7 9 typ host"), Some("host"));
    assert_eq!(type_of(""), None);
}
