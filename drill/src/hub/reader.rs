//! A watcher: a place in a stream.

use super::ring::{After, frame};
use super::{Hub, View};
use axum::body::Bytes;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// Hands out one event after the other. Counted as a watcher for as long as it is there.
#[derive(Debug)]
pub struct Reader {
    hub: Arc<Hub>,
    view: View,
    /// The number of the last event that was handed out.
    at: u64,
    /// How things are, for one who has seen nothing yet.
    beginning: Option<Bytes>,
    news: watch::Receiver<bool>,
    ping: Duration,
    ended: bool,
}

impl Reader {
    /// Goes on after the event of this number, or begins with the state as it is now. `ping` is for how long to be silent at most.
    pub fn new(hub: Arc<Hub>, view: View, after: Option<u64>, ping: Duration) -> Reader {
        hub.watchers.fetch_add(1, Ordering::Relaxed);
        let news = hub.news.subscribe();
        let (at, beginning) = after.map_or_else(|| hub.inside().streams[view as usize].here(), |at| (at, None));
        Reader { hub, view, at, beginning, news, ping, ended: false }
    }

    /// What to send next, as soon as there is something; `None` at the end.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(state) = self.beginning.take() {
            return Some(state);
        }
        loop {
            // Asked before looking: what is published in between wakes us.
            let closed = *self.news.borrow_and_update();
            let after = self.hub.inside().streams[self.view as usize].ring.after(self.at);
            match after {
                After::Frame(frame) => {
                    self.at += 1;
                    return Some(frame);
                }
                After::Lost(last) => {
                    self.at = last;
                    return Some(frame(last, "reset", "{}").into());
                }
                After::Nothing if self.ended => return None,
                After::Nothing if closed => {
                    self.ended = true;
                    return Some(frame(self.at, "end", "{}").into());
                }
                After::Nothing => {
                    if tokio::time::timeout(self.ping, self.news.changed()).await.is_err() {
                        return Some(Bytes::from_static(b": ping\n\n"));
                    }
                }
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.hub.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}
