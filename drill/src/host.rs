//! A drill as a process: the server on one side, the engine on the other, from the first visitor to the last.

use crate::account::Account;
use crate::cast::Cast;
use crate::desk::Ask;
use crate::engine::{Engine, Failure, Patience};
use crate::hub::Hub;
use crate::plan::Plan;
use crate::record::Recorder;
use crate::server::Server;
use crate::tokens::Tokens;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// So many acts may wait for the engine.
const WAITING_MAX: usize = 64;
/// Once the drill is over, the report is there for as long as somebody looks, and so long beyond.
const AFTERGLOW: Duration = Duration::from_secs(30);

/// All that a drill is held with.
pub struct Host<'a> {
    /// Who plays what.
    pub cast: &'a Cast,
    /// What it is set up with.
    pub plan: &'a Plan,
    /// Where to listen.
    pub address: SocketAddr,
    /// Who may come in.
    pub tokens: Tokens,
    /// Where it is written down.
    pub recorder: Option<Recorder>,
    /// When it ends by itself.
    pub patience: Patience,
    /// Whether the clock stands still at first.
    pub paused: bool,
}

impl Host<'_> {
    /// Holds the drill, and stays until nobody looks any more. `greet` hears where the page is, `report` makes the report as HTML and as
    /// Markdown, `bye` hears that the drill is over while people may still
    /// read.
    ///
    /// # Errors
    /// It cannot listen, the plan cannot be played, or the record cannot be written.
    pub fn hold(
        self,
        greet: impl FnOnce(SocketAddr),
        report: impl FnOnce(&Account) -> (String, String) + Send,
        bye: impl FnOnce(&Account),
    ) -> Result<Account, Failure> {
        let runtime = Runtime::new().map_err(|error| Failure::Plan(format!("cannot start the server: {error}")))?;
        let hub = Hub::new();
        let (asks, waiting) = sync_channel(WAITING_MAX);
        let bind = Server::bind(self.address, Arc::clone(&hub), self.tokens, asks.clone());
        let server = runtime.block_on(bind).map_err(Failure::Plan)?;
        greet(server.address().map_err(Failure::Record)?);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(server.serve(async { drop(stopped.await) }));
        runtime.spawn(hear_signals(asks));
        let Host { cast, plan, recorder, patience, paused, .. } = self;
        let engine = Engine { cast, plan, asks: waiting, hub: Arc::clone(&hub), recorder, patience, paused };
        let account = engine.run(report);
        if let Ok(account) = &account {
            if hub.idle_for().is_some() {
                bye(account);
            }
            runtime.block_on(wait_for_readers(&hub, account));
        }
        drop(stop);
        let _ = runtime.block_on(serving);
        account
    }
}

/// Stays while somebody reads, but not for one who has told the process to end.
async fn wait_for_readers(hub: &Hub, account: &Account) {
    if account.reason == "interrupted" {
        return;
    }
    let nobody = async {
        while hub.idle_for().is_some_and(|idle| idle < AFTERGLOW) {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    tokio::select! { () = signal() => {}, () = nobody => {} }
}

/// The first signal ends the drill, with its report; the second one the process.
async fn hear_signals(asks: SyncSender<Ask>) {
    signal().await;
    let _ = tokio::task::spawn_blocking(move || asks.send(Ask::Stop)).await;
    signal().await;
    std::process::exit(130);
}

/// Ctrl-C, or that the process is to end.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut end) = signal(SignalKind::terminate()) else { return std::future::pending().await };
        tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = end.recv() => {} }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}
