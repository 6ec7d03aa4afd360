//! The window itself, its tray, and what leads into and out of it.

use tauri::menu::{Menu, MenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_plugin_opener::OpenerExt;

use crate::bridge::{self, Session};
use crate::choice::Choices;
use crate::front::{self, Front};
use crate::words::{Language, Words, of_system};
use crate::{Arguments, link, native, seal, secrets};

/// The window's label, which its capability names.
pub(crate) const MAIN: &str = "main";
const TRAY: &str = "main";
/// Smallest size at which nothing is cut off, and the size at the first start, in logical pixels.
const LEAST: (f64, f64) = (960.0, 640.0);
const FIRST: (f64, f64) = (1280.0, 800.0);

/// Opens the window and ends with it.
///
/// # Errors
/// The system gives no window.
pub(crate) fn run(arguments: Arguments) -> tauri::Result<()> {
    let Arguments { place, link } = arguments;
    let app = tauri::Builder::default()
        // First, because a second start must end before anything else happens: it hands its link over.
        .plugin(tauri_plugin_single_instance::Builder::new().callback(|app, _, _| show(app)).build())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(Session::default())
        .invoke_handler(tauri::generate_handler![
            bridge::ask,
            front::desk,
            front::choose,
            front::leave,
            front::look_at_ledger,
            front::look_at_server,
            native::save,
            native::notify,
            native::speak,
            seal::seal_key,
            seal::make_seal_key,
            seal::bring_seal_key,
            seal::forget_seal_key,
            secrets::source_secrets,
            secrets::keep_source_secret,
            secrets::forget_source_secret,
        ])
        .setup(move |app| {
            let choices = Choices::new(app.path().app_config_dir()?);
            app.manage(Front::new(choices, app.path().app_data_dir()?, place));
            open(app, link.as_deref())?;
            if tray(app.handle()).is_err() {
                tracing::info!("this desktop shows no tray");
            }
            let handle = app.handle().clone();
            app.deep_link().on_open_url(move |event| {
                let page = event.urls().iter().find_map(|url| link::fragment(url.as_str()).ok());
                go(&handle, page.as_deref());
            });
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            tauri::async_runtime::block_on(app.state::<Front>().close());
        }
    });
    Ok(())
}

fn open(app: &App, link: Option<&str>) -> tauri::Result<()> {
    let page = format!("index.html{}", link.map(|page| format!("#{page}")).unwrap_or_default());
    let (inside, outside) = (app.handle().clone(), app.handle().clone());
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(page.into()))
        .title("SLA Desk")
        .inner_size(FIRST.0, FIRST.1)
        .min_inner_size(LEAST.0, LEAST.1)
        // A file that is dropped goes to the page, which takes it where it says so.
        .disable_drag_drop_handler()
        .on_navigation(move |url| is_own(url) || leave(&inside, url))
        .on_new_window(move |url, _| {
            leave(&outside, &url);
            NewWindowResponse::Deny
        })
        .build()?;
    Ok(())
}

/// Whether an address is the interface's own.
fn is_own(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        // How Windows and Android name it.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Opens an address in the system's browser or mail program; the window stays where it is.
fn leave(app: &AppHandle, url: &Url) -> bool {
    if matches!(url.scheme(), "https" | "http" | "mailto")
        && let Err(error) = app.opener().open_url(url.as_str(), None::<&str>)
    {
        tracing::warn!("a link cannot be opened: {error}");
    }
    false
}

/// Brings the window to the front.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    }
}

/// Brings the window to the front, on a page of it.
fn go(app: &AppHandle, page: Option<&str>) {
    show(app);
    let Some((window, page)) = app.get_webview_window(MAIN).zip(page) else { return };
    let moved = window.url().and_then(|mut url| {
        url.set_fragment(Some(page));
        window.navigate(url)
    });
    if let Err(error) = moved {
        tracing::warn!("the page cannot be opened: {error}");
    }
}

/// The icon in the panel, where the desktop has one.
fn tray(app: &AppHandle) -> tauri::Result<()> {
    let mut tray = TrayIconBuilder::with_id(TRAY)
        .tooltip("SLA Desk")
        .menu(&menu(app, of_system())?)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id.as_ref() {
            "quit" => app.exit(0),
            "open" => show(app),
            page => go(app, Some(&format!("/{page}"))),
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                show(tray.app_handle());
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app).map(drop)
}

fn menu(app: &AppHandle, language: Language) -> tauri::Result<Menu<tauri::Wry>> {
    let words = Words::new(language);
    let item = |id: &str, word: &str| MenuItem::with_id(app, id, words.of(word), true, None::<&str>);
    let (open, quit) = (item("open", "tray-open")?, item("quit", "tray-quit")?);
    let (overview, credits) = (item("overview", "room-overview")?, item("credits", "room-credits")?);
    Menu::with_items(app, &[&open, &overview, &credits, &quit])
}

/// Lets the tray speak a language.
pub(crate) fn speak(app: &AppHandle, language: Language) -> tauri::Result<()> {
    match app.tray_by_id(TRAY) {
        Some(tray) => tray.set_menu(Some(menu(app, language)?)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_interface_is_shown_inside() {
        #[track_caller]
        fn check(url: &str, expected: bool) {
            assert_eq!(is_own(&Url::parse(url).expect("an address")), expected, "{url}");
        }
        check("tauri://localhost/index.html#/credits", true);
        check("http://tauri.localhost/", true);
        check("https://example.com/", false);
        check("http://tauri.localhost.example.com/", false);
        check("file:///etc/passwd", false);
        check("mailto:a@example.com", false);
    }
}
