//! Waiting in the middle of a runtime for what is done outside of it.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Waits for what a thread of its own does; where a runtime has several threads, its tasks go on with another one meanwhile.
pub fn wait_beside<T>(wait: impl FnOnce() -> T) -> T {
    let has_others = Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
    if has_others { tokio::task::block_in_place(wait) } else { wait() }
}
