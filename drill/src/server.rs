//! HTTP: what pages, commands and controllers ask, answered from the [`Hub`] and the engine's desk.
//!
//! Every route stands in [`ROUTES`], every file of the page in [`FILES`]. Who comes in is looked at in [`door`]; what they may see is the hub's to say.

mod act;
mod answer;
mod assets;
mod body;
mod door;
mod events;
mod files;
mod gates;
mod leaving;
mod listen;
mod metrics;
mod office;
mod replayed;
mod routes;
mod state;

pub use assets::FILES;
pub use routes::ROUTES;

use crate::desk::Ask;
use crate::hub::Hub;
use crate::tokens::{self, Tokens};
use office::Office;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

/// What the kernel may hold of what a watcher has not read: beyond it the watcher counts as one who does not read.
const UNREAD_BYTES: u32 = 128 << 10;

/// How much and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; further ones are turned away.
    pub connections: usize,
    /// The head of a request must be there within this.
    pub head: Duration,
    /// So must its body, counted from the head.
    pub body: Duration,
    /// A body has at most so many bytes.
    pub body_bytes: usize,
    /// A watcher who reads nothing for so long is dropped.
    pub unread: Duration,
    /// A watcher hears something at least so often.
    pub ping: Duration,
    /// The engine answers within this.
    pub answer: Duration,
    /// At the end, watchers have so long to take what is left.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let ten = Duration::from_secs(10);
        Limits {
            connections: 2_048,
            head: ten,
            body: ten,
            body_bytes: 16 << 10,
            unread: ten,
            ping: Duration::from_secs(15),
            answer: ten,
            farewell: Duration::from_secs(3),
        }
    }
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    office: Arc<Office>,
}

impl Server {
    /// Listens; nothing is answered before [`Server::serve`]. Acts go to `asks`: how many may wait there is for its maker to say.
    ///
    /// # Errors
    /// Why it cannot or may not listen there, and what to do.
    pub async fn bind(address: SocketAddr, hub: Arc<Hub>, tokens: Tokens, asks: SyncSender<Ask>) -> Result<Server, String> {
        tokens::may_listen(address, &tokens)?;
        let listener = listen(address).map_err(|error| {
            format!("cannot listen on {address}: {error}; free the port, or choose another address with `--listen`")
        })?;
        Ok(Server { listener, office: Arc::new(Office::new(hub, tokens, asks, Limits::default())) })
    }

    /// The same with other limits.
    pub fn with(mut self, limits: Limits) -> Server {
        let office = Arc::get_mut(&mut self.office).expect("it is shared only once it serves");
        office.limits = limits;
        self
    }

    /// Where it listens: with the port that was found when none was asked for.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`: then takes no more connections, ends the streams of events once all was sent, and returns.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let Server { listener, office } = self;
        listen::serve(listener, office, stop).await;
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Connections inherit it. Left alone it grows to megabytes for each watcher who does not read.
    socket.set_send_buffer_size(UNREAD_BYTES)?;
    socket.bind(address)?;
    socket.listen(1_024)
}
