//! Which servers failed lately, for all connections of this page.

use std::cell::RefCell;

use crate::Map;
use crate::engine::Millis;
use crate::web;

/// How long a failure is remembered, ms.
const MEMORY: Millis = Millis(60_000);

thread_local! {
    static FAILED: RefCell<Map<String, Millis>> = const { RefCell::new(Map::new()) };
}

/// Puts servers that failed lately behind the others.
pub(super) fn sorted(servers: &[String]) -> Vec<String> {
    let now = web::now();
    FAILED.with_borrow(|failed| {
        let is_good = |url: &&String| failed.get(url.as_str()).is_none_or(|at| *at + MEMORY <= now);
        let good = servers.iter().filter(is_good);
        good.chain(servers.iter().filter(|url| !is_good(url))).cloned().collect()
    })
}

/// A server could not be reached.
pub(super) fn failed(url: &str) {
    FAILED.with_borrow_mut(|failed| failed.insert(url.to_owned(), web::now()));
}

/// A server answers.
pub(super) fn works(url: &str) {
    FAILED.with_borrow_mut(|failed| failed.remove(url));
}
