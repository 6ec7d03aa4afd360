//! How long the window takes from its start to where somebody can work: on the demo, on a screen of its own. The driver of windows,
//! which starts the program, is in the figure.
//!
//! `cargo xtask bench window [-- STARTS]` builds the window in the release profile and names it.

#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use sla_acceptance::servers::Screen;

/// Making the demo takes its time.
const WITHIN: Duration = Duration::from_secs(120);
const STARTS: usize = 10;
/// One of the demo's people, by which a start ends: everything that can be pressed is there.
const PERSON: &str = "//button[contains(normalize-space(.), 'Mia Berger')]";
/// How often a page is asked; the figures are as exact.
const EVERY: Duration = Duration::from_millis(10);
/// The overview's chart, which is drawn last.
const OVERVIEW: &str = "//main//*[local-name() = 'svg' and not(contains(@class, 'lucide'))]//*[local-name() = 'path']";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let window = PathBuf::from(arguments.next().expect("the program of the window is named"));
    let starts = arguments.next().map_or(STARTS, |text| text.parse().expect("a number of starts"));
    let screen = Screen::start();
    let first = open(&screen, &window).await;
    press(&first, "//button[contains(normalize-space(.), 'Open the demo')]").await;
    first.wait().at_most(WITHIN).for_element(Locator::XPath(PERSON)).await.expect("the demo is made");
    close(first, &screen).await;

    let (mut usable, mut worked) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let begun = Instant::now();
        let page = open(&screen, &window).await;
        page.wait().at_most(WITHIN).every(EVERY).for_element(Locator::XPath(PERSON)).await.expect("people");
        usable.push(begun.elapsed());
        let pressed = Instant::now();
        press(&page, PERSON).await;
        page.wait().at_most(WITHIN).every(EVERY).for_element(Locator::XPath(OVERVIEW)).await.expect("an overview");
        worked.push(pressed.elapsed());
        close(page, &screen).await;
    }
    tell("from the start of the program until one can sign in", &mut usable);
    tell("from signing in until the overview is drawn", &mut worked);
}

async fn open(screen: &Screen, window: &Path) -> Client {
    let capabilities: Capabilities =
        [("tauri:options".to_owned(), json!({ "application": window }))].into_iter().collect();
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities).connect(&screen.driver()).await.expect("a window")
}

async fn press(page: &Client, path: &str) {
    let button = page.wait().at_most(WITHIN).for_element(Locator::XPath(path)).await.expect("something to press");
    button.click().await.expect("it can be pressed");
}

async fn close(page: Client, screen: &Screen) {
    page.close().await.expect("the window closes");
    screen.wait_until_gone("org.sla-desk.desk.SingleInstance");
}

/// The median and the slowest.
fn tell(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let (median, slowest) = (times[times.len() / 2].as_millis(), times[times.len() - 1].as_millis());
    println!("{median} ms (at most {slowest} ms, {} times) {what}", times.len());
}
