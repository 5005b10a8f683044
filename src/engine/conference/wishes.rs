//! What the application wants of the streams there are.

use super::Conference;
use crate::Map;
use crate::engine::roster::Person;
use crate::engine::subscriptions::{StreamRef, Terms, Wish};
use crate::protocol::Id;

#[derive(Debug, Default)]
struct Told {
    /// Not to be received, or, where nothing is received of itself, to be received.
    unwanted: bool,
    terms: Terms,
}

/// What was said of streams; of the others, all are wanted, or none.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    told: Map<StreamRef, Told>,
    none: bool,
}

impl Wishes {
    fn change(&mut self, stream: StreamRef, change: impl FnOnce(&mut Told)) {
        let untold = Told { unwanted: self.none, ..Told::default() };
        let mut told = self.told.remove(&stream).unwrap_or(untold);
        change(&mut told);
        self.told.insert(stream, told);
    }

    fn get(&self, stream: &StreamRef) -> Option<&Told> {
        self.told.get(stream)
    }

    /// The stream is no more; one of the same name is another.
    pub(super) fn forget(&mut self, stream: &StreamRef) {
        self.told.remove(stream);
    }

    fn about(&self, people: &Map<Id, Person>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for (feed, person) in people.iter().filter(|(_, person)| !person.doubted) {
            for (mid, published) in person.streams.iter() {
                let stream = StreamRef { feed: feed.clone(), mid: mid.clone() };
                let told = self.told.get(&stream);
                if !told.map_or(self.none, |told| told.unwanted) {
                    let terms = told.map(|told| told.terms.clone()).unwrap_or_default();
                    let (kind, codec) = (published.kind, published.codec.clone());
                    wishes.push(Wish { stream, kind, codec, terms });
                }
            }
        }
        wishes
    }
}

impl Conference {
    /// Whether this stream is to be received.
    pub fn subscribe(&mut self, stream: StreamRef, wanted: bool) {
        if !wanted {
            self.let_go(&stream);
        }
        self.wish(stream, |told| told.unwanted = !wanted);
    }

    /// How this stream is to come.
    pub fn terms(&mut self, stream: StreamRef, terms: Terms) {
        self.wish(stream, |told| told.terms = terms);
    }

    /// Of streams there are: what is wished of one that is gone is not wished of the next of its name.
    fn wish(&mut self, stream: StreamRef, change: impl FnOnce(&mut Told)) {
        let publisher = self.roster.people().get(&stream.feed);
        if publisher.is_some_and(|person| person.streams.get(&stream.mid).is_some()) {
            self.wishes.change(stream, change);
            self.want();
        }
    }

    /// How this stream was asked to come.
    pub fn terms_of(&self, stream: &StreamRef) -> Terms {
        self.wishes.get(stream).map(|wish| wish.terms.clone()).unwrap_or_default()
    }

    /// A picture that stands by itself is wanted.
    pub fn key_frame(&mut self, stream: &StreamRef) {
        self.receiving.subscriptions.key_frame(stream);
    }

    /// Whether streams of this kind that nobody spoke of are received.
    pub fn subscribe_all(&mut self, wanted: bool) {
        self.wishes.none = !wanted;
        self.want();
    }

    /// Stops or continues everything we receive; the subscriptions stay.
    pub fn pause(&mut self, paused: bool) {
        self.receiving.pause = paused;
    }

    /// Whether everything we receive is to be stopped.
    pub fn is_paused(&self) -> bool {
        self.receiving.pause
    }

    /// Whether this stream is to be received.
    pub fn is_subscribed(&self, stream: &StreamRef) -> bool {
        !self.wishes.told.get(stream).map_or(self.wishes.none, |told| told.unwanted)
    }

    pub(super) fn want(&mut self) {
        self.receiving.subscriptions.want(self.wishes.about(self.roster.people()));
    }
}
