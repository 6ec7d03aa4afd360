//! Credentials of data sources in the window: typed in once, kept in the system's keychain, found there by the program at the prompt.

use sla_acceptance::nord;
use sla_acceptance::servers::Screen;

use super::desk::look_around_as;
use super::page::Page;

const NAME: &str = "SLA_TEST_TOKEN";
const SECRET: &str = "sesame-open";

/// Keeps what is nowhere.
async fn keep(page: &Page) {
    page.says("Nowhere").await;
    page.press(&format!("Keep {NAME}")).await;
    page.fill("Token, password or address", SECRET).await;
    page.press("Keep in the keychain").await;
    page.says("In the keychain").await;
}

#[tokio::test]
async fn credentials_are_kept_and_removed() {
    let screen = Screen::start();
    let demo = screen.home().join("demo");
    let place = demo.display().to_string();
    let sla = |words: &[&str]| screen.command(&sla_acceptance::binary()).args(words).output().expect("the binary runs");
    assert!(sla(&["demo", "--out", &place]).status.success());
    let source = nord::source("metrics", "Prometheus", &format!("url: \"http://127.0.0.1:1\", bearerTokenEnv: {NAME}"));
    std::fs::write(demo.join("catalogue/metrics.yaml"), source).expect("the folder can be written");

    let page = Page::open(&screen, &["--demo", &place]).await;
    look_around_as(&page, "Omar Yildiz").await;
    page.go("settings?tab=secrets").await;
    keep(&page).await;
    page.picture("secrets").await;
    assert!(!page.seen().await.contains(SECRET));
    // It is the one that the prompt knows.
    assert!(sla(&["secret", "forget", NAME]).status.success());
    page.go("settings?tab=account").await;
    page.go("settings?tab=secrets").await;
    keep(&page).await;
    page.press(&format!("Remove {NAME}")).await;
    page.press("Remove for good").await;
    page.says("Nowhere").await;
    page.close(&screen).await;
}
