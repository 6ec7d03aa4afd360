//! Being asked to stop: Ctrl-C, and what service managers and `kill` send.

/// Ends when the process is asked to stop. From the first wait on the system no longer ends the process by itself, so that
/// what is under way can be cleared away, and what must not be interrupted is not.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
