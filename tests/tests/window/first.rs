//! The first start with a ledger of one's own, here and on a server.

use sla_acceptance::servers::{Postgres, Prometheus, Screen, Shutdown};

use super::page::Page;

const PASSWORD: &str = "correct horse battery";

async fn first_account(page: &Page) {
    page.fill("Your name", "Anna Berg").await;
    page.fill("Account", "anna").await;
    page.fill("Password", PASSWORD).await;
    page.fill("Password again", PASSWORD).await;
}

async fn sign_in(page: &Page) {
    // The form before has fields of the same names.
    page.says("I use an authenticator app").await;
    page.fill("Account", "anna").await;
    page.fill("Password", PASSWORD).await;
    page.press("Sign in").await;
    page.find("nav a[aria-current='page']").await;
}

#[tokio::test]
async fn a_ledger_of_ones_own_begins_with_an_account() {
    let screen = Screen::start_without_keychain();
    let page = Page::open(&screen, &[]).await;
    page.press("A ledger on this computer").await;
    page.press("Make the ledger").await;
    page.says("Enter your name.").await;
    page.says("At least 12 characters").await;
    first_account(&page).await;
    page.fill("Folder for the ledger", "not/whole").await;
    page.press("Make the ledger").await;
    page.says("is no whole path").await;
    page.picture("own-ledger").await;
    let folder = screen.home().join("Königsforst & Söhne");
    page.fill("Folder for the ledger", &folder.display().to_string()).await;

    // Where measurements come from is tried on the spot.
    let server = Prometheus::start_empty();
    page.fill("Address of Prometheus", "http://127.0.0.1:1").await;
    page.press("Try it now").await;
    page.says("Does not answer").await;
    page.says("You can go on all the same").await;
    page.fill("Address of Prometheus", &server.url()).await;
    assert!(page.button("Make the ledger").await.attr("aria-disabled").await.expect("an answer").is_some());
    page.press("Try it now").await;
    page.says("Version").await;
    page.picture("measurements").await;

    page.press("Make the ledger").await;
    sign_in(&page).await;
    assert!(folder.join("ledger.sqlite").is_file());
    page.go("catalogue").await;
    page.says("prometheus").await;
    page.close(&screen).await;
}

#[tokio::test]
async fn the_address_of_a_server_is_kept_in_the_keychain() {
    let screen = Screen::start();
    let mut server = Postgres::start();
    let address = server.database();
    let page = Page::open(&screen, &[]).await;
    page.press("A ledger on a server").await;

    page.fill("Address of the ledger", "postgres://anna:geheim@127.0.0.1:1/desk").await;
    page.press("Test the connection").await;
    page.says("ledger.unreachable").await;
    assert!(!page.seen().await.contains("geheim"));
    page.picture("server-away").await;

    page.fill("Address of the ledger", &address).await;
    page.press("Test the connection").await;
    page.says("the database is empty").await;
    first_account(&page).await;
    page.press("Open the ledger").await;
    sign_in(&page).await;
    page.close(&screen).await;

    // Nothing on the disk holds the address.
    let settings = screen.home().join(".config/org.sla-desk.desk/desk.json");
    let kept = std::fs::read_to_string(&settings).expect("what was chosen");
    assert!(kept.contains("server") && !kept.contains("postgres"), "{kept}");

    // The next start finds it in the keychain; while the server is away it says so, and goes on once it is back.
    server.stop(Shutdown::Fast);
    let page = Page::open(&screen, &[]).await;
    page.says("Your desk cannot be opened").await;
    page.picture("desk-failed").await;
    server.start_again();
    page.press("Try again").await;
    sign_in(&page).await;
    page.close(&screen).await;
}

#[tokio::test]
async fn without_a_keychain_no_server_is_kept() {
    let screen = Screen::start_without_keychain();
    let server = Postgres::start();
    let page = Page::open(&screen, &[]).await;
    page.press("A ledger on a server").await;
    page.fill("Address of the ledger", &server.database()).await;
    page.press("Test the connection").await;
    page.says("the database is empty").await;
    first_account(&page).await;
    page.press("Open the ledger").await;
    page.says("keychain does not answer").await;
    page.picture("no-keychain").await;
    // Nothing was made on the server, and nothing that was typed is lost.
    page.press("Test the connection").await;
    page.says("the database is empty").await;
    assert_eq!(page.run("return document.querySelector('input[autocomplete=name]').value").await, "Anna Berg");
    page.close(&screen).await;
}
