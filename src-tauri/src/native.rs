//! What only the system can do for the page: save a file where somebody says, tell them that something is done.

use std::path::PathBuf;

use serde::Deserialize;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_notification::NotificationExt;
use tokio::sync::oneshot;

use crate::choice::write_whole;
use crate::failure::Failure;
use crate::frame;
use crate::window::{self, MAIN};
use crate::words::Language;

/// A file that the page hands over.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Saves a file where somebody says, whole or not at all; gives where, or nothing when they changed their mind.
#[tauri::command]
pub(crate) async fn save(request: Request<'_>, app: AppHandle) -> Result<Option<PathBuf>, Failure> {
    let InvokeBody::Raw(piece) = request.body() else {
        return Err(Failure::new("window.request", "a piece of bytes is expected"));
    };
    let (Named { name }, bytes) =
        frame::read::<Named>(piece).map_err(|reason| Failure::new("window.request", reason))?;
    let (answered, answer) = oneshot::channel();
    let mut dialog = app.dialog().file().set_file_name(plain(&name));
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.set_parent(&window);
    }
    dialog.save_file(move |path| drop(answered.send(path)));
    let Ok(Some(path)) = answer.await else { return Ok(None) };
    let path =
        path.into_path().map_err(|error| Failure::new("file", format!("this place is no folder of files: {error}")))?;
    let bytes = bytes.to_vec();
    let written = tokio::task::spawn_blocking(move || put(path, &bytes)).await;
    written.map_err(|error| Failure::new("file", error.to_string()))?.map(Some)
}

/// Writes the file, or says what to do about a disk that is full or a place that takes none.
fn put(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Failure> {
    match write_whole(&path, bytes) {
        Ok(()) => Ok(path),
        Err(error) => {
            let what = format!("{} was not saved: {error}; make room or choose another place", path.display());
            Err(Failure::new("file", what))
        }
    }
}

/// A name without folders, as the dialog proposes it.
fn plain(name: &str) -> String {
    name.replace(['/', '\\', '\0'], "-")
}

/// Tells that something is done, while somebody looks elsewhere.
#[tauri::command]
pub(crate) fn notify(title: String, body: String, app: AppHandle) -> Result<(), Failure> {
    if app.get_webview_window(MAIN).is_some_and(|window| window.is_focused().unwrap_or(false)) {
        return Ok(());
    }
    let shown = app.notification().builder().title(title).body(body).show();
    shown.map_err(|error| Failure::new("window.notification", error.to_string()))
}

/// The page's language, in which the tray speaks, too.
#[tauri::command]
pub(crate) fn speak(language: Language, app: AppHandle) -> Result<(), Failure> {
    window::speak(&app, language).map_err(|error| Failure::new("window.tray", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_name_has_no_folder() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            assert_eq!(plain(name), expected);
        }
        check("nordlicht-2026-10.pdf", "nordlicht-2026-10.pdf");
        check("../../etc/passwd", "..-..-etc-passwd");
        check(r"C:\Windows\x", "C:-Windows-x");
    }
    #[test]
    fn a_place_that_takes_no_file_is_told_and_what_is_there_stays() {
        #[track_caller]
        fn check(place: &str, expected: Option<&str>) {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("notes"), "mine").expect("a file");
            std::fs::create_dir(folder.path().join("taken")).expect("a folder");
            let told = put(folder.path().join(place), b"report").map_err(|failure| {
                assert_eq!(failure.code, "file");
                failure.detail
            });
            match expected {
                None => assert_eq!(std::fs::read(told.expect("saved")).expect("a file"), b"report"),
                Some(expected) => {
                    let told = told.expect_err("refused");
                    assert!(told.contains(place) && told.contains(expected), "{told}");
                }
            }
            let left = std::fs::read_dir(folder.path()).expect("a folder").filter_map(Result::ok);
            let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".writing-"));
            assert_eq!(left.count(), 0, "nothing half written is left");
            assert_eq!(
                std::fs::read(folder.path().join("notes")).expect("a file"),
                if place == "notes" { b"report".as_slice() } else { b"mine" }
            );
        }
        check("report.pdf", None);
        check("notes", None);
        check("notes/report.pdf", Some("was not saved"));
        check("taken", Some("choose another place"));
    }
}
