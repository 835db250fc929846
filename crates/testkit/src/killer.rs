//! Kills a process at a moment of a test's choosing.

use std::process::Child;
use std::thread;
use std::time::Duration;

/// Kills a child process with SIGKILL after `delay`, unless it ends before, and reaps it. The value
/// tells whether it was killed.
///
/// # Panics
/// When the child cannot be waited for.
pub fn kill_later(mut child: Child, delay: Duration) -> thread::JoinHandle<bool> {
    thread::spawn(move || {
        thread::sleep(delay);
        let ended = child.try_wait().expect("it is our child").is_some();
        if !ended {
            // It may end just now; then there is nothing to kill.
            let _ = child.kill();
            child.wait().expect("it is our child");
        }
        !ended
    })
}
