//! What pages with this library say to each other in JSON.

use super::attributes::{self, Attributes};
use crate::protocol::Json;
use crate::protocol::id::MAX_SAFE_INTEGER;
use crate::protocol::json::{Decode, Encode, Fields, Object, Unfit};

/// The number of a message, a request or a file: any integer that JavaScript holds exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(pub(super) i64);

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl Encode for Number {
    fn encode(&self, out: &mut String) {
        out.push_str(&self.0.to_string());
    }
}

impl Decode for Number {
    fn decode(value: &str) -> Result<Self, Unfit> {
        let number = value.trim_ascii().parse().ok();
        let number = number.filter(|number: &i64| number.unsigned_abs() <= MAX_SAFE_INTEGER);
        number.map(Self).ok_or_else(|| Unfit::new("expected a whole number"))
    }
}

/// Why a request was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nobody answers that there.
    Method,
    /// Whoever does could not.
    Failed,
}

/// What is said of a file before it comes. What its sender says is not fit to be shown yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) size: u64,
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Something, so that a channel is opened.
    Hello,
    /// What somebody says of themselves.
    Attributes(Attributes),
    Chat {
        number: Number,
        text: String,
    },
    /// For the one with this id alone.
    Ask {
        number: Number,
        to: String,
        method: String,
        payload: Json,
    },
    Answer {
        number: Number,
        to: String,
        outcome: Result<Json, Refusal>,
    },
    File {
        number: Number,
        file: Announced,
    },
    /// The file is called off.
    NoFile {
        number: Number,
    },
}

impl Encode for Words {
    fn encode(&self, out: &mut String) {
        let mut object = Object::new();
        let mut is = |word: &str| object.always("is", &word);
        match self {
            Self::Hello => is("hello"),
            Self::Attributes(all) => {
                is("attributes");
                object.always("all", &attributes::write(all));
            }
            Self::Chat { number, text } => {
                is("chat");
                object.always("number", number);
                object.always("text", text);
            }
            Self::Ask { number, to, method, payload } => {
                is("ask");
                object.always("number", number);
                object.always("to", to);
                object.always("method", method);
                object.always("payload", payload);
            }
            Self::Answer { number, to, outcome } => {
                is("answer");
                object.always("number", number);
                object.always("to", to);
                object.always("ok", &outcome.is_ok());
                match outcome {
                    Ok(value) => object.always("value", value),
                    Err(Refusal::Method) => object.always("reason", &"method"),
                    Err(Refusal::Failed) => object.always("reason", &"failed"),
                }
            }
            Self::File { number, file } => {
                is("file");
                object.always("number", number);
                object.always("name", &file.name);
                object.always("type", &file.kind);
                object.always("size", &file.size);
            }
            Self::NoFile { number } => {
                is("no-file");
                object.always("number", number);
            }
        }
        object.encode(out);
    }
}

impl Words {
    /// Nothing if it makes no sense. Whoever said it may be hostile.
    pub(super) fn read(text: String) -> Option<Self> {
        let text = Json::parse(text).ok()?;
        let mut fields = Fields::of(text.as_str()).ok()?;
        let is: String = fields.required("is").ok()?;
        let mut json = |name| fields.optional::<Option<Json>>(name).unwrap_or_else(nothing);
        Some(match is.as_str() {
            "hello" => Self::Hello,
            "attributes" => Self::Attributes(attributes::read(json("all").as_str())?),
            "chat" => {
                let (number, text) =
                    (fields.required("number").ok()?, fields.required("text").ok()?);
                Self::Chat { number, text }
            }
            "ask" => {
                let payload = json("payload");
                // What nobody is called, nobody answers.
                let method = fields.required("method").unwrap_or_default();
                let (number, to) = (fields.required("number").ok()?, fields.required("to").ok()?);
                Self::Ask { number, to, method, payload }
            }
            "answer" => {
                let value = json("value");
                let (number, to) = (fields.required("number").ok()?, fields.required("to").ok()?);
                let is_method =
                    fields.required::<String>("reason").is_ok_and(|reason| reason == "method");
                let outcome = match fields.required::<bool>("ok") {
                    Ok(true) => Ok(value),
                    Ok(false) | Err(_) if is_method => Err(Refusal::Method),
                    Ok(false) | Err(_) => Err(Refusal::Failed),
                };
                Self::Answer { number, to, outcome }
            }
            "file" => {
                let file = Announced {
                    name: fields.required("name").ok()?,
                    kind: fields.required("type").ok()?,
                    size: fields.required("size").ok()?,
                };
                Self::File { number: fields.required("number").ok()?, file }
            }
            "no-file" => Self::NoFile { number: fields.required("number").ok()? },
            _ => return None,
        })
    }
}

fn nothing() -> Json {
    Json::write(&None::<Json>)
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::super::frames::{unwrap, wrap};
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    fn attributes(entries: &[(&str, &str)]) -> Words {
        let own = |text: &&str| (*text).to_owned();
        Words::Attributes(entries.iter().map(|(name, value)| (own(name), own(value))).collect())
    }

    fn ask(payload: Json) -> Words {
        Words::Ask { number: Number(7), to: "2".into(), method: "echo".into(), payload }
    }

    fn answer(outcome: Result<Json, Refusal>) -> Words {
        Words::Answer { number: Number(7), to: "1".into(), outcome }
    }

    /// What `wrap()` of the npm package makes of these, without the four bytes in front.
    fn said_by_the_npm_package() -> Vec<(&'static str, Words)> {
        vec![
            (r#"{"is":"hello"}"#, Words::Hello),
            (
                "{\"is\":\"attributes\",\"all\":{\"role\":\"guest\",\"__proto__x\":\"1\",\"say \\\"it\\\"\":\"a\\\\b\\n\u{2028}é😀\",\"hand\":\"2026-01-02T03:04:05.678Z\"}}",
                attributes(&[
                    ("role", "guest"),
                    ("__proto__x", "1"),
                    ("say \"it\"", "a\\b\n\u{2028}é😀"),
                    ("hand", "2026-01-02T03:04:05.678Z"),
                ]),
            ),
            (
                "{\"is\":\"chat\",\"number\":4294967295,\"text\":\"<b>Ada</b> “ünïcode” \u{2028} \\u0007😀\"}",
                Words::Chat {
                    number: Number(4_294_967_295),
                    text: "<b>Ada</b> “ünïcode” \u{2028} \u{7}😀".into(),
                },
            ),
            (
                r#"{"is":"ask","number":7,"to":"2","method":"echo","payload":{"list":[1,"zwei",null,{"deep":true}]}}"#,
                ask(json(r#"{"list":[1,"zwei",null,{"deep":true}]}"#)),
            ),
            (
                r#"{"is":"answer","number":7,"to":"1","ok":true,"value":{"from":"Bob","payload":[0.5,1e+300]}}"#,
                answer(Ok(json(r#"{"from":"Bob","payload":[0.5,1e+300]}"#))),
            ),
            (
                r#"{"is":"answer","number":7,"to":"1","ok":false,"reason":"method"}"#,
                answer(Err(Refusal::Method)),
            ),
            (
                r#"{"is":"answer","number":7,"to":"1","ok":false,"reason":"failed"}"#,
                answer(Err(Refusal::Failed)),
            ),
            (
                r#"{"is":"file","number":9,"name":".._.._etc_pass_wd","type":"application/x-noise","size":3000000}"#,
                Words::File {
                    number: Number(9),
                    file: Announced {
                        name: ".._.._etc_pass_wd".into(),
                        kind: "application/x-noise".into(),
                        size: 3_000_000,
                    },
                },
            ),
            (r#"{"is":"no-file","number":9}"#, Words::NoFile { number: Number(9) }),
        ]
    }

    #[test]
    fn words_are_those_of_the_npm_package() {
        for (text, words) in said_by_the_npm_package() {
            assert_eq!(Words::read(text.to_owned()), Some(words.clone()), "{text}");
            assert_eq!(Json::write(&words).as_str(), text);
        }
    }

    #[test]
    fn what_the_npm_package_leaves_out_is_null() {
        let asked = Words::read(r#"{"is":"ask","number":7,"to":"2","method":"echo"}"#.into());
        assert_eq!(asked, Some(ask(json("null"))));
        let answered = Words::read(r#"{"is":"answer","number":7,"to":"1","ok":true}"#.into());
        assert_eq!(answered, Some(answer(Ok(json("null")))));
        // Half a character is none here.
        let half = Words::read(r#"{"is":"chat","number":1,"text":"\ud800"}"#.into());
        assert_eq!(half, Some(Words::Chat { number: Number(1), text: "\u{fffd}".into() }));
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        for text in [
            "",
            "null",
            "{}",
            r#"{"is":7}"#,
            "[]",
            "{",
            r#"{"is":"attributes","all":[1]}"#,
            r#"{"is":"attributes"}"#,
            r#"{"is":"attributes","all":{"hand":{}}}"#,
            r#"{"is":"file","number":1,"name":{},"size":-1}"#,
            r#"{"is":"file","number":1,"name":"a","type":"","size":1e300}"#,
            r#"{"is":"chat","number":1,"text":[]}"#,
            r#"{"is":"chat","number":9007199254740992,"text":"x"}"#,
            r#"{"is":"ask","number":1,"to":{}}"#,
            r#"{"is":"answer","number":"1","to":"x"}"#,
            r#"{"is":"no-file"}"#,
            r#"{"is":"later"}"#,
        ] {
            assert_eq!(Words::read(text.to_owned()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_said_is_understood(number in -9_007_199_254_740_991..=9_007_199_254_740_991_i64, text: String, to: String, flag: bool) {
            let number = Number(number);
            for words in [
                Words::Chat { number, text: text.clone() },
                Words::Ask { number, to: to.clone(), method: text.clone(), payload: Json::write(&to) },
                Words::Answer { number, to: to.clone(), outcome: if flag { Ok(Json::write(&text)) } else { Err(Refusal::Failed) } },
                Words::File { number, file: Announced { name: text.clone(), kind: to.clone(), size: text.len() as u64 } },
                Words::NoFile { number },
            ] {
                let envelope = wrap(Json::write(&words).as_str()).unwrap();
                prop_assert_eq!(Words::read(unwrap(&envelope).unwrap()), Some(words));
            }
        }

        #[test]
        fn nonsense_does_no_harm(is in "attributes|chat|ask|answer|file|no-file|x", field in "all|number|text|to|payload|ok|size|name", value: String) {
            let text = format!(r#"{{"is":"{is}","{field}":{value},"number":1}}"#);
            Words::read(text);
            Words::read(value);
        }
    }
}
