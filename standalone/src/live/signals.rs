//! Signals of the system as orders: SIGINT and SIGTERM end with a fade, a second one ends at once, SIGHUP reloads.

use std::sync::mpsc::Sender;

use super::command::{Command, Order};
use crate::error::{EXIT_INTERRUPTED, Failure};

/// Listens from now on.
#[cfg(unix)]
pub fn listen(orders: Sender<Order>) -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|e| Failure::processing(format!("signals cannot be watched for: {e}")))?;
    std::thread::Builder::new()
        .name("octant signals".into())
        .spawn(move || {
            let mut asked = false;
            for signal in signals.forever() {
                if signal == SIGHUP {
                    let _ = orders.send(Command::Reload.into());
                } else if asked || orders.send(Command::Quit.into()).is_err() {
                    super::end_at_once(EXIT_INTERRUPTED);
                } else {
                    asked = true;
                }
            }
        })
        .map_err(|e| Failure::processing(format!("signals cannot be watched for: {e}")))?;
    Ok(())
}

/// Listens from now on.
#[cfg(not(unix))]
pub fn listen(orders: Sender<Order>) -> Result<(), Failure> {
    use std::sync::atomic::{AtomicBool, Ordering};

    let asked = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        // Relaxed: only this handler looks at it.
        if asked.swap(true, Ordering::Relaxed) || orders.send(Command::Quit.into()).is_err() {
            super::end_at_once(EXIT_INTERRUPTED);
        }
    })
    .map_err(|e| Failure::processing(format!("Ctrl-C cannot be watched for: {e}")))
}
