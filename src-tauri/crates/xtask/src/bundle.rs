//! Packages: what somebody installs who builds nothing.
//!
//! Debian's package is made by tauri's own tool from the programs that cargo built; the archive holds the same and needs no
//! package manager. Packages for Windows and macOS are made by the same tool there, from the same configuration.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::chore::{ChoreError, run};
use crate::place::{cargo, target, workspace};
use crate::{interface, licences, npm, setup};

/// What the archive holds beside the programs, by its place in the repository.
const FILES: [(&str, &str); 5] = [
    ("LICENSE", "LICENSE"),
    ("README.md", "README.md"),
    ("src-tauri/icons/128x128.png", "share/icons/hicolor/128x128/apps/sla-desk.png"),
    ("src-tauri/icons/128x128@2x.png", "share/icons/hicolor/256x256/apps/sla-desk.png"),
    ("src-tauri/sla-desk.desktop", "share/applications/sla-desk.desktop"),
];

/// Builds the programs and their packages.
pub(crate) fn bundle(debug: bool) -> Result<(), ChoreError> {
    setup::setup_window()?;
    interface::build()?;
    let profile = if debug { "debug" } else { "release" };
    let mut build = cargo();
    build.args(["build", "--workspace", "--bin", "sla-desk", "--bin", "sla"]);
    if !debug {
        build.arg("--release");
    }
    run(&mut build)?;
    let built = target().join(profile);
    let out = target().join("bundle");
    fs::create_dir_all(&out).map_err(ChoreError::file("made", &out))?;
    let list = built.join("LICENCES.txt");
    fs::write(&list, licences::licences()?).map_err(ChoreError::file("written", &list))?;

    let mut tool = npm::program(&workspace().join("src-tauri"), "tauri");
    tool.args(["bundle", "--bundles", "deb"]).args(debug.then_some("--debug"));
    tool.env("CARGO_TARGET_DIR", target());
    // What lies at the build's place is said here, since the tool reads paths in its configuration from the repository.
    let files = serde_json::json!({
        "/usr/bin/sla": built.join("sla"),
        "/usr/share/doc/sla-desk/LICENCES.txt": list,
    });
    let config = serde_json::json!({ "bundle": { "linux": { "deb": { "files": files } } } });
    tool.args(["--config", &config.to_string()]);
    run(&mut tool)?;
    let made = newest(&built.join("bundle").join("deb"), "deb")?;
    let package = out.join(made.file_name().unwrap_or_default());
    fs::copy(&made, &package).map_err(ChoreError::file("copied", &made))?;

    let archive = out.join(format!("sla-desk-{}-{}.tar.gz", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH));
    pack(&archive, &built, &list)?;
    println!("{}\n{}", package.display(), archive.display());
    Ok(())
}

/// The file of a kind in a folder that was written last.
fn newest(folder: &Path, ending: &str) -> Result<PathBuf, ChoreError> {
    let entries = fs::read_dir(folder).map_err(ChoreError::file("read", folder))?.flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|found| found == ending));
    let written = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
    files
        .max_by_key(written)
        .ok_or_else(|| ChoreError::Bundle { what: format!("{} holds no .{ending}", folder.display()) })
}

/// Packs the programs and what goes with them below one folder.
fn pack(archive: &Path, built: &Path, list: &Path) -> Result<(), ChoreError> {
    let written = ChoreError::file("written", archive);
    let root = Path::new("sla-desk");
    let programs = ["sla-desk", "sla"].map(|name| (built.join(name), root.join("bin").join(name)));
    let files = FILES.map(|(from, to)| (workspace().join(from), root.join(to)));
    let list = (list.to_owned(), root.join("LICENCES.txt"));
    let pack = || {
        let mut tar = tar::Builder::new(GzEncoder::new(File::create(archive)?, Compression::default()));
        for (from, to) in programs.iter().chain(&files).chain([&list]) {
            tar.append_path_with_name(from, to)?;
        }
        tar.into_inner()?.finish()?.sync_all()
    };
    pack().map_err(written)
}
