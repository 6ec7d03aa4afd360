//! A month's work in the window: several people, one after another.

use sla_acceptance::servers::Screen;

use super::desk::{look_around_as, sign_out};
use super::page::Page;

#[tokio::test]
async fn the_demo_month_is_worked_through() {
    let screen = Screen::start();
    let page = Page::open(&screen, &[]).await;

    // The first start: the demo is proposed.
    page.says("Where do you want to work?").await;
    page.picture("first-start").await;
    page.press("Open the demo").await;
    page.says("Look around as").await;
    page.picture("people").await;

    // Whoever looks after customers closes the month again and hands one to review.
    look_around_as(&page, "Mia Berger").await;
    // Charts are drawn by a library, which the window's guards must let do so.
    page.find("main svg:not(.lucide) path").await;
    page.picture("overview").await;
    page.go("close?month=2026-10").await;
    page.press("Close October 2026").await;
    page.says("Done").await;
    page.picture("closed").await;
    page.go("months/alpenbahn/alpenbahn-platform?month=2026-10").await;
    page.click("[data-step=submit]").await;
    page.click("[data-confirm]").await;
    page.says("In review").await;
    sign_out(&page).await;

    // Somebody else approves a credit.
    look_around_as(&page, "Finn Wolf").await;
    page.go("credits?month=2026-10&credit=alpenbahn%2Falpenbahn-platform%2F2026-10%2Favailability").await;
    page.click("[data-step=approve]").await;
    page.picture("approving").await;
    page.click("[data-confirm]").await;
    page.says("Approved").await;

    // The report is saved where they say.
    page.go("months/alpenbahn/alpenbahn-platform?month=2026-10&tab=documents").await;
    page.press("Show preview").await;
    // The words of the page that is shown, for those who do not see it.
    page.find("[data-page]").await;
    page.find(".paper .visually-hidden:not(:empty)").await;
    page.picture("preview").await;
    page.press("Download report.pdf").await;
    let file = screen.home().join("report.pdf");
    screen.answer_dialog("Save", &["ctrl+a", &format!("type:{}", file.display()), "Return"]);
    page.says("Saved").await;
    let bytes = std::fs::read(&file).expect("the file that was saved");
    assert!(bytes.starts_with(b"%PDF-1.7"), "{} bytes", bytes.len());
    sign_out(&page).await;

    // Governance checks the chain, in German.
    look_around_as(&page, "Greta Lang").await;
    page.go("audit?month=2026-10").await;
    page.press("Verify the chain").await;
    page.says("Nobody has changed, removed or inserted anything.").await;
    page.click("button.account").await;
    page.press("Deutsch").await;
    page.says("Niemand hat").await;
    page.picture("audit-german").await;
    page.close(&screen).await;

    // The next start knows the desk and the language, and nobody is signed in.
    let page = Page::open(&screen, &[]).await;
    page.says("Sehen Sie sich um als").await;
    page.close(&screen).await;
}
