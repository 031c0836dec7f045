//! Connections: taken, bounded, and closed.

use super::office::Office;
use super::{files, routes};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::error::Error;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

/// What a connection may hold of requests and answers that are not yet read.
const BUFFER_BYTES: usize = 64 << 10;
/// When the system has no more sockets to give, it is asked again after this.
const RESPITE: Duration = Duration::from_millis(50);
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 71\r\n\
connection: close\r\n\r\n{\"ok\":false,\"error\":\"too many connections; close some, or come later\"}\n";

/// Takes connections until `stop`, then lets those that are there end.
pub async fn serve(listener: TcpListener, office: Arc<Office>, stop: impl Future<Output = ()>) {
    let most = files::room_for(office.limits.connections).min(Semaphore::MAX_PERMITS);
    let free = Arc::new(Semaphore::new(most));
    let router = routes::router(office.clone());
    let ending = watch::Sender::new(false);
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    tokio::time::sleep(RESPITE).await;
                    continue;
                }
            },
        };
        match free.clone().try_acquire_owned() {
            Ok(place) => drop(tokio::spawn(connection(stream, office.clone(), router.clone(), ending.subscribe(), place))),
            Err(_) => turn_away(&stream),
        }
    }
    drop(listener);
    office.hub.close();
    ending.send_replace(true);
    // Every connection gives its place back when it ends.
    let all = free.acquire_many(most.try_into().unwrap_or(u32::MAX));
    let _ = tokio::time::timeout(office.limits.farewell, all).await;
}

/// Says that there is no place, without waiting for anybody.
fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(FULL);
}

/// Serves a connection to its end.
async fn connection(
    stream: TcpStream,
    office: Arc<Office>,
    router: Router,
    mut ending: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    // Events are small, and late ones are worth less than few packets.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(office.limits.unread));
    let io = TokioIo::new(Box::pin(stream));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(office.limits.head).max_buf_size(BUFFER_BYTES);
    let mut connection = pin!(http.serve_connection(io, TowerToHyperService::new(router)));
    let end = tokio::select! {
        end = connection.as_mut() => end,
        _ = ending.changed() => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(office.limits.farewell, connection).await.unwrap_or(Ok(()))
        }
    };
    if end.is_err_and(|error| was_not_read(&error)) {
        office.hub.count_slow();
    }
}

/// Whether a connection ended because nobody read what was written to it.
fn was_not_read(error: &(dyn Error + 'static)) -> bool {
    let here = error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut);
    here || error.source().is_some_and(was_not_read)
}

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_length_of_the_canned_answer_is_right() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }
}
