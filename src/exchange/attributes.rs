//! Words about people that everybody in the room can read.

use crate::engine::Millis;
use crate::protocol::Json;
use crate::protocol::json::{Decode, Encode, Object, fields};
use crate::{Error, ErrorCode, Id, Map};

/// What somebody says of themselves.
pub type Attributes = Map<String, String>;

/// The attribute that is there while a hand is raised: the time it was raised (ISO 8601).
pub(super) const HAND: &str = "hand";

/// What somebody may say of themselves: so many words, of so many characters together, as JavaScript counts them.
const MOST: usize = 64;
const MOST_CHARACTERS: usize = 8_192;
/// Said again as long as there is anything to say: whoever only listens cannot ask.
const AGAIN: Millis = Millis(10_000);
/// What was taken back is said as long, for those who were cut off at that moment.
const TAKEN_BACK: Millis = Millis(60_000);

fn is_bounded(all: &Attributes) -> bool {
    let characters = |text: &str| text.encode_utf16().count();
    let together: usize =
        all.iter().map(|(name, value)| characters(name) + characters(value)).sum();
    all.len() <= MOST && together <= MOST_CHARACTERS
}

/// The attributes with these changes; no value takes one away.
fn changed(
    before: &Attributes,
    changes: Vec<(String, Option<String>)>,
) -> Result<Attributes, Error> {
    let mut after = before.clone();
    for (name, value) in changes {
        match value {
            Some(value) => drop(after.insert(name, value)),
            None => drop(after.remove(&name)),
        }
    }
    if is_bounded(&after) {
        return Ok(after);
    }
    let text = "attributes: at most 64, with 8192 characters together";
    Err(Error::new(ErrorCode::InvalidArgument, text))
}

/// What somebody else said of themselves; nothing if it makes no sense.
pub(super) fn read(said: &str) -> Option<Attributes> {
    let mut all = Attributes::new();
    for (name, value) in fields(said)? {
        let name = String::decode(&["\"", name, "\""].concat()).ok()?;
        all.insert(name, String::decode(value).ok()?);
        if all.len() > MOST {
            return None;
        }
    }
    is_bounded(&all).then_some(all)
}

/// As JSON.
pub(super) fn write(all: &Attributes) -> Json {
    let mut object = Object::new();
    for (name, value) in all.iter() {
        object.always(name, value);
    }
    Json::write(&object)
}

/// The names whose values differ.
fn difference(before: &Attributes, after: &Attributes) -> Vec<String> {
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    let other = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    gone.chain(other).map(|(name, _)| name.clone()).collect()
}

/// What we tell the server about us: the application's metadata, and the attributes in it.
pub(super) fn introduction(metadata: Option<&Json>, own: &Attributes) -> Json {
    let mut object = Object::new();
    for (name, value) in metadata.and_then(|text| fields(text.as_str())).unwrap_or_default() {
        let name = String::decode(&["\"", name, "\""].concat()).unwrap_or_default();
        if name != "attributes" {
            object.always(&name, &Raw(value));
        }
    }
    object.always("attributes", &write(own));
    Json::write(&object)
}

struct Raw<'a>(&'a str);

impl Encode for Raw<'_> {
    fn encode(&self, out: &mut String) {
        out.push_str(self.0);
    }
}

/// Whether it can be metadata: an object, whose `attributes` are ours to set.
pub(super) fn check_metadata(metadata: &Json) -> Result<(), Error> {
    let wrong = |text| Err(Error::new(ErrorCode::InvalidArgument, text));
    match fields(metadata.as_str()) {
        None => wrong("metadata: expected an object"),
        Some(fields) if fields.iter().any(|(name, _)| *name == "attributes") => {
            wrong("metadata.attributes: these are set by set_attributes()")
        }
        Some(_) => Ok(()),
    }
}

/// The attributes in somebody's metadata, if they are there.
pub(super) fn introduced(metadata: &Json) -> Option<&str> {
    let found = fields(metadata.as_str())?;
    found.into_iter().rev().find(|(name, _)| *name == "attributes").map(|(_, value)| value)
}

/// Everybody's attributes, and when ours are to be said.
#[derive(Debug, Default)]
pub(super) struct Book {
    own: Attributes,
    others: Map<Id, Attributes>,
    changed_at: Option<Millis>,
    again: Option<Millis>,
}

impl Book {
    pub(super) fn own(&self) -> &Attributes {
        &self.own
    }

    pub(super) fn of(&self, id: &Id) -> Option<&Attributes> {
        self.others.get(id)
    }

    /// Changes our own; what became different.
    pub(super) fn set(
        &mut self,
        changes: Vec<(String, Option<String>)>,
        now: Millis,
    ) -> Result<Vec<String>, Error> {
        let after = changed(&self.own, changes)?;
        let names = difference(&self.own, &after);
        if !names.is_empty() {
            self.own = after;
            self.changed_at = Some(now);
        }
        Ok(names)
    }

    /// What somebody says of themselves; what became different.
    pub(super) fn hear(&mut self, id: &Id, said: Attributes) -> Vec<String> {
        let nothing = Attributes::new();
        let names = difference(self.others.get(id).unwrap_or(&nothing), &said);
        if !names.is_empty() {
            self.others.insert(id.clone(), said);
        }
        names
    }

    /// Whether there is anything to say about us, or was a moment ago.
    pub(super) fn has_to_say(&self, now: Millis) -> bool {
        !self.own.is_empty() || self.changed_at.is_some_and(|at| at.until(now) < TAKEN_BACK)
    }

    /// Ours are being said.
    pub(super) fn said(&mut self, now: Millis) {
        self.again = self.has_to_say(now).then_some(now + AGAIN);
    }

    /// Whether they are to be said again.
    pub(super) fn is_due(&self, now: Millis) -> bool {
        self.again.is_some_and(|again| again <= now)
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.again
    }

    /// Somebody is gone, and what they said with them.
    pub(super) fn parted(&mut self, id: &Id) {
        self.others.remove(id);
    }

    /// The room was left. Our own stay.
    pub(super) fn over(&mut self) {
        self.others = Map::new();
        self.again = None;
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(entries: &[(&str, &str)]) -> Attributes {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn change(name: &str, value: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), value.map(str::to_owned))
    }

    #[test]
    fn changes_are_told_by_name_and_bounded() {
        let mut book = Book::default();
        let names = book.set(vec![change("role", Some("host")), change("x", None)], Millis(0));
        assert_eq!(names.unwrap(), ["role"]);
        assert!(book.set(vec![change("role", Some("host"))], Millis(0)).unwrap().is_empty());
        let long = change("a", Some(&"x".repeat(9_000)));
        assert_eq!(book.set(vec![long], Millis(0)).unwrap_err().code(), ErrorCode::InvalidArgument);
        assert_eq!(*book.own(), all(&[("role", "host")]));
        let many = (0..65).map(|index| (index.to_string(), Some(String::new()))).collect();
        assert!(book.set(many, Millis(0)).is_err());
        // Four bytes, but two characters as JavaScript counts.
        let wide = "😀".repeat(4_090);
        assert!(book.set(vec![change("w", Some(&wide))], Millis(0)).is_ok());
    }

    #[test]
    fn ours_are_said_while_there_are_any_and_a_while_after() {
        let mut book = Book::default();
        assert!(!book.has_to_say(Millis(0)));
        book.set(vec![change(HAND, Some("now"))], Millis(0)).unwrap();
        book.said(Millis(0));
        assert!(book.is_due(Millis(10_000)) && !book.is_due(Millis(9_999)));
        book.set(vec![change(HAND, None)], Millis(20_000)).unwrap();
        assert!(book.has_to_say(Millis(79_999)));
        assert!(!book.has_to_say(Millis(80_000)));
        book.said(Millis(80_000));
        assert_eq!(book.deadline(), None);
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        for text in
            ["[1]", "7", "null", r#"{"hand":{}}"#, r#"{"hand":null}"#, "\"x\"", r#"{"a":1}"#]
        {
            assert!(read(text).is_none(), "{text}");
        }
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(9_000));
        assert!(read(&long).is_none());
        assert_eq!(read("{}"), Some(Attributes::new()));
    }

    #[test]
    fn an_introduction_holds_metadata_and_attributes() {
        let metadata =
            Json::parse(r#"{"seat":1,"say \"it\"":[null],"attributes":{"old":"1"}}"#).unwrap();
        let own = all(&[("language", "pt")]);
        let written = introduction(Some(&metadata), &own);
        let expected = r#"{"seat":1,"say \"it\"":[null],"attributes":{"language":"pt"}}"#;
        assert_eq!(written.as_str(), expected);
        assert_eq!(introduced(&written), Some(r#"{"language":"pt"}"#));
        assert_eq!(introduction(None, &Attributes::new()).as_str(), r#"{"attributes":{}}"#);
        assert!(check_metadata(&metadata).is_err());
        assert!(check_metadata(&Json::parse("[1]").unwrap()).is_err());
        assert!(check_metadata(&Json::parse(r#"{"seat":1}"#).unwrap()).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in prop::collection::vec((any::<String>(), any::<String>()), 0..10)) {
            let own: Attributes = entries.into_iter().collect();
            let text = write(&own);
            prop_assert!(Json::parse(text.as_str().to_owned()).is_ok());
            prop_assert_eq!(read(text.as_str()), is_bounded(&own).then_some(own));
        }

        #[test]
        fn what_changed_is_what_differs(
            before in prop::collection::vec(("[a-d]", "[xy]"), 0..5),
            after in prop::collection::vec(("[a-d]", "[xy]"), 0..5),
        ) {
            let (before, after): (Attributes, Attributes) =
                (before.into_iter().collect(), after.into_iter().collect());
            let names = difference(&before, &after);
            for name in ["a", "b", "c", "d"] {
                let differs = before.get(name) != after.get(name);
                prop_assert_eq!(names.iter().filter(|one| *one == name).count(), usize::from(differs));
            }
        }
    }
}
