//! What the tests need beside Rust: found if it is there, installed if not.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::chore::{ChoreError, run};
use crate::place::{cargo, program, tools, workspace};
use crate::{interface, npm};

/// What a Debian package is needed for, and how to see that it is there.
#[derive(Clone, Copy)]
struct Need {
    package: &'static str,
    sign: Sign,
}

/// What tells that a package is there, whoever installed it.
#[derive(Clone, Copy)]
enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// A program in the folder of any version, `ROOT/VERSION/bin/NAME`.
    Versioned(&'static str, &'static str),
    /// A module that Python finds.
    PythonModule(&'static str),
    /// A library with what is needed to build against it.
    Library(&'static str),
    /// A library that is looked for when a program runs.
    SharedObject(&'static str),
}

/// What the window is built with and shown by.
const WINDOW: [Need; 3] = [
    Need { package: "pkg-config", sign: Sign::Program("pkg-config") },
    Need { package: "libwebkit2gtk-4.1-dev", sign: Sign::Library("webkit2gtk-4.1") },
    // The tray; looked for when the window opens.
    Need { package: "libayatana-appindicator3-1", sign: Sign::SharedObject("libayatana-appindicator3.so.1") },
];

/// What the interface is built with. npm comes with Node where that is not Debian's.
const INTERFACE: [Need; 2] =
    [Need { package: "nodejs", sign: Sign::Program("node") }, Need { package: "npm", sign: Sign::Program("npm") }];

/// The servers that the acceptance tests start, and the programs that judge documents and look at the window.
const TESTS: [Need; 17] = [
    Need { package: "git", sign: Sign::Program("git") },
    Need { package: "prometheus", sign: Sign::Program("promtool") },
    Need { package: "postgresql", sign: Sign::Versioned("/usr/lib/postgresql", "postgres") },
    Need { package: "postgresql-client", sign: Sign::Program("psql") },
    Need { package: "pgbouncer", sign: Sign::Program("pgbouncer") },
    Need { package: "poppler-utils", sign: Sign::Program("pdftotext") },
    Need { package: "qpdf", sign: Sign::Program("qpdf") },
    Need { package: "minisign", sign: Sign::Program("minisign") },
    Need { package: "unzip", sign: Sign::Program("unzip") },
    Need { package: "util-linux", sign: Sign::Program("setpriv") },
    Need { package: "chromium", sign: Sign::Program("chromium") },
    Need { package: "xvfb", sign: Sign::Program("Xvfb") },
    Need { package: "webkit2gtk-driver", sign: Sign::Program("WebKitWebDriver") },
    Need { package: "dbus", sign: Sign::Program("dbus-daemon") },
    Need { package: "gnome-keyring", sign: Sign::Program("gnome-keyring-daemon") },
    Need { package: "openbox", sign: Sign::Program("openbox") },
    Need { package: "xdotool", sign: Sign::Program("xdotool") },
];

/// A Python of its own for the program that a bench compares itself with.
const BENCH: [Need; 2] = [
    Need { package: "python3", sign: Sign::Program("python3") },
    Need { package: "python3-venv", sign: Sign::PythonModule("ensurepip") },
];

/// Programs that cargo builds, with their versions: the one that `.cargo/deny.toml` was written for, and the one that goes with
/// the window's tauri. Building them takes two cores some minutes, once: they are kept beside the build. One that the user has
/// installed is taken as it is.
const CARGO_TOOLS: [(&str, &str); 2] = [("cargo-deny", "0.20.2"), ("tauri-driver", "2.1.0")];

/// Installs packages without starting the servers that they bring: Debian starts a service when its package is
/// installed, unless this file says no. One that the system already has is left alone.
const INSTALL: &str = r#"
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 --quiet update
apt-get -o DPkg::Lock::Timeout=300 --quiet --yes --no-install-recommends install "$@"
"#;

/// Installs what the tests need and the machine does not have.
pub(crate) fn setup() -> Result<(), ChoreError> {
    install(&[&WINDOW[..], &INTERFACE, &TESTS].concat())?;
    // The OpenID provider that the tests sign in at.
    npm::install(&workspace().join("tests").join("openid"))?;
    interface::install()?;
    CARGO_TOOLS.iter().try_for_each(|(name, version)| install_cargo_tool(name, version))
}

/// Installs what the window needs, its interface included.
pub(crate) fn setup_window() -> Result<(), ChoreError> {
    install(&[&WINDOW[..], &INTERFACE].concat())?;
    interface::install()
}

/// Installs what the benches need beside.
pub(crate) fn setup_python() -> Result<(), ChoreError> {
    install(&BENCH)
}

fn install(needs: &[Need]) -> Result<(), ChoreError> {
    let missing = missing(needs, Sign::is_there);
    if missing.is_empty() {
        let packages: Vec<&str> = needs.iter().map(|need| need.package).collect();
        println!("already there: {}", packages.join(", "));
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if program("apt-get").is_none() {
        return Err(ChoreError::NoApt { packages: packages.join(", ") });
    }
    println!("installing from Debian: {}", packages.join(", "));
    run(as_root("sh").args(["-c", INSTALL, "install"]).args(&packages).stdin(Stdio::null()))?;

    let still: Vec<String> = missing.iter().filter(|need| !need.sign.is_there()).map(|need| need.sign.name()).collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(ChoreError::StillMissing { packages: packages.join(", "), files: still.join(", ") })
}

fn install_cargo_tool(name: &str, version: &str) -> Result<(), ChoreError> {
    if let Some(path) = program(name) {
        println!("already there: {}", path.display());
        return Ok(());
    }
    // Without TLS and the like where a tool offers it: it speaks to this machine alone.
    let features: &[&str] = if name == "tauri-driver" { &["--no-default-features"] } else { &[] };
    run(cargo()
        .args(["install", "--locked", "--quiet", "--version", version, "--root"])
        .arg(tools())
        .args(features)
        .arg(name))
}

/// The needs whose sign is not there.
fn missing(needs: &[Need], is_there: impl Fn(&Sign) -> bool) -> Vec<&Need> {
    needs.iter().filter(|need| !is_there(&need.sign)).collect()
}

/// A command that is run as root: through sudo if this is not root yet. Without a terminal sudo must not ask.
fn as_root(name: &str) -> Command {
    if is_root() {
        return Command::new(name);
    }
    let mut sudo = Command::new("sudo");
    if !std::io::stdin().is_terminal() {
        sudo.arg("--non-interactive");
    }
    sudo.arg(name);
    sudo
}

fn is_root() -> bool {
    let id = Command::new("id").arg("--user").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

impl Sign {
    fn is_there(&self) -> bool {
        match self {
            Self::Program(name) => program(name).is_some() || Path::new("/usr/sbin").join(name).is_file(),
            Self::Versioned(root, name) => versioned(Path::new(root), name).is_some(),
            Self::PythonModule(name) => {
                let import = format!("import {name}");
                let python = Command::new("python3").args(["-c", &import]).stderr(Stdio::null()).status();
                python.is_ok_and(|status| status.success())
            }
            Self::Library(name) => {
                let found = Command::new("pkg-config").args(["--exists", name]).stderr(Stdio::null()).status();
                found.is_ok_and(|status| status.success())
            }
            Self::SharedObject(name) => {
                let known = Command::new("/sbin/ldconfig").arg("-p").output();
                known.is_ok_and(|known| String::from_utf8_lossy(&known.stdout).contains(name))
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Program(name) => (*name).to_owned(),
            Self::Versioned(root, name) => format!("{root}/VERSION/bin/{name}"),
            Self::PythonModule(name) => format!("python module {name}"),
            Self::Library(name) => format!("library {name}"),
            Self::SharedObject(name) => (*name).to_owned(),
        }
    }
}

fn versioned(root: &Path, name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir(root).ok()?.flatten();
    versions.map(|version| version.path().join("bin").join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        fn check(there: &[&str], expected: &[&str]) {
            let missing = missing(&TESTS, |sign| there.contains(&sign.name().as_str()));
            assert_eq!(missing.iter().map(|need| need.package).collect::<Vec<_>>(), expected, "{there:?}");
        }
        let postgres = "/usr/lib/postgresql/VERSION/bin/postgres";
        let window =
            ["chromium", "Xvfb", "WebKitWebDriver", "dbus-daemon", "gnome-keyring-daemon", "openbox", "xdotool"];
        let with_window = |there: &[&'static str]| [there, &window].concat();
        let seals = ["minisign", "unzip"];
        let rest = [&["git", postgres, "psql", "pgbouncer", "pdftotext", "qpdf", "setpriv"], &seals[..]].concat();
        let all = with_window(&[&["promtool"], &rest[..]].concat());
        check(&all, &[]);
        let few = with_window(&["git", "promtool", "psql", "setpriv", "minisign", "unzip"]);
        check(&few, &["postgresql", "pgbouncer", "poppler-utils", "qpdf"]);
        check(&with_window(&rest), &["prometheus"]);
        check(&all[..11], &["xvfb", "webkit2gtk-driver", "dbus", "gnome-keyring", "openbox", "xdotool"]);
    }

    #[test]
    fn a_program_of_any_version_is_found() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(versioned(root.path(), name), expected.map(|path| root.path().join(path)), "{name}");
        };
        check("postgres", None);
        for folder in ["15/bin", "16/lib"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        check("postgres", None);
        std::fs::write(root.path().join("15/bin/postgres"), "").expect("a file");
        check("postgres", Some("15/bin/postgres"));
        check("initdb", None);
    }
}
