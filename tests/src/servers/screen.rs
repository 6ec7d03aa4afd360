//! A screen that nobody looks at, for the real window: X, a window manager, a session bus, a keychain, and the driver that moves windows
//! through WebDriver. All of them are this test's own; the home folder of what runs there is a temporary one.

use std::fmt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{LOOK_EVERY, READY_WITHIN, STOPPED_WITHIN, Server, find, free_port, get, guarded, run};

/// As large as a small laptop's.
const SIZE: &str = "1280x800x24";

/// Makes a keychain and unlocks it with the password that it reads, which must not be empty.
const KEYCHAIN: &str = "exec gnome-keyring-daemon --foreground --unlock --components=secrets <<end\npassword\nend\n";

/// A screen with what a desktop has around it.
pub struct Screen {
    // Each must stop before what it needs: fields are dropped in this order.
    driver: Server,
    port: u16,
    _keychain: Option<Server>,
    _manager: Server,
    _bus: Server,
    _display: Server,
    number: u16,
    folder: TempDir,
}

impl Screen {
    /// A desktop with a keychain that is not locked.
    ///
    /// # Panics
    /// If a part of it is not installed, or does not get ready.
    #[must_use]
    pub fn start() -> Self {
        Self::with(true)
    }

    /// A desktop that has no keychain.
    ///
    /// # Panics
    /// As [`Screen::start`].
    #[must_use]
    pub fn start_without_keychain() -> Self {
        Self::with(false)
    }

    fn with(has_keychain: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("sla-screen-").tempdir().expect("a temporary folder");
        let log = |name: &str| folder.path().join(format!("{name}.log"));
        std::fs::create_dir(folder.path().join("home")).expect("a folder");
        let xvfb = find("Xvfb");
        // The number of a free port names a display that nobody uses, too.
        let command = |number: u16| {
            let mut command = guarded(&xvfb, None, "TERM");
            // Without `-noreset` it begins anew whenever its last client leaves, and throws out whoever comes at that moment:
            // what asks whether the window manager is there would so end the manager.
            command.arg(format!(":{number}")).args(["-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"]);
            command
        };
        let ready = |number: u16, _| UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).is_ok();
        let (display, number) = Server::start(&log("display"), Signal::TERM, command, ready);

        let bus = folder.path().join("bus");
        let mut command = guarded(&find("dbus-daemon"), None, "TERM");
        command.args(["--session", "--nofork", "--nopidfile"]).arg(format!("--address=unix:path={}", bus.display()));
        let bus_server = Server::start_again(&log("bus"), Signal::TERM, command, |_| UnixStream::connect(&bus).is_ok());

        let inside = |program: &str| {
            let mut command = guarded(&find(program), None, "TERM");
            within(&mut command, number, folder.path());
            command
        };
        let has_manager = || {
            let mut ask = Command::new(find("xdotool"));
            within(ask.args(["getwindowfocus"]), number, folder.path());
            ask.output().is_ok_and(|output| output.status.success())
        };
        let manager = Server::start_again(&log("manager"), Signal::TERM, inside("openbox"), |_| has_manager());
        let keychain = has_keychain.then(|| {
            let mut command = inside("sh");
            command.arg("-c").arg(KEYCHAIN);
            Server::start_again(&log("keychain"), Signal::TERM, command, |_| {
                has_owner("org.freedesktop.secrets", number, folder.path())
            })
        });
        let (tauri, webkit) = (find("tauri-driver"), find("WebKitWebDriver"));
        let command = |port: u16| {
            let mut command = guarded(&tauri, None, "TERM");
            within(&mut command, number, folder.path());
            let ports = ["--port".to_owned(), port.to_string(), "--native-port".to_owned(), free_port().to_string()];
            command.args(ports).arg("--native-driver").arg(&webkit);
            command
        };
        // It answers once WebKit's own driver, which it starts, does.
        let ready = |port: u16, _| get(port, "/status").is_some();
        let (driver, port) = Server::start(&log("driver"), Signal::TERM, command, ready);
        Self {
            driver,
            port,
            _keychain: keychain,
            _manager: manager,
            _bus: bus_server,
            _display: display,
            number,
            folder,
        }
    }

    /// Where the driver of windows listens.
    #[must_use]
    pub fn driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the driver and the window wrote last.
    #[must_use]
    pub fn log(&self) -> String {
        self.driver.log()
    }

    /// The home folder of what runs there.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Waits until nobody on the session bus has a name any more.
    ///
    /// # Panics
    /// If somebody keeps it.
    pub fn wait_until_gone(&self, name: &str) {
        let begin = Instant::now();
        while has_owner(name, self.number, self.folder.path()) {
            assert!(begin.elapsed() < STOPPED_WITHIN, "{name} is still there");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Runs a program there to its end.
    ///
    /// # Panics
    /// If it fails.
    pub fn run(&self, program: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        run(within(command.args(arguments), self.number, self.folder.path()))
    }

    /// A program that will run there.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        within(&mut command, self.number, self.folder.path());
        command
    }

    /// Answers a dialog of the system: waits for one whose title holds `title`, and types into it once it has the keyboard.
    ///
    /// # Panics
    /// If none comes up, or if it does not get the keyboard.
    pub fn answer_dialog(&self, title: &str, keys: &[&str]) {
        let xdotool = find("xdotool");
        // Not its own `--sync`, which waits without end.
        let ask = |arguments: &[&str]| {
            let mut command = Command::new(&xdotool);
            let output =
                within(command.args(arguments), self.number, self.folder.path()).output().expect("xdotool runs");
            let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            (output.status.success() && !answer.is_empty()).then_some(answer)
        };
        let wait = |what: &str, look: &dyn Fn() -> Option<String>| {
            let begin = Instant::now();
            loop {
                if let Some(found) = look() {
                    return found;
                }
                if begin.elapsed() > READY_WITHIN {
                    let windows = ask(&["search", "--onlyvisible", "--name", ""]).unwrap_or_default();
                    let names: Vec<_> = windows.lines().filter_map(|id| ask(&["getwindowname", id])).collect();
                    panic!("{title:?} {what}; the screen shows {names:?}; the window's log ends with\n{}", self.log());
                }
                std::thread::sleep(LOOK_EVERY);
            }
        };
        let found = wait("does not come up", &|| ask(&["search", "--onlyvisible", "--name", title]));
        let dialog = found.lines().last().unwrap_or_default();
        wait("does not get the keyboard", &|| {
            ask(&["windowactivate", dialog]);
            ask(&["getactivewindow"]).filter(|active| active == dialog)
        });
        for key in keys {
            match key.strip_prefix("type:") {
                Some(text) => self.run(&xdotool, &["type", "--delay", "5", text]),
                None => self.run(&xdotool, &["key", key]),
            };
        }
    }
}

/// The environment of what runs on a screen.
fn within<'a>(command: &'a mut Command, number: u16, folder: &Path) -> &'a mut Command {
    let home = folder.join("home");
    command
        .env("DISPLAY", format!(":{number}"))
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", folder.join("bus").display()))
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join(".config"))
        .env("XDG_DATA_HOME", home.join(".local/share"))
        .env("XDG_CACHE_HOME", home.join(".cache"))
        .env("XDG_RUNTIME_DIR", folder)
        .env("LANG", "en_GB.UTF-8")
        .env("TZ", "Europe/Berlin")
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env_remove("LC_ALL")
        .env_remove("SLA_LEDGER")
        .env_remove("WAYLAND_DISPLAY")
}

/// Whether somebody on the bus has a name.
fn has_owner(name: &str, number: u16, folder: &Path) -> bool {
    let mut ask = Command::new(find("dbus-send"));
    ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"]);
    let output = within(ask.arg(format!("string:{name}")), number, folder).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("boolean true"))
}

impl fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Screen").field("number", &self.number).finish()
    }
}
