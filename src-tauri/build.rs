//! Checks that the interface was built, and lets tauri prepare the window.

/// Every command of the window; only what is named here can be allowed to a page.
const COMMANDS: [&str; 16] = [
    "ask",
    "desk",
    "choose",
    "leave",
    "look_at_ledger",
    "look_at_server",
    "save",
    "notify",
    "speak",
    "seal_key",
    "make_seal_key",
    "bring_seal_key",
    "forget_seal_key",
    "source_secrets",
    "keep_source_secret",
    "forget_source_secret",
];

fn main() {
    let page = "../ui/dist/index.html";
    println!("cargo::rerun-if-changed={page}");
    if !std::path::Path::new(page).is_file() {
        println!("cargo::error=ui/dist holds no interface; build it with: cargo xtask ui");
        return;
    }
    let commands = tauri_build::AppManifest::new().commands(&COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        println!("cargo::error={error:#}");
    }
}
