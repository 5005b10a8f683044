//! What is made of a recorded line, in words. Shared by the tests of the host (`replay.rs`) and of the browser
//! (`web/printout.rs`).

use janus_wasm::protocol::Json;
use janus_wasm::protocol::codec::decode;
use janus_wasm::protocol::json::{Decode, Fields};
use janus_wasm::protocol::videoroom::RoomData;
use janus_wasm::protocol::videoroom::event::{OwnStreams, SubStreams};
use serde_json::Value;

/// The recorded transcripts, by name.
const TRANSCRIPTS: [(&str, &str); 4] = [
    ("janus-1.1.2-integer-ids", include_str!("../fixtures/janus-1.1.2-integer-ids.jsonl")),
    ("janus-1.1.2-string-ids", include_str!("../fixtures/janus-1.1.2-string-ids.jsonl")),
    ("janus-1.4.2-integer-ids", include_str!("../fixtures/janus-1.4.2-integer-ids.jsonl")),
    ("janus-1.4.2-string-ids", include_str!("../fixtures/janus-1.4.2-string-ids.jsonl")),
];

/// Stands for what is printed, line by line: `<transcript>:<line> <hash>`.
pub(crate) const EXPECTED: &str = include_str!("../fixtures/printouts.txt");

/// JSON with its keys in one order.
fn canonical(json: &Json) -> String {
    serde_json::from_str::<Value>(json.as_str()).unwrap().to_string()
}

fn told<T: Decode + std::fmt::Debug>(json: &Json) -> String {
    json.read::<T>().map_or("misfit".to_owned(), |value| format!("{value:?}"))
}

/// Everything that is made of a line.
fn print(line: &str) -> String {
    let fields = Fields::of(line).unwrap();
    let said: Json = fields.required("msg").unwrap();
    if fields.required::<String>("dir").unwrap() != "<" {
        return canonical(&said);
    }
    let message = decode(said.as_str()).unwrap();
    let mut words = vec![canonical(&Json::write(&message))];
    if let Some(plugin) = &message.plugindata {
        words.push(told::<RoomData>(&plugin.data));
        words.push(told::<SubStreams>(&plugin.data));
        words.push(told::<OwnStreams>(&plugin.data));
        if let Ok(data) = plugin.data.read::<RoomData>() {
            words.push(format!("{:?}", data.classify(message.transaction.is_some())));
        }
    }
    words.join("\n")
}

/// FNV-1a: the same on every machine.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Every line of every transcript as a line of [`EXPECTED`], with what was printed.
pub(crate) fn printouts() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, text) in TRANSCRIPTS {
        for (index, line) in text.lines().enumerate() {
            let printed = print(line);
            all.push((format!("{name}:{} {:016x}", index + 1, hash(&printed)), printed));
        }
    }
    all
}
