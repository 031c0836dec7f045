//! How many files, and a socket is one, the system lets this process have.

/// The process itself needs some: the record and the report are not to fail because many watch.
const OWN: usize = 64;

/// Asks the system for room for so many connections, and tells for how many there is.
#[cfg(unix)]
pub fn room_for(connections: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.unwrap_or(u64::MAX).min((connections + OWN) as u64);
    let given = match now.current {
        Some(current) if current < wanted => {
            let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..now });
            if raised.is_ok() { wanted } else { current }
        }
        _ => wanted,
    };
    fit(connections, given)
}

/// Of so many connections those that so many files leave room for.
#[cfg(unix)]
fn fit(connections: usize, files: u64) -> usize {
    connections.min((files as usize).saturating_sub(OWN).max(1))
}

/// Elsewhere sockets are not counted.
#[cfg(not(unix))]
pub fn room_for(connections: usize) -> usize {
    connections
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_itself_needs_is_kept() {
        assert_eq!([fit(2_048, 1_024), fit(10, 1_024), fit(10, 3), fit(2_048, u64::MAX)], [960, 10, 1, 2_048]);
    }
}
