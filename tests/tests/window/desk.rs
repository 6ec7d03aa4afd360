//! Steps that several tests take.

use super::page::Page;

/// Signs in as one of the demo's people, by a press.
pub(crate) async fn look_around_as(page: &Page, name: &str) {
    page.press(name).await;
    page.find("nav a[aria-current='page']").await;
}

/// Signs out through the menu.
pub(crate) async fn sign_out(page: &Page) {
    page.click("button.account").await;
    page.press("Sign out").await;
    page.says("Look around as").await;
}
