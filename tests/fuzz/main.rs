//! Anything at all is said to everything that listens to a server: nothing panics, nothing runs for ever,
//! and every request still settles exactly once.
//!
//! The default seed is fixed. `JANUS_WASM_SEED=123` begins elsewhere; a failure names the seed of its case,
//! with which the case is the first of a run. `JANUS_WASM_LONG=1` makes it a million texts.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod chance;
mod corpus;
mod room;
mod signalling;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use janus_wasm::engine::recorder::{Kind, Recorder};
use janus_wasm::engine::{Millis, redact_words};
use janus_wasm::protocol::json::{Decode, Fields};
use janus_wasm::protocol::{Id, Json};

use self::chance::Chance;
use self::words::Words;

/// No case takes longer than a few ms.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many texts are said.
fn texts() -> usize {
    if std::env::var_os("JANUS_WASM_LONG").is_some() { 1_000_000 } else { 24_000 }
}

fn first_seed() -> u64 {
    let seed = std::env::var("JANUS_WASM_SEED").ok();
    seed.map_or(20_261_123, |seed| seed.parse().expect("JANUS_WASM_SEED is no number"))
}

/// Says these texts to everything that listens.
fn say(texts: &[String], chance: &mut Chance) {
    for text in texts {
        let mut recorder = Recorder::new(4);
        recorder.record(Millis(1), Kind::Unreadable, text);
        // The log nests a message deeper, and the reader here has its limit.
        if is_json(text) && is_json(&format!("[[[[{text}]]]]")) {
            recorder.record(Millis(2), Kind::Received, text);
        }
        let log = recorder.export();
        assert!(is_json(&log), "the log is no JSON: {log}");
        read(text);
        redact_words(text);
    }
    signalling::hear(texts, chance);
    room::hear(texts, chance);
}

/// Readers hold out against anything, and none is stricter than JSON is.
fn read(text: &str) {
    let json = Json::parse(text);
    assert!(json.is_ok() || !is_json(text), "refused: {text}");
    json.map_or(Ok(()), |json| json.check_sendable()).ok();
    drop(Fields::of(text));
    Vec::<Json>::decode(text).ok();
    String::decode(text).ok();
    Id::decode(text).ok();
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// Runs a case; if it fails or hangs, says which it was.
fn run(name: &str, texts: &[String], seed: u64) {
    let case = || {
        let shown: Vec<_> = texts.iter().map(|text| format!("  {text}\n")).collect();
        format!("{name}, JANUS_WASM_SEED={seed}, said:\n{}", shown.concat())
    };
    let said = catch_unwind(AssertUnwindSafe(|| say(texts, &mut Chance::new(seed))));
    if let Err(panic) = said {
        eprintln!("failed: {}", case());
        resume_unwind(panic);
    }
}

/// Does the work under the eyes of another thread, which ends the run when a case never ends.
fn watched(work: impl FnOnce(&dyn Fn(&str, &[String])) + Send) {
    let (begun, watch) = channel::<(String, Vec<String>)>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut last = None;
            loop {
                match watch.recv_timeout(PATIENCE) {
                    Ok(case) => last = Some(case),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        eprintln!("it never ends: {last:?}");
                        std::process::exit(1);
                    }
                }
            }
        });
        work(&|name, texts| begun.send((name.to_owned(), texts.to_vec())).unwrap());
        drop(begun);
    });
}

#[test]
fn nothing_a_server_says_does_harm() {
    let words = Words::load();
    watched(|begin| {
        let (mut said, mut seed) = (0, first_seed());
        while said < texts() {
            let mut chance = Chance::new(seed);
            let count = 1 + chance.below(8);
            let texts: Vec<String> = (0..count).map(|_| words.text(&mut chance)).collect();
            begin(&seed.to_string(), &texts);
            run("a random case", &texts, seed);
            (said, seed) = (said + count, seed + 1);
        }
    });
}

#[test]
fn what_was_interesting_once_does_no_harm() {
    watched(|begin| {
        for (name, texts) in corpus::load() {
            begin(&name, &texts);
            for seed in 0..64 {
                run(&name, &texts, seed);
            }
        }
    });
}
